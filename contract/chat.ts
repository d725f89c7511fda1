// The chat vocabulary inside Tiergate: the OpenAI Chat Completions shape, with its wire names.
// Every surface converts into it and every provider out of it (docs/decisions/2026-11-23-openai-shape-inside.md).
// Unknown fields are kept, never dropped: types name only what Tiergate reads.
// A text completion travels as a chat too: each prompt is a user message, and its answers are messages. So does an
// embeddings request: each input is a user message, and the completion has no choices but the response's `data`.
// Source: OpenAI API reference, "Create chat completion".

export type Role = 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function';

/** A content part: text, refusal, image_url, input_audio, file ... Only `text` and `refusal` hold prose. */
export interface ContentPart {
  type: string;
  text?: string;
  refusal?: string;
  [key: string]: unknown;
}

export interface ToolCall {
  id: string;
  type: 'function' | (string & {});
  /** `arguments` is JSON text as the model wrote it; it may be invalid. */
  function?: { name: string; arguments: string };
  [key: string]: unknown;
}

export interface ChatMessage {
  role: Role;
  content?: string | ContentPart[] | null;
  name?: string;
  tool_calls?: ToolCall[];
  tool_call_id?: string;
  refusal?: string | null;
  [key: string]: unknown;
}

export interface ToolDefinition {
  type: 'function' | (string & {});
  function?: { name: string; description?: string; parameters?: unknown; strict?: boolean | null };
  [key: string]: unknown;
}

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  stream?: boolean | null;
  stream_options?: { include_usage?: boolean; [key: string]: unknown } | null;
  temperature?: number | null;
  top_p?: number | null;
  /** Extensions that local engines know. */
  top_k?: number | null;
  min_p?: number | null;
  repetition_penalty?: number | null;
  presence_penalty?: number | null;
  frequency_penalty?: number | null;
  logit_bias?: Record<string, number> | null;
  seed?: number | null;
  stop?: string | string[] | null;
  max_tokens?: number | null;
  max_completion_tokens?: number | null;
  n?: number | null;
  logprobs?: boolean | null;
  top_logprobs?: number | null;
  tools?: ToolDefinition[] | null;
  tool_choice?: unknown;
  response_format?: {
    type: string;
    json_schema?: { strict?: boolean | null; [key: string]: unknown };
    [key: string]: unknown;
  } | null;
  user?: string | null;
  metadata?: Record<string, unknown> | null;
  /** Text completions and embeddings: token ids in place of texts. */
  input_ids?: number[] | number[][] | null;
  /** Text completions: what comes after the answer. */
  suffix?: string | null;
  [key: string]: unknown;
}

export type FinishReason =
  | 'stop'
  | 'length'
  | 'tool_calls'
  | 'content_filter'
  | 'function_call'
  | (string & {});

/** Token counts as the upstream reported them (wire names). */
export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details?: { cached_tokens?: number; [key: string]: unknown } | null;
  completion_tokens_details?: { reasoning_tokens?: number; [key: string]: unknown } | null;
  [key: string]: unknown;
}

export interface ChatChoice {
  index: number;
  message: ChatMessage;
  finish_reason: FinishReason | null;
  logprobs?: unknown;
  [key: string]: unknown;
}

export interface ChatCompletion {
  id: string;
  object: 'chat.completion';
  created: number;
  model: string;
  choices: ChatChoice[];
  usage?: Usage | null;
  [key: string]: unknown;
}

export interface ToolCallDelta {
  index: number;
  id?: string;
  type?: string;
  function?: { name?: string; arguments?: string };
  [key: string]: unknown;
}

export interface ChatDelta {
  role?: Role;
  content?: string | null;
  reasoning_content?: string | null;
  refusal?: string | null;
  tool_calls?: ToolCallDelta[];
  [key: string]: unknown;
}

export interface ChatChunkChoice {
  index: number;
  delta: ChatDelta;
  finish_reason?: FinishReason | null;
  logprobs?: unknown;
  [key: string]: unknown;
}

export interface ChatChunk {
  id: string;
  object: 'chat.completion.chunk';
  created: number;
  model: string;
  /** Empty on the usage chunk. */
  choices: ChatChunkChoice[];
  usage?: Usage | null;
  [key: string]: unknown;
}

/**
 * One streamed chunk. `raw` is the exact JSON text the chunk was parsed from; whoever changes
 * `chunk` must drop it, so that an untouched chunk is passed on without being written again.
 */
export interface ChatEvent {
  chunk: ChatChunk;
  raw?: string;
}

/**
 * Events in batches: what arrived together goes on together, so that each stage waits once per arrival and not once per
 * event. A batch is never empty.
 */
export type EventBatches = AsyncIterable<readonly ChatEvent[]>;

/** What a target gives back: a whole answer, or events until the stream's end (`[DONE]` is not an event). */
export type ChatAnswer =
  | { kind: 'completion'; completion: ChatCompletion; raw?: string }
  | { kind: 'stream'; events: EventBatches };
