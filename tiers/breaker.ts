// Circuit breaker of one target: after repeated failures it is left alone for a while, then tried with single calls.
// Pure state over an injected clock. Source: M. Nygard, "Release It!", 2nd edition, chapter 5.
import type { ErrorCode, GatewayError } from '../contract/errors.ts';

export interface BreakerOptions {
  /** Opens after so many failures in a row. */
  consecutiveFailures: number;
  /** ... or when this share (0 … 1) of the last `windowCalls` failed, once `minCalls` are known. */
  failureRate: number;
  windowCalls: number;
  minCalls: number;
  /** Milliseconds it stays open. */
  openMs: number;
}

const DEFAULT_BREAKER: BreakerOptions = {
  consecutiveFailures: 5,
  failureRate: 0.5,
  windowCalls: 20,
  minCalls: 10,
  openMs: 15_000,
};

/** The target's own failures. A request that it refuses (4xx but 429) or a client that leaves says nothing about it. */
const COUNTED: ReadonlySet<ErrorCode> = new Set([
  'PROVIDER_UNREACHABLE',
  'PROVIDER_TIMEOUT',
  'PROVIDER_ERROR',
  'PROVIDER_PROTOCOL',
  'PROVIDER_RATE_LIMITED',
  'ENGINE_CRASHED',
  'ENGINE_OVERLOADED',
]);

export const countsAsFailure = (error: GatewayError): boolean => COUNTED.has(error.code);

export type BreakerResult = 'success' | 'failure' | 'neutral';

/** Leave to make one call. Its result must be given exactly once; further ones are ignored. */
export interface BreakerPermit {
  settle(result: BreakerResult): void;
}

export class Breaker {
  readonly #options: BreakerOptions;
  readonly #now: () => number;
  #state: 'closed' | 'open' | 'half-open' = 'closed';
  /** Rises with every change of state: results of calls begun before it are stale. */
  #era = 0;
  #openedAt = 0;
  #probing = false;
  #inARow = 0;
  /** Results of the last calls, true for a failure; a ring. */
  #window: boolean[] = [];
  #cursor = 0;

  /** @param now milliseconds that only go forward */
  constructor(now: () => number, options: Partial<BreakerOptions> = {}) {
    this.#now = now;
    this.#options = { ...DEFAULT_BREAKER, ...options };
  }

  get state(): 'closed' | 'open' | 'half-open' {
    return this.#state === 'open' && this.openForMs() === 0 ? 'half-open' : this.#state;
  }

  /** Milliseconds until the next trial call, 0 when not open. */
  openForMs(): number {
    if (this.#state !== 'open') return 0;
    return Math.max(0, this.#openedAt + this.#options.openMs - this.#now());
  }

  /** Null: the target is not to be called now. In half-open state one call at a time is let through. */
  enter(): BreakerPermit | null {
    if (this.#state === 'open') {
      if (this.openForMs() > 0) return null;
      this.#change('half-open');
    }
    if (this.#state === 'half-open') {
      if (this.#probing) return null;
      this.#probing = true;
    }
    const era = this.#era;
    let settled = false;
    return {
      settle: (result) => {
        if (settled || era !== this.#era) return;
        settled = true;
        this.#note(result);
      },
    };
  }

  /** A failure after the permit was settled: a stream that broke off once it had begun well. */
  noteLateFailure(): void {
    if (this.#state === 'closed') this.#note('failure');
  }

  #note(result: BreakerResult): void {
    if (this.#state === 'half-open') {
      if (result === 'success') this.#change('closed');
      else if (result === 'failure') this.#change('open');
      else this.#probing = false;
      return;
    }
    if (result === 'neutral') return;
    const failed = result === 'failure';
    this.#inARow = failed ? this.#inARow + 1 : 0;
    this.#window[this.#cursor] = failed;
    this.#cursor = (this.#cursor + 1) % this.#options.windowCalls;
    if (failed && this.#isTooMuch()) this.#change('open');
  }

  #isTooMuch(): boolean {
    if (this.#inARow >= this.#options.consecutiveFailures) return true;
    if (this.#window.length < this.#options.minCalls) return false;
    const failures = this.#window.filter(Boolean).length;
    return failures / this.#window.length >= this.#options.failureRate;
  }

  #change(state: 'closed' | 'open' | 'half-open'): void {
    this.#state = state;
    this.#era += 1;
    this.#probing = false;
    this.#inARow = 0;
    this.#window = [];
    this.#cursor = 0;
    if (state === 'open') this.#openedAt = this.#now();
  }
}
