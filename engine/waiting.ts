// Requests that wait for a place: who is next, how many may wait, and when a place may be free.
import { GatewayError } from '../contract/errors.ts';
import type { Sequence } from './sequence.ts';

/** Waiting that long counts as one step of priority, so that nobody waits for ever. */
const AGING_MS = 10_000;
const MAX_RETRY_AFTER_S = 60;

export class WaitingQueue {
  readonly #capacity: number;
  readonly #waiting: Sequence[] = [];
  /** Average time from admission to end. */
  #serviceMs = 1000;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#waiting.length;
  }

  get isFull(): boolean {
    return this.#waiting.length >= this.#capacity;
  }

  /** In order of arrival. */
  [Symbol.iterator](): Iterator<Sequence> {
    return this.#waiting[Symbol.iterator]();
  }

  push(sequence: Sequence): void {
    this.#waiting.push(sequence);
  }

  remove(sequence: Sequence): void {
    const place = this.#waiting.indexOf(sequence);
    if (place >= 0) this.#waiting.splice(place, 1);
  }

  /**
   * By priority (lower first), which rises while one waits; among equals the user with the fewest running sequences;
   * then the earliest deadline; then arrival.
   */
  next(now: number, active: readonly Sequence[]): Sequence | undefined {
    const running = (sequence: Sequence) =>
      active.filter(({ request }) => request.turn.user === sequence.request.turn.user).length;
    const rank = (sequence: Sequence) => [
      sequence.request.turn.priority - Math.floor((now - sequence.arrivedAt) / AGING_MS),
      running(sequence),
      sequence.arrivedAt + (sequence.request.turn.startWithinMs ?? Number.POSITIVE_INFINITY),
    ];
    let best: { sequence: Sequence; rank: number[] } | undefined;
    for (const sequence of this.#waiting) {
      const candidate = { sequence, rank: rank(sequence) };
      if (best === undefined || isBefore(candidate.rank, best.rank)) best = candidate;
    }
    return best?.sequence;
  }

  /** A sequence has run for so long. */
  served(ms: number): void {
    this.#serviceMs += 0.2 * (ms - this.#serviceMs);
  }

  /** What one who finds the queue full is told. `places`: sequences that run at once. */
  refusal(places: number): GatewayError {
    const seconds = Math.ceil(this.#serviceMs / Math.max(places, 1) / 1000);
    return new GatewayError(
      'ENGINE_OVERLOADED',
      `${this.size} requests already wait for the local engine; try again shortly`,
      { retryAfterS: Math.min(Math.max(seconds, 1), MAX_RETRY_AFTER_S) },
    );
  }
}

const isBefore = (a: readonly number[], b: readonly number[]): boolean => {
  const different = a.findIndex((value, index) => value !== b[index]);
  return different >= 0 && a[different]! < b[different]!;
};
