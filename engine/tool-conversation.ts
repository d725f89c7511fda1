// Tools, calls, results and thoughts in a conversation, changed to what a chat template takes.
import { createHash } from 'node:crypto';
import type { ToolCall, ToolDefinition } from '../contract/chat.ts';
import { parsed } from './answer-format/json-text.ts';
import type { ToolCallFamily } from './answer-format/tool-call-family.ts';
import type { TemplateAbilities } from './template-abilities.ts';

export interface TextMessage {
  role: string;
  content: string;
  tool_calls?: ToolCall[];
  [key: string]: unknown;
}

interface Described {
  messages: TextMessage[];
  /** For the template. */
  variables: { tools?: readonly ToolDefinition[]; xml_tools?: readonly unknown[] };
}

/** Puts the tools where the template finds them; `isGeneric`: into the system text, in words of our own. */
export function describeTools(
  messages: TextMessage[],
  tools: readonly ToolDefinition[],
  how: TemplateAbilities['tools'],
  isGeneric: boolean,
): Described {
  if (isGeneric)
    return { messages: withSystem(messages, (text) => joined(text, instruction(tools))), variables: {} };
  const functions = tools.map((tool) => tool.function);
  if (how === 'xml_tools') return { messages, variables: { xml_tools: functions } };
  if (how !== 'system-message') return { messages, variables: { tools } };
  return {
    messages: withSystem(messages, (text) => text, { tools: JSON.stringify(functions) }),
    variables: {},
  };
}

/** With the parts that some templates take for granted. */
export const filledTools = (tools: readonly ToolDefinition[]): ToolDefinition[] =>
  tools.map((tool) => {
    const { name, description, parameters, ...rest } = tool.function!;
    const fields = { type: 'object', properties: {}, ...(parameters as object | null) };
    return { ...tool, function: { ...rest, name, description: description ?? '', parameters: fields } };
  });

const joined = (first: string, second: string): string => (first === '' ? second : `${first}\n\n${second}`);

const instruction = (tools: readonly ToolDefinition[]): string =>
  [
    'You may call functions to help with the request. These are their descriptions as JSON:',
    '<tools>',
    ...tools.map((tool) => JSON.stringify(tool.function)),
    '</tools>',
    'To call a function, write a JSON object with its name and arguments inside <tool_call> tags, one for each call:',
    '<tool_call>',
    '{"name": "function-name", "arguments": {"argument-name": "value"}}',
    '</tool_call>',
    'The results come back inside <tool_response> tags. Where no function helps, answer as usual.',
  ].join('\n');

function withSystem(
  messages: TextMessage[],
  change: (text: string) => string,
  fields: object = {},
): TextMessage[] {
  const [first, ...rest] = messages;
  return first?.role === 'system' || first?.role === 'developer'
    ? [{ ...first, ...fields, content: change(first.content) }, ...rest]
    : [{ role: 'system', content: change(''), ...fields }, ...messages];
}

/** Thoughts, calls and results of earlier turns as the template takes them. */
export function fitTurns(
  messages: readonly TextMessage[],
  abilities: TemplateAbilities,
  family: ToolCallFamily,
): object[] {
  const { calls, toolResults, reasoning } = abilities;
  const withoutNulls = messages.map(plainMessage);
  const single = calls && !calls.parallel ? oneCallEach(withoutNulls) : withoutNulls;
  const turns = single.map((message) => {
    if (!message.tool_calls) return message;
    return calls ? withArguments(message, calls.arguments) : callsAsText(message, family);
  });
  const results = toolResults ? turns : resultsAsText(turns);
  const ided = calls?.shortIds ? results.map(withShortIds) : results;
  return ided.map((message) => withThoughts(message, reasoning));
}

/** Without fields that say nothing: some templates ask only whether a field is there. */
function plainMessage(message: TextMessage): TextMessage {
  const { tool_calls, reasoning_content, reasoning, ...rest } = message;
  const thoughts = reasoning_content ?? reasoning;
  return {
    ...rest,
    ...(tool_calls?.length ? { tool_calls } : {}),
    ...(typeof thoughts === 'string' && thoughts !== '' ? { reasoning_content: thoughts } : {}),
  };
}

/** Several calls of one message as messages of their own, each followed by its result. */
function oneCallEach(messages: readonly TextMessage[]): TextMessage[] {
  const out: TextMessage[] = [];
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at]!;
    if (!message.tool_calls || message.tool_calls.length < 2) {
      out.push(message);
      continue;
    }
    const results: TextMessage[] = [];
    while (messages[at + 1]?.role === 'tool') results.push(messages[++at]!);
    for (const [index, call] of message.tool_calls.entries()) {
      const { reasoning_content: _, ...later } = message;
      out.push({ ...(index === 0 ? message : { ...later, content: '' }), tool_calls: [call] });
      const own = results.findIndex(({ tool_call_id }) => tool_call_id === call.id);
      if (own >= 0) out.push(...results.splice(own, 1));
    }
    out.push(...results);
  }
  return out;
}

function withArguments(message: TextMessage, how: 'object' | 'text'): TextMessage {
  if (how === 'text') return message;
  const tool_calls = message.tool_calls!.map((call) =>
    call.function
      ? {
          ...call,
          function: {
            ...call.function,
            arguments: parsed(call.function.arguments || '{}') ?? call.function.arguments,
          },
        }
      : call,
  );
  return { ...message, tool_calls: tool_calls as ToolCall[] };
}

/** As the generic instruction asks for them. */
const genericText = (calls: readonly ToolCall[]): string =>
  calls
    .map(({ function: call }) => {
      const body = `{"name": ${JSON.stringify(call?.name)}, "arguments": ${call?.arguments || '{}'}}`;
      return `<tool_call>\n${body}\n</tool_call>`;
    })
    .join('\n');

function callsAsText({ tool_calls, ...message }: TextMessage, family: ToolCallFamily): TextMessage {
  const text = (family.write ?? genericText)(tool_calls!);
  return {
    ...message,
    content: message.content === '' ? text : `${message.content}\n${text}`,
  } as TextMessage;
}

/** Results one after the other become one message of the user. */
function resultsAsText(messages: readonly TextMessage[]): TextMessage[] {
  const out: TextMessage[] = [];
  let isResult = false;
  for (const message of messages) {
    const wasResult = isResult;
    isResult = message.role === 'tool' || message.role === 'function';
    if (!isResult) out.push(message);
    else {
      const text = `<tool_response>\n${message.content}\n</tool_response>`;
      if (wasResult) out.push({ role: 'user', content: `${out.pop()!.content}\n${text}` });
      else out.push({ role: 'user', content: text });
    }
  }
  return out;
}

/** Nine letters and digits, the same for the same id. */
const shortId = (id: string): string =>
  /^[a-zA-Z0-9]{9}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 9);

function withShortIds(message: TextMessage): TextMessage {
  const { tool_calls, tool_call_id } = message;
  return {
    ...message,
    ...(tool_calls && { tool_calls: tool_calls.map((call) => ({ ...call, id: shortId(String(call.id)) })) }),
    ...(typeof tool_call_id === 'string' && { tool_call_id: shortId(tool_call_id) }),
  };
}

function withThoughts(message: TextMessage, field: TemplateAbilities['reasoning']): object {
  const { reasoning_content: thoughts, ...rest } = message;
  if (typeof thoughts !== 'string' || field === 'reasoning_content') return message;
  if (field === null || message.role !== 'assistant') return rest;
  if (field === 'blocks') {
    const text = message.content === '' ? [] : [{ type: 'text', text: message.content }];
    return { ...rest, content: [{ type: 'thinking', thinking: thoughts }, ...text] };
  }
  // gpt-oss refuses a call that has text as well as thoughts.
  return message.tool_calls && message.content !== ''
    ? { ...rest, content: '', thinking: `${thoughts}\n${message.content}` }
    : { ...rest, thinking: thoughts };
}
