// One prompt to its text: scheduler tokens in, text deltas with their confidence out.
import { ConfidenceMeter } from '../contract/confidence.ts';
import type { DraftConfidence } from '../contract/draft.ts';
import type { NativeGrammar, NativeSamplerOptions, NativeStepResult } from './binding.ts';
import type { Model } from './model.ts';
import type { Scheduler } from './scheduler.ts';
import type { Turn } from './sequence.ts';
import { TextStream } from './text-stream.ts';

export interface GenerateRequest {
  prompt: Int32Array;
  /** Most tokens to sample, at least 1. */
  maxTokens: number;
  stop: readonly string[];
  sampler: NativeSamplerOptions;
  /** What the answer must spell; null: anything. */
  grammar: NativeGrammar | null;
  /** Report each token's log probability. */
  logprobs: boolean;
  /** 0 … 20 alternatives for each. */
  topLogprobs: number;
  /** Deltas carry the answer's confidence so far until it has so many tokens; that of these is also told at its end. */
  confidenceTokens: number;
  turn: Turn;
  /** Control tokens whose text counts. */
  markers: ReadonlySet<number>;
}

export interface TokenChoice {
  token: string;
  /** Natural logarithm, of the model's distribution before the sampler. */
  logprob: number;
  bytes: number[];
}

export interface TokenLogprob extends TokenChoice {
  top_logprobs: TokenChoice[];
}

export type GenerateEvent =
  /** Its turn has come. */
  | { type: 'start' }
  /** `tokens`: sampled since the last delta. */
  | {
      type: 'text-delta';
      text: string;
      logprobs: TokenLogprob[];
      tokens: number;
      /** Null: not asked for, or told already. */
      confidence: DraftConfidence | null;
    }
  | {
      type: 'finish';
      reason: 'stop' | 'length';
      completionTokens: number;
      /** Tokens of the prompt whose K/V was there already. */
      cachedTokens: number;
      confidence: DraftConfidence;
    };

/** Events a consumer may lag behind before its sequence sits steps out. */
const MAX_PENDING_EVENTS = 64;

/**
 * Generates until a stop string, the model's end of generation, or `maxTokens`. Leaving the iterator or aborting the
 * signal frees the session at once.
 * @throws {GatewayError} CONTEXT_OVERFLOW, ENGINE_OVERLOADED, CLIENT_CLOSED, and what the engine reports
 */
export async function* generate(
  model: Model,
  scheduler: Scheduler,
  request: GenerateRequest,
  signal: AbortSignal,
): AsyncGenerator<GenerateEvent, void, undefined> {
  const left = new AbortController();
  const events: GenerateEvent[] = [];
  let failure: unknown;
  let done = false;
  let notify = () => {};
  const emit = (event: GenerateEvent) => {
    events.push(event);
    notify();
  };
  const answer = new Answer(model, request);
  const delta = (text: string, logprobs: TokenLogprob[]): GenerateEvent => ({
    type: 'text-delta',
    text,
    logprobs,
    ...answer.takeTokens(),
  });
  scheduler
    .run(
      {
        prompt: request.prompt,
        maxTokens: request.maxTokens,
        sampler: request.sampler,
        grammar: request.grammar,
        topTokens: request.topLogprobs,
        turn: request.turn,
        signal: AbortSignal.any([signal, left.signal]),
        isBehind: () => events.length >= MAX_PENDING_EVENTS,
        onToken(result) {
          if (model.isEndOfGeneration(result.token)) {
            answer.ended(result);
            return false;
          }
          const { text, logprobs, stopped } = answer.add(result);
          if (text !== '' || logprobs.length > 0) emit(delta(text, logprobs));
          return !stopped;
        },
      },
      () => emit({ type: 'start' }),
    )
    .then(({ reason, cachedTokens }) => {
      const { text, logprobs, stopped } = answer.end();
      if (text !== '' || logprobs.length > 0) emit(delta(text, logprobs));
      emit({
        type: 'finish',
        reason: stopped ? 'stop' : reason,
        completionTokens: answer.tokens,
        cachedTokens,
        confidence: answer.confidence(),
      });
    })
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      done = true;
      notify();
    });
  try {
    while (true) {
      const event = events.shift();
      if (event) {
        if (events.length === MAX_PENDING_EVENTS - 1) scheduler.wake();
        yield event;
      } else if (failure !== undefined) throw failure;
      else if (done) return;
      else
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
    }
  } finally {
    left.abort();
  }
}

/** The text and the figures of one answer while it grows. */
class Answer {
  readonly #model: Model;
  readonly #request: GenerateRequest;
  readonly #stream: TextStream;
  /** Tokens whose text is not shown yet, with where that text starts (UTF-16 code units). */
  #pending: { start: number; logprob: TokenLogprob }[] = [];
  readonly #meter: ConfidenceMeter;
  #tokens = 0;
  #toldTokens = 0;

  constructor(model: Model, request: GenerateRequest) {
    this.#model = model;
    this.#request = request;
    this.#stream = new TextStream(request.stop);
    this.#meter = new ConfidenceMeter(request.confidenceTokens);
  }

  add(result: NativeStepResult): { text: string; logprobs: TokenLogprob[]; stopped: boolean } {
    this.#tokens++;
    this.#meter.add(result);
    if (this.#request.logprobs) {
      this.#pending.push({ start: this.#stream.decodedLength, logprob: this.#logprob(result) });
    }
    const piece = this.#stream.push(
      this.#model.tokenBytes(result.token, this.#request.markers.has(result.token)),
    );
    return { ...piece, logprobs: this.#shown(false) };
  }

  end(): { text: string; logprobs: TokenLogprob[]; stopped: boolean } {
    const piece = this.#stream.end();
    return { ...piece, logprobs: this.#shown(!piece.stopped) };
  }

  /** By a token that is not shown. */
  ended(result: NativeStepResult): void {
    this.#meter.end(result);
  }

  get tokens(): number {
    return this.#tokens;
  }

  /** Since the last call; the confidence is of all tokens so far. */
  takeTokens(): { tokens: number; confidence: DraftConfidence | null } {
    const confidence = this.#toldTokens < this.#request.confidenceTokens ? this.confidence() : null;
    const tokens = this.#tokens - this.#toldTokens;
    this.#toldTokens = this.#tokens;
    return { tokens, confidence };
  }

  confidence(): DraftConfidence {
    return this.#meter.confidence();
  }

  /** A token is reported with the first text of its own that is shown; at the end, all of them. */
  #shown(all: boolean): TokenLogprob[] {
    const split = this.#pending.findIndex(({ start }) => start >= this.#stream.shownLength);
    const count = all || split < 0 ? this.#pending.length : split;
    return this.#pending.splice(0, count).map(({ logprob }) => logprob);
  }

  #logprob(result: NativeStepResult): TokenLogprob {
    const top = Array.from(result.topTokens, (token, index) =>
      this.#choice(token, result.topLogprobs[index]!),
    );
    return { ...this.#choice(result.token, result.logprob), top_logprobs: top };
  }

  #choice(token: number, logprob: number): TokenChoice {
    const bytes = this.#model.tokenBytes(token, true);
    return { token: new TextDecoder().decode(bytes), logprob, bytes: [...bytes] };
  }
}
