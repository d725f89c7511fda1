// The OpenAI request bodies the engine host reads, with their ranges. What the engine cannot do is refused by name,
// never ignored. Source: OpenAI API reference, "Create chat completion"; top_k, min_p, repetition_penalty and
// chat_template_kwargs as vLLM and llama-server spell them. Text completions: engine/text-request.ts.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { ChatMessage } from '../contract/chat.ts';
import { GatewayError } from '../contract/errors.ts';
import type { NativeSamplerOptions } from './binding.ts';
import type { Constraint } from './constraint.ts';
import { constraintFields, constraintOf } from './response-format.ts';
import type { Turn } from './sequence.ts';
import { type ToolUse, toolFields, toolUseOf } from './tool-request.ts';

export const optional = <T extends z.ZodType>(type: T) => type.nullish();

const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: optional(z.union([z.string(), z.array(z.looseObject({ type: z.string() }))])),
  reasoning_content: optional(z.string()),
  tool_calls: optional(
    z.array(z.looseObject({ function: z.looseObject({ name: z.string(), arguments: z.string() }) })),
  ),
  tool_call_id: optional(z.string()),
});

export const sampling = {
  model: optional(z.string()),
  stream: optional(z.boolean()),
  stream_options: optional(z.looseObject({ include_usage: optional(z.boolean()) })),
  n: optional(z.int().min(1).max(16)),
  max_tokens: optional(z.int().min(1)),
  temperature: optional(z.number().min(0).max(2)),
  top_p: optional(z.number().gt(0).max(1)),
  top_k: optional(z.int().min(-1)),
  min_p: optional(z.number().min(0).max(1)),
  repetition_penalty: optional(z.number().gt(0).max(10)),
  presence_penalty: optional(z.number().min(-2).max(2)),
  frequency_penalty: optional(z.number().min(-2).max(2)),
  logit_bias: optional(z.record(z.string().regex(/^\d+$/), z.number().min(-100).max(100))),
  seed: optional(z.int()),
  stop: optional(z.union([z.string(), z.array(z.string()).max(16)])),
  user: optional(z.string()),
  ...constraintFields,
  // As in vLLM: lower goes first.
  priority: optional(z.int().min(-1000).max(1000)),
  // Ours: refused with 429 when it still waits for its turn after so long.
  start_within_ms: optional(z.int().min(1)),
  // Ours: chunks carry `tiergate.confidence` of the answer so far until it has so many tokens.
  confidence_tokens: optional(z.int().min(0).max(4096)),
};

const chatBody = z.looseObject({
  ...sampling,
  messages: z.array(message).min(1),
  max_completion_tokens: optional(z.int().min(1)),
  logprobs: optional(z.boolean()),
  top_logprobs: optional(z.int().min(0).max(20)),
  chat_template_kwargs: optional(z.record(z.string(), z.unknown())),
  reasoning_effort: optional(z.string()),
  // As Qwen's own API spells it.
  enable_thinking: optional(z.boolean()),
  ...toolFields,
});

export interface SamplingRequest {
  model: string | null;
  stream: boolean;
  includeUsage: boolean;
  /** Number of choices. */
  n: number;
  /** Null: as many as fit. */
  maxTokens: number | null;
  stop: string[];
  sampler: NativeSamplerOptions;
  /** What the answer must spell; null: anything. */
  constraint: Constraint | null;
  /** Of the first choice; the next ones count up. 64 bit. */
  seed: bigint;
  logprobs: boolean;
  topLogprobs: number;
  /** Tokens of which the chunks tell the confidence. */
  confidenceTokens: number;
  turn: Turn;
}

export interface HostChatRequest extends SamplingRequest {
  messages: ChatMessage[];
  /** For the chat template. */
  variables: Record<string, unknown>;
  /** Null: the model is not to know of any tools. */
  toolUse: ToolUse | null;
}

const isPresent = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);

/** Parameters that ask for what the engine cannot do, with the values that ask for nothing. */
const UNSUPPORTED: Record<string, (body: Record<string, unknown>) => boolean> = {
  functions: (body) => isPresent(body['functions']) && body['function_call'] !== 'none',
  audio: (body) => isPresent(body['audio']),
  modalities: (body) =>
    (body['modalities'] as string[] | undefined)?.some((kind) => kind !== 'text') ?? false,
  web_search_options: (body) => isPresent(body['web_search_options']),
  prediction: (body) => isPresent(body['prediction']),
  best_of: (body) => Number(body['best_of'] ?? 1) > 1,
};

/** @throws {GatewayError} INVALID_REQUEST, UNSUPPORTED_FEATURE */
export function parseChatRequest(body: unknown): HostChatRequest {
  const parsed = parse(chatBody, body);
  if (parsed.top_logprobs && !parsed.logprobs) {
    throw new GatewayError('INVALID_REQUEST', 'top_logprobs needs logprobs: true', { param: 'top_logprobs' });
  }
  const request = samplingOf(parsed, parsed.max_completion_tokens ?? parsed.max_tokens ?? null);
  return {
    ...request,
    logprobs: parsed.logprobs ?? false,
    topLogprobs: parsed.top_logprobs ?? 0,
    messages: parsed.messages as ChatMessage[],
    variables: { ...reasoningVariables(parsed), ...parsed.chat_template_kwargs },
    toolUse: toolUseOf(parsed),
  };
}

/** Templates read `enable_thinking`, some `thinking`, gpt-oss's `reasoning_effort`. */
function reasoningVariables({ reasoning_effort, enable_thinking }: z.infer<typeof chatBody>) {
  const thinking = enable_thinking ?? (reasoning_effort === 'none' ? false : null);
  return {
    ...(reasoning_effort ? { reasoning_effort } : {}),
    ...(thinking === null ? {} : { enable_thinking: thinking, thinking }),
  };
}

/** @throws {GatewayError} INVALID_REQUEST at the first field that does not fit, UNSUPPORTED_FEATURE */
export function parse<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const result = schema.safeParse(body);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const param = issue.path.reduce<string>(
      (path, step) =>
        typeof step === 'number' ? `${path}[${step}]` : `${path}${path && '.'}${String(step)}`,
      '',
    );
    throw new GatewayError('INVALID_REQUEST', `${param || 'the body'}: ${issue.message}`, {
      param: param || null,
    });
  }
  const fields = body as Record<string, unknown>;
  for (const [param, asksFor] of Object.entries(UNSUPPORTED)) {
    if (asksFor(fields)) throw unsupported(param, 'leave it out, or ask for a target that can');
  }
  return result.data;
}

export const unsupported = (param: string, advice: string): GatewayError =>
  new GatewayError('UNSUPPORTED_FEATURE', `the local engine does not support ${param} yet; ${advice}`, {
    param,
  });

type Sampling = z.infer<z.ZodObject<typeof sampling>>;

export function samplingOf(body: Sampling, maxTokens: number | null): SamplingRequest {
  const bias = Object.entries(body.logit_bias ?? {}).map(([token, value]): [number, number] => [
    Number(token),
    value,
  ]);
  const given = {
    topK: body.top_k === -1 ? 0 : body.top_k,
    topP: body.top_p,
    minP: body.min_p,
    repetitionPenalty: body.repetition_penalty,
    presencePenalty: body.presence_penalty,
    frequencyPenalty: body.frequency_penalty,
    logitBias: bias.length > 0 ? bias : null,
  };
  const sampler = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  );
  const stops = typeof body.stop === 'string' ? [body.stop] : (body.stop ?? []);
  return {
    model: body.model ?? null,
    stream: body.stream ?? false,
    includeUsage: body.stream_options?.include_usage ?? false,
    n: body.n ?? 1,
    maxTokens,
    stop: stops.filter((stop) => stop !== ''),
    sampler: { ...sampler, temperature: body.temperature ?? 1 },
    constraint: constraintOf(body),
    seed:
      body.seed === null || body.seed === undefined
        ? randomBytes(8).readBigUInt64LE()
        : BigInt.asUintN(64, BigInt(body.seed)),
    logprobs: false,
    topLogprobs: 0,
    confidenceTokens: body.confidence_tokens ?? 0,
    turn: {
      priority: body.priority ?? 0,
      startWithinMs: body.start_within_ms ?? null,
      user: body.user ?? null,
    },
  };
}
