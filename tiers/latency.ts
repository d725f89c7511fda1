// How long answers of a target take: a mean in which every new answer weighs a tenth, forgotten after a while without any.
const WEIGHT = 0.1;
/** A target that is left alone for being slow gets another chance after this. */
const FORGOTTEN_AFTER_MS = 60_000;

export class Latency {
  readonly #now: () => number;
  #meanMs: number | null = null;
  #measuredAt = 0;

  /** @param now milliseconds that only go forward */
  constructor(now: () => number) {
    this.#now = now;
  }

  note(durationMs: number): void {
    const known = this.meanMs();
    this.#meanMs = known === null ? durationMs : known + WEIGHT * (durationMs - known);
    this.#measuredAt = this.#now();
  }

  /** Null: not measured, or not lately. */
  meanMs(): number | null {
    return this.#now() - this.#measuredAt > FORGOTTEN_AFTER_MS ? null : this.#meanMs;
  }
}
