// Word lists as a table of hashes: which words are forenames, surnames, places, street words, company forms. A word's bits are
// features like any other; a list alone decides nothing.
import { mix, type Tokens, wordHash } from './tokens.ts';

export const LIST = {
  forename: 1,
  surname: 2,
  place: 4,
  street: 8,
  company: 16,
  title: 32,
  /** Frequent in lower case: `will`, `mark` and `rose` are words first. */
  common: 64,
  /** Often with a capital, and no name: German nouns, products. */
  noun: 128,
} as const;

/** A word's bits: the lists in the lower byte, in the upper one how usual it is in small letters and with a capital (usage.ts). */
export const LISTS = 0xff;
export const USAGE_SHIFT = 8;
/** Of a usage, how usual the word is with a capital; above them, how usual in small letters. */
export const CAPITAL_BITS = 3;

/** How a word of this usage is mostly written. */
export const CASING = { unknown: 0, small: 1, capital: 2, onlyCapital: 3 } as const;
export function casingOf(usage: number): number {
  const small = usage >> CAPITAL_BITS;
  const capital = usage & ((1 << CAPITAL_BITS) - 1);
  if (usage === 0) return CASING.unknown;
  if (small >= capital) return CASING.small;
  return small > 0 ? CASING.capital : CASING.onlyCapital;
}

/** Open addressing: `keys[slot]` is a word's hash, 0 a free slot, `bits[slot]` what is known of it. */
export interface Gazetteer {
  keys: Int32Array;
  bits: Uint16Array;
}

const slotOf = (keys: Int32Array, hash: number): number => {
  let slot = mix(hash, 7) & (keys.length - 1);
  while (keys[slot] !== 0 && keys[slot] !== hash) slot = (slot + 1) & (keys.length - 1);
  return slot;
};

/** @param words word and bits; a word of several entries has all their bits */
export function buildGazetteer(words: Iterable<readonly [word: string, bits: number]>): Gazetteer {
  const all = new Map<number, number>();
  for (const [word, bits] of words) {
    const hash = wordHash(word) || 1;
    all.set(hash, (all.get(hash) ?? 0) | bits);
  }
  const size = 1 << Math.ceil(Math.log2(Math.max(16, all.size * 2)));
  const keys = new Int32Array(size);
  const bits = new Uint16Array(size);
  for (const [hash, value] of all) {
    const slot = slotOf(keys, hash);
    keys[slot] = hash;
    bits[slot] = value;
  }
  return { keys, bits };
}

/** All that is known of a word by its hash (wordHash). */
export const bitsOf = ({ keys, bits }: Gazetteer, hash: number): number => bits[slotOf(keys, hash)] as number;

/** Lists of a word by its hash; 0: on none. */
export const listsOf = (lists: Gazetteer, hash: number): number => bitsOf(lists, hash) & LISTS;

/** Bits of every token's word, into `out`. */
export function lookUp({ keys, bits }: Gazetteer, tokens: Tokens, out: Uint16Array): void {
  for (let i = 0; i < tokens.length; i += 1) out[i] = bits[slotOf(keys, tokens.word[i] as number)] as number;
}
