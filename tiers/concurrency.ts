// A bounded number of calls at once, and a bounded queue in front of it: first come, first served.
import type { CancelSignal } from '../contract/cancellation.ts';
import { GatewayError } from '../contract/errors.ts';
import { abortError, type Clock } from './clock.ts';

export interface SlotOptions {
  /** Calls at once, 1 … */
  maxConcurrent: number;
  /** Requests that may wait for a slot, 0 … */
  maxQueued: number;
}

interface Waiter {
  admit(): void;
}

export class Slots {
  readonly #name: string;
  readonly #options: SlotOptions;
  readonly #clock: Clock;
  /** In the order of arrival; deleting keeps it. */
  readonly #waiters = new Set<Waiter>();
  #busy = 0;

  /** @param name the target, for messages */
  constructor(name: string, options: SlotOptions, clock: Clock) {
    this.#name = name;
    this.#options = options;
    this.#clock = clock;
  }

  get busy(): number {
    return this.#busy;
  }

  get queued(): number {
    return this.#waiters.size;
  }

  /** Takes a free slot at once; false when there is none. */
  tryEnter(): boolean {
    if (this.#busy >= this.#options.maxConcurrent) return false;
    this.#busy += 1;
    return true;
  }

  /**
   * Waits for a slot. Each entered slot must be left exactly once.
   * @param maxWaitMs from now; Infinity waits as long as the signal allows
   * @throws {GatewayError} RATE_LIMITED when the queue is full or the wait is over, or the signal's reason
   */
  enter(signal: CancelSignal, maxWaitMs: number): Promise<void> {
    if (signal.aborted) return Promise.reject(abortError(signal));
    if (this.tryEnter()) return Promise.resolve();
    if (this.#waiters.size >= this.#options.maxQueued || maxWaitMs <= 0) {
      return Promise.reject(this.#fullError(`${this.#waiters.size} requests wait already`));
    }
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', onAbort);
        cancelTimer();
      };
      const onAbort = (): void => {
        stop();
        reject(abortError(signal));
      };
      const waiter: Waiter = {
        admit: () => {
          stop();
          resolve();
        },
      };
      const cancelTimer = Number.isFinite(maxWaitMs)
        ? this.#clock.after(maxWaitMs, () => {
            stop();
            reject(this.#fullError(`none came free within ${Math.round(maxWaitMs)} ms`));
          })
        : () => {};
      this.#waiters.add(waiter);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Gives a slot back; the first waiter gets it without it ever counting as free. */
  leave(): void {
    const [first] = this.#waiters;
    if (first) first.admit();
    else this.#busy -= 1;
  }

  #fullError(why: string): GatewayError {
    const message = `all ${this.#options.maxConcurrent} slots of ${this.#name} are busy and ${why}; try again, or raise its concurrency`;
    return new GatewayError('RATE_LIMITED', message);
  }
}
