// Looks the words of a text's head and tail up, where instructions stand: what each says about task, language and difficulty.
// One look-up a word: this runs for every request.
import { LANGUAGES_OF_WORD } from './stopwords.ts';
import { CUES, type Cue, HARD_WORDS } from './task-cues.ts';

const HEAD_CHARS = 700;
const TAIL_CHARS = 500;
const SPACE = 32;
const FIRST_WORD = /[A-Za-z]+/;
const WORD = /[\p{L}\p{M}]+/gu;

/** What one word says. */
export interface WordMeaning {
  cues: readonly Cue[];
  /** Languages in which it is frequent. */
  languages: readonly string[];
  /** Of a demanding subject or instruction. */
  isHard: boolean;
}

interface Entry extends WordMeaning {
  word: string;
}

const ENTRIES: readonly Entry[] = [
  ...new Set([...CUES.keys(), ...LANGUAGES_OF_WORD.keys(), ...HARD_WORDS]),
].map((word) => ({
  word,
  cues: CUES.get(word) ?? [],
  languages: LANGUAGES_OF_WORD.get(word) ?? [],
  isHard: HARD_WORDS.has(word),
}));

const LEXICON: ReadonlyMap<string, Entry> = new Map(ENTRIES.map((entry) => [entry.word, entry]));

/** Of lower-case letters; 30 bits, so that it is a small integer to the engine. */
const mix = (hash: number, code: number): number => (Math.imul(hash, 31) + code) & 0x3fffffff;

/** ASCII words by their hash: a word that is not there is known by a number, without making a string of it. */
const BY_HASH: ReadonlyMap<number, Entry> = (() => {
  const byHash = new Map<number, Entry>();
  for (const entry of ENTRIES) {
    if (!/^[a-z]+$/.test(entry.word)) continue;
    let hash = 0;
    for (let i = 0; i < entry.word.length; i += 1) hash = mix(hash, entry.word.charCodeAt(i));
    const other = byHash.get(hash);
    if (other !== undefined)
      throw new Error(`"${entry.word}" and "${other.word}" have one hash: change mix()`);
    byHash.set(hash, entry);
  }
  return byHash;
})();

/** Known words by their place among all words; null for a word that says nothing. */
export type Meanings = readonly (WordMeaning | null)[];

export interface EdgeWords {
  /** The first English word, lower case; empty where there is none. */
  first: string;
  head: Meanings;
  /** Empty where the head is the whole text. */
  tail: Meanings;
}

/** Null at the first character that is not ASCII. Reads the text in place: a slice costs twice as much to read. */
function asciiMeanings(text: string, from: number, to: number): (WordMeaning | null)[] | null {
  const meanings: (WordMeaning | null)[] = [];
  let start = -1;
  let hash = 0;
  for (let i = from; i <= to; i += 1) {
    const code = i < to ? text.charCodeAt(i) : SPACE;
    const letter = code | 32;
    if (letter >= 97 && letter <= 122 && code < 128) {
      if (start < 0) start = i;
      hash = mix(hash, letter);
      continue;
    }
    if (code >= 128) return null;
    if (start < 0) continue;
    const entry = BY_HASH.get(hash);
    const isIt = entry !== undefined && text.slice(start, i).toLowerCase() === entry.word;
    meanings.push(isIt ? entry : null);
    start = -1;
    hash = 0;
  }
  return meanings;
}

/** Meanings of the words between two code units, letter case ignored. */
export function meaningsOf(text: string, from: number, to: number): Meanings {
  const ascii = asciiMeanings(text, from, to);
  if (ascii !== null) return ascii;
  const words = text.slice(from, to).toLowerCase().match(WORD) ?? [];
  return words.map((word) => LEXICON.get(word) ?? null);
}

/** Of the first 700 and the last 500 code units. */
export function edgeWords(text: string): EdgeWords {
  const first = (FIRST_WORD.exec(text)?.[0] ?? '').toLowerCase();
  if (text.length <= HEAD_CHARS + TAIL_CHARS)
    return { first, head: meaningsOf(text, 0, text.length), tail: [] };
  return {
    first,
    head: meaningsOf(text, 0, HEAD_CHARS),
    tail: meaningsOf(text, text.length - TAIL_CHARS, text.length),
  };
}
