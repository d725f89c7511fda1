// `tools`, `tool_choice` and `parallel_tool_calls` of a chat request. Source: OpenAI API reference, "Create chat
// completion".
import { z } from 'zod';
import { GatewayError } from '../contract/errors.ts';
import type { FunctionTool, ToolChoice } from './answer-format/tool-call-family.ts';

const functionTool = z.looseObject({
  name: z.string().regex(/^[\w.-]{1,128}$/, 'use letters, digits, "_", "-" and ".", at most 128'),
  description: z.string().nullish(),
  parameters: z.union([z.boolean(), z.record(z.string(), z.unknown())]).nullish(),
  strict: z.boolean().nullish(),
});

export const toolFields = {
  tools: z
    .array(z.looseObject({ type: z.string().default('function'), function: functionTool.optional() }))
    .nullish(),
  tool_choice: z.union([z.string(), z.looseObject({ type: z.string() })]).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
};

export interface ToolUse {
  /** At least one. */
  tools: FunctionTool[];
  choice: ToolChoice;
  /** More than one call in an answer. */
  parallel: boolean;
}

const refused = (message: string, param: string): GatewayError =>
  new GatewayError('INVALID_REQUEST', message, { param });

/**
 * Null: the model is not to know of any tools.
 * @throws {GatewayError} INVALID_REQUEST, UNSUPPORTED_FEATURE for tools that are no functions
 */
export function toolUseOf(body: z.infer<z.ZodObject<typeof toolFields>>): ToolUse | null {
  const tools = (body.tools ?? []).map((tool, index) => {
    if (tool.type === 'function' && tool.function) return tool.function as FunctionTool;
    if (tool.type === 'function')
      throw refused(`tools[${index}].function is missing`, `tools[${index}].function`);
    throw new GatewayError(
      'UNSUPPORTED_FEATURE',
      `the local engine does not support tools of type "${tool.type}"; describe it as a function`,
      { param: `tools[${index}].type` },
    );
  });
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw refused(`the tool "${twice}" is there twice; give each a name of its own`, 'tools');
  const { mode, allowed } = choiceOf(body.tool_choice ?? 'auto');
  if (mode === 'none' || (tools.length === 0 && mode === 'auto')) return null;
  const left = allowed ? tools.filter(({ name }) => allowed.includes(name)) : tools;
  const unknown = allowed?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw refused(`tool_choice asks for "${unknown}", which is not among the tools`, 'tool_choice');
  }
  if (left.length === 0) throw refused(`tool_choice "${mode}" needs tools; send some`, 'tool_choice');
  const choice: ToolChoice = mode === 'named' ? { name: left[0]!.name } : mode;
  // A named tool is chosen among all: the model still knows the others.
  return { tools: mode === 'named' ? tools : left, choice, parallel: body.parallel_tool_calls ?? true };
}

interface Choice {
  mode: 'none' | 'auto' | 'required' | 'named';
  /** Null: all. */
  allowed: string[] | null;
}

const namedChoice = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({ name: z.string() }),
});
const allowedTools = z.looseObject({
  type: z.literal('allowed_tools'),
  allowed_tools: z.looseObject({ mode: z.enum(['auto', 'required']), tools: z.array(namedChoice) }),
});

function choiceOf(value: unknown): Choice {
  if (value === 'none' || value === 'auto' || value === 'required') return { mode: value, allowed: null };
  const named = namedChoice.safeParse(value);
  if (named.success) return { mode: 'named', allowed: [named.data.function.name] };
  const allowed = allowedTools.safeParse(value);
  if (allowed.success) {
    const { mode, tools } = allowed.data.allowed_tools;
    return { mode, allowed: tools.map((tool) => tool.function.name) };
  }
  throw refused(
    'tool_choice is "none", "auto", "required", or {"type": "function", "function": {"name": ...}}',
    'tool_choice',
  );
}
