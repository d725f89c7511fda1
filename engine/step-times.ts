// What steps cost on this machine, learnt from those that ran: how long a step takes in which n sequences decode one
// token each, what each guess adds to it, and what a row of a prompt costs. Guides how much of a prompt is read beside a
// step and how many guesses it takes on; no answer depends on it. All times in milliseconds.

/** Weight of the newest measurement; older ones fade. */
const WEIGHT = 0.25;
/** A longer step says more about the machine's other work than about ours. */
const OUTLIER = 3;
/** Steps with guesses after which plain decoding is measured again: it slows as timelines grow. */
const REMEASURE_AFTER = 64;
/** What running streams may be slowed to while a prompt is read. Below 2, so that p99 stays below it too. */
const SLOWED_TO = 1.6;
/** Fewest rows of a reading: fewer would reread the weights for next to nothing. */
const LEAST_ROWS = 8;
/** Rows of the first reading, whose cost nobody knows. */
const FIRST_ROWS = 32;

export interface MeasuredStep {
  /** Sequences that got one token each. */
  decoding: number;
  promptRows: number;
  draftRows: number;
  /** Without what went into a reading. */
  ms: number;
}

export class StepTimes {
  /** By the number of decoding sequences. */
  readonly #plain = new Map<number, number>();
  #draftRow: number | null = null;
  #readingRow: number | null = null;
  #stepsSincePlain = 0;

  observe({ decoding, promptRows, draftRows, ms }: MeasuredStep): void {
    if (decoding === 0 || promptRows > 0) return;
    if (draftRows === 0) {
      this.#plain.set(decoding, blend(this.#plain.get(decoding) ?? null, ms));
      this.#stepsSincePlain = 0;
      return;
    }
    this.#stepsSincePlain++;
    const base = this.plainMs(decoding);
    // Rows that cost next to nothing are possible: a step is bound by reading the weights.
    if (base !== null) this.#draftRow = blend(this.#draftRow, Math.max((ms - base) / draftRows, base * 1e-3));
  }

  /** A reading that has ended. `ms`: of all its layers. */
  observeReading(rows: number, ms: number): void {
    this.#readingRow = blend(this.#readingRow, ms / rows);
  }

  /** Of a step with nothing but `decoding` tokens, from the nearest measured number; null: none was measured. */
  plainMs(decoding: number): number | null {
    let nearest: number | null = null;
    for (const measured of this.#plain.keys()) {
      if (nearest === null || Math.abs(measured - decoding) < Math.abs(nearest - decoding))
        nearest = measured;
    }
    return nearest === null ? null : this.#plain.get(nearest)!;
  }

  /**
   * What a step of `decoding` tokens may give to the reading of prompts, `reading` of them: where more wait for their
   * first token than stream, those count for more.
   */
  readingMs(decoding: number, reading: number): number {
    return (SLOWED_TO - 1) * (this.plainMs(decoding) ?? 0) * Math.max(1, reading / decoding);
  }

  /** Rows whose passage through one of `nLayers` layers takes `layerMs`: a reading goes on by one layer at least. */
  readingRows(layerMs: number, nLayers: number): number {
    if (this.#readingRow === null) return FIRST_ROWS;
    return Math.max(LEAST_ROWS, Math.floor((layerMs * nLayers) / this.#readingRow));
  }

  /** A guessed token's cost in tokens that the same time would decode; null asks for a plain step. */
  draftCost(decoding: number): number | null {
    const plain = this.#stepsSincePlain >= REMEASURE_AFTER ? null : (this.#plain.get(decoding) ?? null);
    if (plain === null) return null;
    // Until one was measured: cheap enough to try.
    return ((this.#draftRow ?? plain / 10) * decoding) / plain;
  }
}

/** `old` with the newest measurement; null: there is none yet. */
export const blend = (old: number | null, value: number): number =>
  old === null ? value : old + WEIGHT * (Math.min(value, OUTLIER * old) - old);
