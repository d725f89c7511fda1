// One sequence of the scheduler: what is asked for, and how far it is.
import { GatewayError } from '../contract/errors.ts';
import type {
  NativeGrammar,
  NativePooling,
  NativeSamplerOptions,
  NativeSession,
  NativeStepResult,
} from './binding.ts';
import type { ModelDrafter } from './drafters/draft-model.ts';
import type { Drafter } from './drafters/drafter.ts';

export interface SequenceRequest {
  prompt: Int32Array;
  /** Most tokens to sample, at least 1; 0 with pooling. */
  maxTokens: number;
  /** The prompt's pooled hidden state is wanted: onToken gets one result, with `embedding`. */
  pooling?: NativePooling;
  /** The prompt is read in one step. */
  isWhole?: boolean;
  sampler: NativeSamplerOptions;
  /** What the answer must spell. */
  grammar?: NativeGrammar | null;
  /** Alternatives to report for each token, 0 … 20. */
  topTokens: number;
  turn: Turn;
  signal: AbortSignal;
  /** Called within the step's turn with every sampled token, in order; false ends the sequence. */
  onToken(result: NativeStepResult): boolean;
  /** True: the consumer is behind; the sequence keeps its place and sits steps out until wake(). */
  isBehind(): boolean;
}

/** Whose turn it is when many wait. */
export interface Turn {
  /** Lower goes first, as in vLLM; 0 is usual. */
  priority: number;
  /** Refused when it still waits after so many milliseconds; null: waits as long as its signal allows. */
  startWithinMs: number | null;
  /** Places are shared out evenly between users; null: all of those count as one. */
  user: string | null;
}

export const USUAL_TURN: Turn = { priority: 0, startWithinMs: null, user: null };

export interface SequenceEnd {
  /** `stop`: onToken said so, or the grammar allows nothing more; `length`: maxTokens were sampled. */
  reason: 'stop' | 'length';
  /** Tokens of the prompt whose K/V was there already. */
  cachedTokens: number;
}

/** A sequence on its way through the scheduler. */
export interface Sequence {
  request: SequenceRequest;
  /** Prompt, then every sampled token. */
  tokens: Int32Array;
  length: number;
  session: NativeSession | null;
  /** Who guesses for it: the first that has something to propose. */
  drafters: readonly Drafter[];
  /** That of them which needs the draft model's steps; null: there is none. */
  modelDrafter: ModelDrafter | null;
  /** Milliseconds of the scheduler's clock. */
  arrivedAt: number;
  admittedAt: number;
  /** Tokens whose K/V is computed. */
  position: number;
  /** Tokens whose K/V came from the prefix tree. */
  cachedTokens: number;
  ended: boolean;
  onAdmitted(): void;
  resolve(end: SequenceEnd): void;
  reject(error: unknown): void;
}

/** K/V is handed out in pages of so many tokens. */
export const PAGE_TOKENS = 64;

/** Why a sequence ended by its signal. */
export const cancelled = (signal: AbortSignal): GatewayError =>
  signal.reason instanceof GatewayError
    ? signal.reason
    : new GatewayError('CLIENT_CLOSED', 'the request was cancelled before its answer was complete');
