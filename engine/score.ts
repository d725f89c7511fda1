// How well a model foretells a given text: its logits at every position, window by window.
// Source of the definition: llama.cpp's tools/perplexity (windows of n_ctx tokens, each begins with BOS where the model
// wants one, the second half of each window is scored).
import { GatewayError } from '../contract/errors.ts';
import type { NativeEngine } from './binding.ts';
import { fromNativeError, type Model } from './model.ts';

/** Of logits that one step returns. */
const MOST_ROW_BYTES = 32 << 20;

export interface ScoredRows {
  /** (targets.length, n_vocab) */
  logits: Float32Array;
  /** The token that each row ought to foretell. */
  targets: Int32Array;
}

export interface ScoringOptions {
  /** Tokens in a window. */
  contextTokens: number;
  /** At most so many windows; 0: all of them. */
  chunks: number;
  /** 0: physical cores. */
  threads: number;
}

/** One model over one text. */
export class TextScorer {
  /** Whole windows of the text, as far as `chunks` allows. */
  readonly windows: Int32Array[];
  readonly nVocab: number;
  /** Seconds of forward passes, and the tokens read in them. */
  seconds = 0;
  tokensRead = 0;
  readonly #engine: NativeEngine;
  readonly #rowsAtOnce: number;

  /** @throws {GatewayError} INVALID_REQUEST for a text of less than one window, or a size that the engine refuses */
  constructor(model: Model, text: string, { contextTokens, chunks, threads }: ScoringOptions) {
    const { nVocab, addBos, bosToken } = model.info;
    this.nVocab = nVocab;
    const tokens = model.tokenize(text, { special: true });
    const nWindows = Math.floor(tokens.length / contextTokens);
    if (nWindows === 0)
      throw new GatewayError(
        'INVALID_REQUEST',
        `the text has ${tokens.length} tokens and a window ${contextTokens}; give a longer text or a smaller --context`,
      );
    this.windows = Array.from({ length: chunks > 0 ? Math.min(chunks, nWindows) : nWindows }, (_, i) => {
      const window = tokens.slice(i * contextTokens, (i + 1) * contextTokens);
      if (addBos) window[0] = bosToken;
      return window;
    });
    this.#rowsAtOnce = Math.max(1, Math.min(256, Math.floor(MOST_ROW_BYTES / (4 * nVocab))));
    this.#engine = model.createEngine({
      threads,
      contextTokens,
      kvTokens: 0,
      batchTokens: Math.max(1, Math.min(512, contextTokens)),
    });
  }

  /** The scored half of one window, some rows at a time; `ScoredRows` are the caller's to keep. */
  async *rows(window: Int32Array): AsyncGenerator<ScoredRows> {
    const first = Math.floor(window.length / 2);
    const session = this.#engine.newSession();
    try {
      if (first > 0) await this.#step(session, window.subarray(0, first), false);
      for (let at = first; at < window.length - 1; at += this.#rowsAtOnce) {
        const end = Math.min(at + this.#rowsAtOnce, window.length - 1);
        const logits = await this.#step(session, window.subarray(at, end), true);
        yield { logits, targets: window.subarray(at + 1, end + 1) };
      }
    } finally {
      session.close();
    }
  }

  async #step(session: ReturnType<NativeEngine['newSession']>, tokens: Int32Array, allLogits: boolean) {
    const started = performance.now();
    const [result] = await this.#engine
      .step([{ session, tokens, sample: false, nTop: 0, allLogits }])
      .catch((error: unknown) => {
        throw fromNativeError(error);
      });
    this.seconds += (performance.now() - started) / 1000;
    this.tokensRead += tokens.length;
    return result?.logits ?? new Float32Array();
  }

  /** Tokens a second when written one by one after a short prompt. */
  async decodeSpeed(nTokens = 32): Promise<number> {
    const session = this.#engine.newSession();
    try {
      session.setSampler({ temperature: 0 });
      const prompt = this.windows[0]!.subarray(0, 8);
      const count = Math.max(1, Math.min(nTokens, this.#engine.nCtx - prompt.length - 1));
      let [result] = await this.#engine.step([{ session, tokens: prompt, sample: true, nTop: 0 }]);
      const started = performance.now();
      for (let i = 0; i < count; i++) {
        const tokens = Int32Array.of(result?.token ?? 0);
        [result] = await this.#engine.step([{ session, tokens, sample: true, nTop: 0 }]);
      }
      return count / ((performance.now() - started) / 1000);
    } finally {
      session.close();
    }
  }

  close(): void {
    this.#engine.close();
  }
}

/** Natural logarithm of the sum of the exponentials of a row. NaN where a logit is not finite. */
export function logSumExp(logits: Float32Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > max) max = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - max);
  return max + Math.log(sum);
}

/** Running mean of negative log-likelihoods. */
export class Perplexity {
  positions = 0;
  #sum = 0;
  #squares = 0;

  add(nll: number): void {
    this.positions++;
    this.#sum += nll;
    this.#squares += nll * nll;
  }

  /** Nats a token. */
  get meanNll(): number {
    return this.#sum / this.positions;
  }

  get value(): number {
    return Math.exp(this.meanNll);
  }

  /** Standard error of `value`. */
  get standardError(): number {
    const variance = this.#squares / this.positions - this.meanNll ** 2;
    return this.positions > 1 && variance > 0 ? this.value * Math.sqrt(variance / (this.positions - 1)) : 0;
  }
}

/** Adds a window's rows to a perplexity. @throws {GatewayError} MODEL_FILE_INVALID where the logits are not finite */
export function addRows({ logits, targets }: ScoredRows, nVocab: number, perplexity: Perplexity): void {
  for (const [i, target] of targets.entries()) {
    const row = logits.subarray(i * nVocab, (i + 1) * nVocab);
    perplexity.add(finite(logSumExp(row) - row[target]!));
  }
}

export function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new GatewayError(
    'MODEL_FILE_INVALID',
    'the model computes logits that are not finite; its weights are damaged or overflow',
  );
}
