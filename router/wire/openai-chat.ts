// OpenAI Chat Completions on the wire: checks a request body and gives it its contract type.
// Lenient about what it does not know (kept and passed on), strict about what it reads.
// Source: OpenAI API reference, "Create chat completion".
import { z } from 'zod';
import type { ChatRequest } from '../../contract/chat.ts';
import { GatewayError } from '../../contract/errors.ts';

const part = z.looseObject({ type: z.string(), text: z.string().optional() });
const toolCall = z.looseObject({
  id: z.string(),
  type: z.string(),
  function: z.looseObject({ name: z.string(), arguments: z.string() }).optional(),
});
const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(part), z.null()]).optional(),
  name: z.string().optional(),
  tool_calls: z.array(toolCall).nullish(),
  tool_call_id: z.string().optional(),
});
const tool = z.looseObject({
  // Real clients leave it out.
  type: z.string().optional(),
  function: z.looseObject({ name: z.string().min(1) }).optional(),
});

/** Fields that text completions share. */
export const commonFields = {
  model: z.string().min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.number().int().min(0).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  repetition_penalty: z.number().positive().nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string(), z.number().min(-100).max(100)).nullish(),
  seed: z.number().int().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  max_completion_tokens: z.number().int().min(1).nullish(),
  n: z.number().int().min(1).max(128).nullish(),
  user: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
};

const chatRequest = z.looseObject({
  ...commonFields,
  messages: z.array(message).min(1),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().int().min(0).max(20).nullish(),
  tools: z.array(tool).nullish(),
  response_format: z.looseObject({ type: z.string() }).nullish(),
});

/** `messages[0].role`, as OpenAI writes it. */
function parameterPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += text === '' ? String(key) : `.${String(key)}`;
  }
  return text;
}

/** The offending value for a message: its type, or the value itself where it cannot be private text. */
function shownValue(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'string' ? `a string of ${value.length} characters` : 'an object';
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/**
 * Parses JSON text into a chat request; the parsed object itself is returned, not a copy.
 * @throws {GatewayError} INVALID_JSON, INVALID_REQUEST with `param`
 */
export const parseChatRequest = (text: string): ChatRequest => parseBody(chatRequest, text) as ChatRequest;

/**
 * JSON text as what a schema accepts; the parsed object itself, not a copy.
 * @throws {GatewayError} INVALID_JSON, INVALID_REQUEST with `param`
 */
export function parseBody<T extends z.ZodType>(schema: T, text: string): z.infer<T> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    // V8's message may quote the body: only the position is passed on.
    const position = /at position (\d+)/.exec((error as Error).message)?.[1];
    const where = position === undefined ? '' : ` near character ${position}`;
    throw new GatewayError('INVALID_JSON', `the request body is not valid JSON${where}; send a JSON object`);
  }
  const result = schema.safeParse(body);
  if (result.success) return body as z.infer<T>;
  const issue = result.error.issues[0]!;
  const param = parameterPath(issue.path);
  const found = shownValue(valueAt(body, issue.path));
  const place = param === '' ? 'the request body' : `'${param}'`;
  throw new GatewayError('INVALID_REQUEST', `invalid value for ${place}: ${issue.message}; got ${found}`, {
    param: param === '' ? null : param,
  });
}
