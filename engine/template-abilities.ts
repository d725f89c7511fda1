// What a chat template can render, found out by rendering probes, as llama.cpp's minja does: templates do not say it.
import type { ToolDefinition } from '../contract/chat.ts';

export interface TemplateAbilities {
  /**
   * How tools get into the prompt: by the variable `tools`, by `xml_tools` (SmolLM 3), as JSON text in a system message's
   * `tools` (Phi 4), or not at all.
   */
  tools: 'tools' | 'xml_tools' | 'system-message' | null;
  /** Null: an assistant's tool calls are dropped or refused. */
  calls: CallAbilities | null;
  /** Messages with the role `tool` are rendered. */
  toolResults: boolean;
  /** The field of an assistant message that holds its thoughts; `blocks`: content of typed parts. Null: they are dropped. */
  reasoning: 'reasoning_content' | 'thinking' | 'blocks' | null;
}

export interface CallAbilities {
  /** What `function.arguments` must be. */
  arguments: 'object' | 'text';
  /** Ids must be of nine letters and digits (Mistral). */
  shortIds: boolean;
  /** Several calls in one message. */
  parallel: boolean;
}

type Render = (messages: readonly object[], variables?: Record<string, unknown>) => string;

const TOOL: ToolDefinition = {
  type: 'function',
  function: {
    name: 'probe_tool',
    description: 'A probe.',
    parameters: {
      type: 'object',
      properties: { probe_key: { type: 'string', description: 'A text.' } },
      required: ['probe_key'],
    },
  },
};
const USER = { role: 'user', content: 'probe question' };
const SHORT_ID = 'probe0001';
const LONG_ID = 'call_probe_0001';

const call = (id: string, value: string, isText: boolean) => {
  const fields = { probe_key: value };
  return {
    id,
    type: 'function',
    function: { name: 'probe_tool', arguments: isText ? JSON.stringify(fields) : fields },
  };
};
const assistant = (fields: object) => ({ role: 'assistant', content: '', ...fields });
const result = (id: string, content = 'probe_result') => ({
  role: 'tool',
  tool_call_id: id,
  name: 'probe_tool',
  content,
});

/** `render`: what the template makes of exactly these messages; throws where it refuses. */
export function probeTemplate(render: Render): TemplateAbilities {
  const rendered = (messages: readonly object[], variables?: Record<string, unknown>): string => {
    try {
      return render(messages, variables);
    } catch {
      return '';
    }
  };
  const calls = probeCalls(rendered);
  const id = calls?.shortIds ? SHORT_ID : LONG_ID;
  const before = calls
    ? assistant({ tool_calls: [call(id, 'probe_value', calls.arguments === 'text')] })
    : assistant({ content: 'probe answer' });
  return {
    tools: probeTools(rendered),
    calls,
    toolResults: rendered([USER, before, result(id)], { tools: [TOOL] }).includes('probe_result'),
    reasoning: probeReasoning(rendered, before, id),
  };
}

function probeTools(rendered: Render): TemplateAbilities['tools'] {
  if (rendered([USER], { tools: [TOOL] }).includes('probe_tool')) return 'tools';
  if (rendered([USER], { xml_tools: [TOOL.function] }).includes('probe_tool')) return 'xml_tools';
  const system = { role: 'system', content: 'probe system', tools: JSON.stringify([TOOL.function]) };
  return rendered([system, USER]).includes('probe_tool') ? 'system-message' : null;
}

/** Python's spelling of a dict, or JSON inside of JSON, is no rendering. */
const isRendered = (text: string): boolean =>
  text.includes('probe_key') && text.includes('probe_value') && !/\{'probe_key|\\"probe_key/.test(text);

function probeCalls(rendered: Render): CallAbilities | null {
  for (const isText of [false, true]) {
    for (const id of [LONG_ID, SHORT_ID]) {
      const first = call(id, 'probe_value', isText);
      const text = rendered([USER, assistant({ tool_calls: [first] }), result(id)], { tools: [TOOL] });
      if (!isRendered(text)) continue;
      const otherId = id.replace('1', '2');
      const both = [first, call(otherId, 'other_value', isText)];
      const parallel = rendered([USER, assistant({ tool_calls: both }), result(id), result(otherId)], {
        tools: [TOOL],
      });
      return {
        arguments: isText ? 'text' : 'object',
        shortIds: id === SHORT_ID,
        parallel: isRendered(parallel) && parallel.includes('other_value'),
      };
    }
  }
  return null;
}

/** Templates show thoughts after the last question only: between calls, or in the last message. */
function probeReasoning(rendered: Render, before: object, id: string): TemplateAbilities['reasoning'] {
  const thoughts = 'probe thoughts';
  // A dict that is written out is no rendering.
  const isShown = (text: string) => text.includes(thoughts) && !/["']thinking["']:/.test(text);
  const shows = (fields: object): boolean =>
    [
      [USER, { ...before, ...fields }, result(id)],
      [USER, assistant({ content: 'probe answer', ...fields })],
      [USER, assistant({ content: 'probe answer', ...fields }), USER],
    ].some((messages) => isShown(rendered(messages, { tools: [TOOL] })));
  if (shows({ reasoning_content: thoughts })) return 'reasoning_content';
  if (shows({ thinking: thoughts })) return 'thinking';
  const blocks = [
    { type: 'thinking', thinking: thoughts },
    { type: 'text', text: 'probe answer' },
  ];
  return shows({ content: blocks }) ? 'blocks' : null;
}
