// Looks the words of a text's head and tail up, where instructions stand: what each says about task, language and difficulty.
// One look-up a word: this runs for every request.
import { LANGUAGES_OF_WORD } from './stopwords.ts';
import { CUES, type Cue, HARD_WORDS } from './task-cues.ts';

const HEAD_CHARS = 700;
const TAIL_CHARS = 500;
const WORD = /[\p{L}\p{M}]+/gu;
const NOT_ASCII = /[^\0-\x7f]/;

/** What one word says. */
export interface WordMeaning {
  cues: readonly Cue[];
  /** Languages in which it is frequent. */
  languages: readonly string[];
  /** Of a demanding subject or instruction. */
  isHard: boolean;
}

const LEXICON: ReadonlyMap<string, WordMeaning> = new Map(
  [...new Set([...CUES.keys(), ...LANGUAGES_OF_WORD.keys(), ...HARD_WORDS])].map((word) => [
    word,
    {
      cues: CUES.get(word) ?? [],
      languages: LANGUAGES_OF_WORD.get(word) ?? [],
      isHard: HARD_WORDS.has(word),
    },
  ]),
);

/** Known words by their place among all words; null for a word that says nothing. */
export type Meanings = readonly (WordMeaning | null)[];

export interface EdgeWords {
  /** The first word, lower case; empty where there is none. */
  first: string;
  head: Meanings;
  /** Empty where the head is the whole text. */
  tail: Meanings;
}

function asciiMeanings(lower: string): (WordMeaning | null)[] {
  const meanings: (WordMeaning | null)[] = [];
  let start = -1;
  for (let i = 0; i <= lower.length; i += 1) {
    const code = lower.charCodeAt(i);
    if (code >= 97 && code <= 122) {
      if (start < 0) start = i;
    } else if (start >= 0) {
      meanings.push(LEXICON.get(lower.slice(start, i)) ?? null);
      start = -1;
    }
  }
  return meanings;
}

/** Meanings of a text's words, letter case ignored. */
export function meaningsOf(text: string): Meanings {
  const lower = text.toLowerCase();
  if (!NOT_ASCII.test(lower)) return asciiMeanings(lower);
  return (lower.match(WORD) ?? []).map((word) => LEXICON.get(word) ?? null);
}

/** Of the first 700 and the last 500 code units. */
export function edgeWords(text: string): EdgeWords {
  const first = (/[\p{L}\p{M}]+/u.exec(text.slice(0, 64))?.[0] ?? '').toLowerCase();
  if (text.length <= HEAD_CHARS + TAIL_CHARS) return { first, head: meaningsOf(text), tail: [] };
  return { first, head: meaningsOf(text.slice(0, HEAD_CHARS)), tail: meaningsOf(text.slice(-TAIL_CHARS)) };
}
