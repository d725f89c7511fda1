// Guesses of an answer's next tokens from what stands in the prompt and the answer already: what followed the last
// occurrence of the present three tokens. The engine checks guesses in the step that would have come anyway, so the
// answer is the same; it is faster where texts repeat themselves (quotes, code, extraction) and guesses stop where
// they do not pay. Source: Saxena, "Prompt Lookup Decoding" (2023); Leviathan et al., "Fast Inference from
// Transformers via Speculative Decoding" (2023) for what a guess is worth.

/** Tokens that must agree before a guess is made. */
const CONTEXT = 3;
/** Most tokens guessed at once. */
const MOST = 8;
/** How fast older guesses are forgotten. */
const FADE = 0.9;

export class Drafter {
  /** Prompt and answer, as far as known; longer than `#length`. */
  readonly #tokens: Int32Array;
  /** Hash of three tokens → the place after their last occurrence. */
  readonly #places = new Map<number, number>();
  #indexed = CONTEXT - 1;
  /** Right ones of the guesses so far, faded; begins in favour of trying. */
  #right = 1.4;
  #guessed = 2;

  constructor(tokens: Int32Array) {
    this.#tokens = tokens;
  }

  /** Chance that a guess is right, given that those before it were. */
  get accuracy(): number {
    return this.#right / this.#guessed;
  }

  /**
   * What may follow the first `length` tokens: as many as pay, at most `most`. `cost`: of one guessed token, in tokens
   * decoded without guesses.
   */
  propose(length: number, most: number, cost: number): Int32Array {
    const place = this.#lookUp(length);
    if (place < 0) return new Int32Array();
    const draft = new Int32Array(Math.min(most, MOST, this.#worthwhile(cost)));
    // What follows may run into the guess itself: a text that repeats a short piece.
    for (let i = 0; i < draft.length; i++) {
      draft[i] = place + i < length ? this.#tokens[place + i]! : draft[place + i - length]!;
    }
    return draft;
  }

  /** Learns from what came after the first `length` tokens, `sampled` of them, whether or not guesses were made. */
  learn(length: number, sampled: number): void {
    const place = this.#lookUp(length);
    if (place < 0) return;
    for (let i = 0; i < sampled; i++) {
      const isRight = this.#tokens[place + i] === this.#tokens[length + i];
      this.#right = this.#right * FADE + (isRight ? 1 : 0);
      this.#guessed = this.#guessed * FADE + 1;
      if (!isRight) return;
    }
  }

  /** The number of guesses with the greatest gain: a guess k pays accuracy^k tokens. */
  #worthwhile(cost: number): number {
    let chance = this.accuracy;
    let count = 0;
    while (count < MOST && chance > cost) {
      count++;
      chance *= this.accuracy;
    }
    return count;
  }

  /** The place after the last earlier occurrence of the three tokens before `length`; -1: none. */
  #lookUp(length: number): number {
    if (length < CONTEXT) return -1;
    for (; this.#indexed < length - 1; this.#indexed++) {
      this.#places.set(this.#hash(this.#indexed + 1), this.#indexed + 1);
    }
    const place = this.#places.get(this.#hash(length)) ?? -1;
    for (let back = 1; place > 0 && back <= CONTEXT; back++) {
      if (this.#tokens[place - back] !== this.#tokens[length - back]) return -1;
    }
    return place;
  }

  #hash(end: number): number {
    let hash = 0;
    for (let back = 1; back <= CONTEXT; back++)
      hash = Math.imul(hash, 0x01000193) + this.#tokens[end - back]!;
    return hash;
  }
}
