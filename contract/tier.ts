// Tiers, targets and what a target can do. A target is one model at one provider in one tier.
import type { CancelSignal } from './cancellation.ts';
import type { ChatAnswer, ChatRequest } from './chat.ts';

export type TierLevel = 1 | 2 | 3;

/** Where a tier runs: on this machine, on the user's own servers, or at somebody else's. */
export type TrustZone = 'device' | 'private' | 'external';

/** What a client can ask of a target: the kinds of answer, each with a path of its own upstream. */
export const SURFACES = ['chat', 'completions', 'embeddings', 'rerank'] as const;
export type Surface = (typeof SURFACES)[number];
/** By its name in the ledger and the facts; every other one is a chat. */
export const surfaceNamed = (name: string): Surface => SURFACES.find((surface) => surface === name) ?? 'chat';

export interface Capabilities {
  tools: boolean;
  /** `response_format: {type: "json_object"}` */
  jsonMode: boolean;
  /** `response_format: {type: "json_schema"}`, enforced. */
  jsonSchema: boolean;
  vision: boolean;
  audio: boolean;
  logprobs: boolean;
  /** `n` > 1 */
  multipleChoices: boolean;
}

/** What an API is taken to be able to do where nothing else is said. */
export const ALL_CAPABILITIES: Capabilities = {
  tools: true,
  jsonMode: true,
  jsonSchema: true,
  vision: true,
  audio: true,
  logprobs: true,
  multipleChoices: true,
};

/** USD per million tokens. A missing part is unknown, which makes the cost unknown (null), never 0. */
export interface Price {
  inputUsdPerMtok: number;
  outputUsdPerMtok: number;
  cachedInputUsdPerMtok?: number;
  /** e.g. "config" or "builtin@2026-07-24" */
  source: string;
}

export interface Target {
  /** `local/qwen3-0.6b`, `inhouse/llama-3.3-70b`: unique, first part names the provider entry of the config. */
  id: string;
  tier: TierLevel;
  zone: TrustZone;
  /** Protocol adapter, e.g. `openai`; `local` is the engine host. */
  provider: string;
  /** The model's name as the upstream knows it. */
  model: string;
  /** Tokens, prompt and answer together; null when not known. */
  contextWindow: number | null;
  capabilities: Capabilities;
  /** Default: chat alone. */
  surfaces?: readonly Surface[];
  price: Price | null;
}

/** A target's state at one moment. */
export interface TargetState {
  available: boolean;
  /** Why not, or a remark, e.g. "breaker open for 12 s", "no model file: ...". */
  reason?: string;
  /** Requests that run at it, and from how many on others go elsewhere where policy allows. */
  load?: { running: number; limit: number };
  /** Of whole answers lately; left out while none was measured. */
  latencyMs?: number;
}

/** What one target is allowed to see of a request. Made by the pipeline for each attempt, never by a tier. */
export interface Outgoing {
  /** In the shape of a chat whatever the surface; contract/chat.ts says how. */
  request: ChatRequest;
  /** Default: chat. */
  surface?: Surface;
  /** True: values were replaced by placeholders. */
  redacted: boolean;
  /** The answer is a draft: the confidence of its first so many tokens is wanted while it streams. */
  confidenceTokens?: number;
  /** Looks at the serialised body once more, at the door: a reason when something must not leave, else null. */
  check?: (body: string) => string | null;
}

export interface AttemptContext {
  requestId: string;
  /** Aborted when the client goes away or the deadline passes. */
  signal: CancelSignal;
}

/** Counts tokens where the upstream reported none. */
export interface TokenCounter {
  /** Tokens of a whole prompt, with the overhead of its messages. */
  prompt(request: ChatRequest, model: string): Promise<number>;
  text(text: string, model: string): Promise<number>;
}

/** One target that can be called. Implemented by tiers/local.ts and tiers/remote.ts. */
export interface TargetRunner {
  readonly target: Target;
  /** The model's own tokenizer, where it can be asked. */
  readonly counter?: TokenCounter;
  state(): TargetState;
  /**
   * One attempt without retries, at the outgoing request's surface. Resolves with the whole completion, or, for
   * `stream: true`, once the upstream has accepted the request (its status is 200); errors after that are thrown by the
   * event iterator. The iterator's `return()` and the signal both cancel the upstream's work. Usage is always asked of
   * the upstream.
   * @throws {GatewayError} PROVIDER_*, ENGINE_*, CONTEXT_OVERFLOW, NO_LOCAL_MODEL, EGRESS_BLOCKED
   */
  chat(outgoing: Outgoing, context: AttemptContext): Promise<ChatAnswer>;
  close(): Promise<void>;
}
