// Looks ASCII words up by hash, in place: a word that is not listed costs no string.

/** Of lower-case letters; 30 bits, so that it is a small integer to the engine. */
export const mixLetter = (hash: number, code: number): number => (Math.imul(hash, 31) + code) & 0x3fffffff;

/** The value of each listed word by the hash of its letters. Words are lower-case a to z. */
export class Lexicon {
  readonly #slots = new Map<number, { word: string; value: number }>();

  /** @throws {Error} when two words have one hash: the list, not the text, is at fault. */
  constructor(values: ReadonlyMap<string, number>) {
    for (const [word, value] of values) {
      let hash = 0;
      for (let i = 0; i < word.length; i += 1) hash = mixLetter(hash, word.charCodeAt(i));
      const other = this.#slots.get(hash);
      if (other !== undefined) throw new Error(`"${word}" and "${other.word}" have one hash`);
      this.#slots.set(hash, { word, value });
    }
  }

  /** The value of the word at [start, end), whose letters hash to `hash`; 0 where it is not listed. Letter case is ignored. */
  valueAt(text: string, start: number, end: number, hash: number): number {
    const slot = this.#slots.get(hash);
    if (slot === undefined || slot.word.length !== end - start) return 0;
    for (let i = start; i < end; i += 1)
      if ((text.charCodeAt(i) | 32) !== slot.word.charCodeAt(i - start)) return 0;
    return slot.value;
  }
}
