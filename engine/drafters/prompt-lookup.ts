// Guesses from what stands in the prompt and the answer already: what followed the last occurrence of the present three
// tokens. They cost nothing to make and pay where texts repeat themselves (quotes, code, extraction).
// Source: Saxena, "Prompt Lookup Decoding" (2023).
import { type Drafter, GuessRecord, MOST_GUESSES } from './drafter.ts';

/** Tokens that must agree before a guess is made. */
const CONTEXT = 3;

export class PromptLookup implements Drafter {
  /** Prompt and answer, as far as known; longer than `#length`. */
  readonly #tokens: Int32Array;
  /** Hash of three tokens → the place after their last occurrence. */
  readonly #places = new Map<number, number>();
  #indexed = CONTEXT - 1;
  readonly #record = new GuessRecord();

  constructor(tokens: Int32Array) {
    this.#tokens = tokens;
  }

  get accuracy(): number {
    return this.#record.accuracy;
  }

  propose(length: number, most: number, cost: number): Int32Array {
    const place = this.#lookUp(length);
    if (place < 0) return new Int32Array();
    const draft = new Int32Array(Math.min(most, MOST_GUESSES, this.#record.worthwhile(cost)));
    // What follows may run into the guess itself: a text that repeats a short piece.
    for (let i = 0; i < draft.length; i++) {
      draft[i] = place + i < length ? this.#tokens[place + i]! : draft[place + i - length]!;
    }
    return draft;
  }

  learn(length: number, sampled: number): void {
    const place = this.#lookUp(length);
    if (place < 0) return;
    for (let i = 0; i < sampled; i++) {
      const isRight = this.#tokens[place + i] === this.#tokens[length + i];
      this.#record.note(isRight);
      if (!isRight) return;
    }
  }

  close(): void {}

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
