// What steps cost on this machine, learnt from those that ran: how long a step takes in which n sequences decode one
// token each, and what each further row adds to it. Guides how much of a prompt and how many guesses a step takes on;
// no answer depends on it. All times in milliseconds.

/** Weight of the newest measurement; older ones fade. */
const WEIGHT = 0.25;
/** A longer step says more about the machine's other work than about ours. */
const OUTLIER = 3;
/** Steps of prompt reading after which plain decoding is measured again: it slows as timelines grow. */
const REMEASURE_AFTER = 64;
/** What running streams may be slowed to while a prompt is read. Below 2, so that p99 stays below it too. */
const SLOWED_TO = 1.6;
/** Fewest prompt tokens in a step, so that a prompt always gets on. */
const MIN_CHUNK = 4;

export interface MeasuredStep {
  /** Sequences that got one token each. */
  decoding: number;
  promptRows: number;
  draftRows: number;
  ms: number;
}

export class StepTimes {
  /** By the number of decoding sequences. */
  readonly #plain = new Map<number, number>();
  #promptRow: number | null = null;
  #draftRow: number | null = null;
  #stepsSincePlain = 0;

  observe({ decoding, promptRows, draftRows, ms }: MeasuredStep): void {
    if (promptRows === 0 && draftRows === 0) {
      this.#plain.set(decoding, blend(this.#plain.get(decoding) ?? null, ms));
      this.#stepsSincePlain = 0;
      return;
    }
    this.#stepsSincePlain++;
    const base = decoding === 0 ? 0 : this.#nearest(decoding);
    if (base === null) return;
    // Rows that cost next to nothing are possible: a step is bound by reading the weights.
    const perRow = Math.max((ms - base) / (promptRows + draftRows), base * 1e-3);
    if (draftRows === 0) this.#promptRow = blend(this.#promptRow, perRow);
    else if (promptRows === 0) this.#draftRow = blend(this.#draftRow, perRow);
  }

  /** The time of a plain step; null: not known for this number, or too old. */
  #believed(decoding: number): number | null {
    return this.#stepsSincePlain >= REMEASURE_AFTER ? null : (this.#plain.get(decoding) ?? null);
  }

  /** Of a step with nothing but `decoding` tokens; from the nearest measured number; null: none was measured. */
  #nearest(decoding: number): number | null {
    let nearest: number | null = null;
    for (const measured of this.#plain.keys()) {
      if (nearest === null || Math.abs(measured - decoding) < Math.abs(nearest - decoding))
        nearest = measured;
    }
    return nearest === null ? null : this.#plain.get(nearest)!;
  }

  /**
   * Prompt tokens a step may read beside `decoding` tokens, for `reading` prompts: where more wait for their first token
   * than stream, those count for more. 0 asks for a plain step, whose time is not known or no
   * longer believed.
   */
  promptBudget(decoding: number, reading: number, most: number): number {
    if (decoding === 0) return most;
    const plain = this.#believed(decoding);
    if (plain === null) return 0;
    const extraMs = (SLOWED_TO - 1) * plain * Math.max(1, reading / decoding);
    const chunk = this.#promptRow === null ? MIN_CHUNK : extraMs / this.#promptRow;
    return Math.min(most, Math.max(MIN_CHUNK, Math.floor(chunk)));
  }

  /** A guessed token's cost in tokens that the same time would decode; null asks for a plain step. */
  draftCost(decoding: number): number | null {
    const plain = this.#believed(decoding);
    if (plain === null) return null;
    // Until one was measured: cheap enough to try.
    return ((this.#draftRow ?? plain / 10) * decoding) / plain;
  }
}

const blend = (old: number | null, value: number): number =>
  old === null ? value : old + WEIGHT * (Math.min(value, OUTLIER * old) - old);
