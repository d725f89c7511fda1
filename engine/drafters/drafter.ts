// Who guesses an answer's next tokens, and by what record. The engine checks guesses in the step that would have come
// anyway, so the answer is the same; it is faster where guesses are right and stops where they do not pay.
// Source: Leviathan et al., "Fast Inference from Transformers via Speculative Decoding" (2023) for what a guess is worth.

/** Most tokens guessed at once. */
export const MOST_GUESSES = 8;

/** One sequence's guesses from one source. */
export interface Drafter {
  /**
   * What may follow the first `length` tokens: as many as pay, at most `most`. `cost`: of checking one guess, in tokens
   * decoded without guesses.
   */
  propose(length: number, most: number, cost: number): Int32Array;
  /** Learns from what came after the first `length` tokens, `sampled` of them, whether or not guesses were made. */
  learn(length: number, sampled: number): void;
  /** The sequence has ended. */
  close(): void;
}

/** How fast older guesses are forgotten. */
const FADE = 0.9;

/** How often guesses were right lately; begins in favour of trying. */
export class GuessRecord {
  #right = 1.4;
  #guessed = 2;

  /** Chance that a guess is right, given that those before it were. */
  get accuracy(): number {
    return this.#right / this.#guessed;
  }

  note(isRight: boolean): void {
    this.#right = this.#right * FADE + (isRight ? 1 : 0);
    this.#guessed = this.#guessed * FADE + 1;
  }

  /** The number of guesses with the greatest gain: guess k brings accuracy^k tokens and costs `cost`. */
  worthwhile(cost: number): number {
    let chance = this.accuracy;
    let count = 0;
    while (count < MOST_GUESSES && chance > cost) {
      count++;
      chance *= this.accuracy;
    }
    return count;
  }
}
