// Looks ASCII words up by hash, in place: a word that is not listed costs no string.

/** Of lower-case letters; 30 bits, so that it is a small integer to the engine. */
export const mixLetter = (hash: number, code: number): number => (Math.imul(hash, 31) + code) & 0x3fffffff;

/** What a slot holds, in four integers side by side: one line of the cache for a look-up. */
const HASH = 0;
const FIRST = 1;
const LENGTH = 2;
const VALUE = 3;
const SLOT = 4;

/** The value of each listed word by the hash of its letters: open addressing, as most words of a text are not listed. Words are lower-case a to z. */
export class Lexicon {
  readonly #mask: number;
  /** By slot: a word's hash (-1 a free one), where its letters begin, how many they are, its value. */
  readonly #slots: Int32Array;
  /** Of all words, one behind the other. */
  readonly #letters: Uint8Array;

  /** @throws {Error} when two words have one hash: the list, not the text, is at fault. */
  constructor(values: ReadonlyMap<string, number>) {
    const size = 1 << (34 - Math.clz32(values.size));
    this.#mask = size - 1;
    this.#slots = new Int32Array(SLOT * size).fill(-1);
    this.#letters = Buffer.from([...values.keys()].join(''), 'latin1');
    const words: string[] = [];
    let first = 0;
    for (const [word, value] of values) {
      let hash = 0;
      for (let i = 0; i < word.length; i += 1) hash = mixLetter(hash, word.charCodeAt(i));
      const slot = this.#slotOf(hash);
      if (this.#slots[slot] === hash) throw new Error(`"${word}" and "${words[slot]}" have one hash`);
      words[slot] = word;
      this.#slots.set([hash, first, word.length, value], slot);
      first += word.length;
    }
  }

  /** Where a hash stands, or the free slot where it would. */
  #slotOf(hash: number): number {
    const slots = this.#slots;
    let slot = (hash ^ (hash >>> 15)) & this.#mask;
    while (slots[SLOT * slot + HASH] !== -1 && slots[SLOT * slot + HASH] !== hash)
      slot = (slot + 1) & this.#mask;
    return SLOT * slot;
  }

  /** The value of the word at [start, end), whose letters hash to `hash`; 0 where it is not listed. Letter case is ignored. */
  valueAt(units: Uint16Array, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const slot = this.#slotOf(hash);
    if (slots[slot + HASH] === -1 || slots[slot + LENGTH] !== end - start) return 0;
    const letters = this.#letters;
    const first = (slots[slot + FIRST] as number) - start;
    for (let i = start; i < end; i += 1) if (((units[i] as number) | 32) !== letters[first + i]) return 0;
    return slots[slot + VALUE] as number;
  }
}
