// Looks ASCII words up by hash, in place: a word that is not listed costs no string.

/** Of lower-case letters; 30 bits, so that it is a small integer to the engine. */
export const mixLetter = (hash: number, code: number): number => (Math.imul(hash, 31) + code) & 0x3fffffff;

/** The value of each listed word by the hash of its letters: open addressing, as most words of a text are not listed. Words are lower-case a to z. */
export class Lexicon {
  readonly #mask: number;
  /** By slot: a word's hash; -1 a free one. */
  readonly #hashes: Int32Array;
  readonly #words: string[] = [];
  readonly #values: number[] = [];

  /** @throws {Error} when two words have one hash: the list, not the text, is at fault. */
  constructor(values: ReadonlyMap<string, number>) {
    const size = 1 << (34 - Math.clz32(values.size));
    this.#mask = size - 1;
    this.#hashes = new Int32Array(size).fill(-1);
    for (let slot = 0; slot < size; slot += 1) {
      this.#words.push('');
      this.#values.push(0);
    }
    for (const [word, value] of values) {
      let hash = 0;
      for (let i = 0; i < word.length; i += 1) hash = mixLetter(hash, word.charCodeAt(i));
      const slot = this.#slotOf(hash);
      if (this.#hashes[slot] === hash) throw new Error(`"${word}" and "${this.#words[slot]}" have one hash`);
      this.#hashes[slot] = hash;
      this.#words[slot] = word;
      this.#values[slot] = value;
    }
  }

  /** Where a hash stands, or the free slot where it would. */
  #slotOf(hash: number): number {
    const hashes = this.#hashes;
    let slot = (hash ^ (hash >>> 15)) & this.#mask;
    while (hashes[slot] !== -1 && hashes[slot] !== hash) slot = (slot + 1) & this.#mask;
    return slot;
  }

  /** The value of the word at [start, end), whose letters hash to `hash`; 0 where it is not listed. Letter case is ignored. */
  valueAt(units: Uint16Array, start: number, end: number, hash: number): number {
    const slot = this.#slotOf(hash);
    const word = this.#words[slot] as string;
    if (this.#hashes[slot] === -1 || word.length !== end - start) return 0;
    for (let i = start; i < end; i += 1)
      if (((units[i] as number) | 32) !== word.charCodeAt(i - start)) return 0;
    return this.#values[slot] as number;
  }
}
