// A client's conversation to prompt tokens. Control tokens come from the template alone: `<|im_end|>` written by a
// user, or inside a document that is quoted, stays text and cannot end a turn or open a forged one.
import type { ChatMessage } from '../contract/chat.ts';
import { parsed } from './answer-format/json-text.ts';
import type { FunctionTool } from './answer-format/tool-call-family.ts';
import type { Model } from './model.ts';
import type { ToolUse } from './tool-request.ts';

/** A noncharacter (never in interchanged text): splits what must not be read as one control token. */
const SPLIT = '\uFDD0';
const ESCAPED_SPLIT = '\\ufdd0';
/** What control tokens begin with in the known vocabularies. */
const OPENING = /[<[]/g;

interface Conversation {
  messages: readonly ChatMessage[];
  /** For the chat template. */
  variables: Record<string, unknown>;
  toolUse: ToolUse | null;
}

export interface ChatPrompt {
  tokens: Int32Array;
  /** What the template made of the conversation. */
  text: string;
}

/** @throws {GatewayError} INVALID_REQUEST, UNSUPPORTED_FEATURE from the chat template */
export function chatPrompt(model: Model, { messages, variables, toolUse }: Conversation): ChatPrompt {
  const guard = textGuard(model);
  const guarded = messages.map((message) =>
    message.role === 'assistant' ? withCalls(message, guard.plainText) : withText(message, guard.plainText),
  );
  const tools = toolUse?.tools.map((tool) => ({
    type: 'function',
    function: mapTexts(tool, guard.plainText) as FunctionTool,
  }));
  const prompt = model.chatTemplate.prompt({ messages: guarded, variables, ...(tools && { tools }) });
  return guard.read(prompt, (text) => model.promptTokens(text));
}

/** Keeps the texts that a template is filled with from being read as control tokens. */
export function textGuard(model: Model) {
  let isSplit = false;
  return {
    plainText(text: string): string {
      const asText = model.tokenize(text);
      const asPrompt = model.tokenize(text, { parseSpecial: true });
      if (asText.length === asPrompt.length && asText.every((token, index) => token === asPrompt[index]))
        return text;
      isSplit = true;
      return text.replaceAll(OPENING, `$&${SPLIT}`);
    },
    /** The filled template; `begin` makes the tokens of its first part. */
    read(prompt: string, begin: (text: string) => Int32Array): ChatPrompt {
      if (!isSplit) return { tokens: begin(prompt), text: prompt };
      // Templates that write JSON without other characters than ASCII have it escaped.
      const [first = '', ...rest] = prompt.replaceAll(ESCAPED_SPLIT, SPLIT).split(SPLIT);
      const pieces = [begin(first), ...rest.map((text) => model.tokenize(text, { parseSpecial: true }))];
      return {
        tokens: Int32Array.from(pieces.flatMap((tokens) => [...tokens])),
        text: [first, ...rest].join(''),
      };
    },
  };
}

function withText(message: ChatMessage, change: (text: string) => string): ChatMessage {
  const { content } = message;
  if (typeof content === 'string') return { ...message, content: change(content) };
  if (!Array.isArray(content)) return message;
  const parts = content.map((part) =>
    typeof part.text === 'string' ? { ...part, text: change(part.text) } : part,
  );
  return { ...message, content: parts };
}

/** What a model called a function with may be somebody else's text. */
function withCalls(message: ChatMessage, change: (text: string) => string): ChatMessage {
  if (!message.tool_calls) return message;
  const tool_calls = message.tool_calls.map((call) => {
    const text = call.function?.arguments;
    if (!call.function || !text || change(text) === text) return call;
    const value = parsed(text);
    const changed = value === undefined ? change(text) : JSON.stringify(mapTexts(value, change));
    return { ...call, function: { ...call.function, arguments: changed } };
  });
  return { ...message, tool_calls };
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), mapTexts(item, change)]),
  );
}
