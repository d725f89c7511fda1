// Looks the words of a text's head and tail up, where instructions stand: what they say about task, language and difficulty.
// This runs for every request: one look-up a word, in place, nothing allocated per word.
import { TASKS } from '../../contract/policy.ts';
import { codeUnits } from '../code-units.ts';
import { Lexicon, mixLetter } from './lexicon.ts';
import { LANGUAGES, LANGUAGES_OF_WORD } from './stopwords.ts';
import { CUES, type Cue, HARD_WORDS } from './task-cues.ts';

const HEAD_CHARS = 700;
const TAIL_CHARS = 500;
const SYSTEM_CHARS = 400;
/** What a word says counts by where it stands; the verb that opens a stretch is its instruction. */
const HEAD_WEIGHT = 1;
const TAIL_WEIGHT = 0.8;
const SYSTEM_WEIGHT = 0.6;
const OPENING_WORDS = 4;
const OPENING_WEIGHT = 1.6;
const SPACE = 32;
const FIRST_WORD = /[A-Za-z]+/;
const WORD = /[\p{L}\p{M}]+/gu;

interface Entry {
  word: string;
  cues: readonly Cue[];
  /** Indexes into LANGUAGES of those in which it is frequent. */
  languages: readonly number[];
  /** Of a demanding subject or instruction. */
  isHard: boolean;
}

const ENTRIES: readonly Entry[] = [
  ...new Set([...CUES.keys(), ...LANGUAGES_OF_WORD.keys(), ...HARD_WORDS]),
].map((word) => ({
  word,
  cues: CUES.get(word) ?? [],
  languages: (LANGUAGES_OF_WORD.get(word) ?? []).map((language) => LANGUAGES.indexOf(language)),
  isHard: HARD_WORDS.has(word),
}));

const LEXICON: ReadonlyMap<string, number> = new Map(ENTRIES.map(({ word }, index) => [word, index]));

/** ASCII words: index into ENTRIES + 1. */
const ASCII_LEXICON = new Lexicon(
  new Map(ENTRIES.flatMap(({ word }, index) => (/^[a-z]+$/.test(word) ? [[word, index + 1]] : []))),
);

/** What the words of a request say together. */
export interface WordEvidence {
  /** The first English word of the ask, lower case; empty where there is none. */
  first: string;
  /** Points by index into TASKS. */
  scores: number[];
  /** By index into LANGUAGES, from the ask's head. */
  languageVotes: number[];
  /** Words of demanding subjects and instructions in the ask. */
  hardWords: number;
}

// Copied for each request. Plain arrays: a typed one of this size is memory outside the heap, and freeing that costs more
// than all the reading.
const NO_SCORES: readonly number[] = TASKS.map(() => 0);
const NO_VOTES: readonly number[] = LANGUAGES.map(() => 0);

/** The words of the stretch being read: index into ENTRIES, -1 for a word that says nothing. */
const found = new Int16Array(HEAD_CHARS + TAIL_CHARS);

/** Fills `found` and gives the number of words; -1 at the first character that is not ASCII. */
function findAsciiWords(text: string, from: number, to: number): number {
  const units = codeUnits(text.slice(from, to));
  const length = to - from;
  let count = 0;
  let start = -1;
  let hash = 0;
  for (let i = 0; i <= length; i += 1) {
    const code = i < length ? units[i]! : SPACE;
    const letter = code | 32;
    if (letter >= 97 && letter <= 122 && code < 128) {
      if (start < 0) start = i;
      hash = mixLetter(hash, letter);
      continue;
    }
    if (code >= 128) return -1;
    if (start < 0) continue;
    found[count] = ASCII_LEXICON.valueAt(units, start, i, hash) - 1;
    count += 1;
    start = -1;
    hash = 0;
  }
  return count;
}

/** Letter case ignored. */
function findWords(text: string, from: number, to: number): number {
  const count = findAsciiWords(text, from, to);
  if (count >= 0) return count;
  const words = text.slice(from, to).toLowerCase().match(WORD) ?? [];
  // Lower-casing may lengthen a text (İ): what goes beyond the buffer is left out.
  words.forEach((word, index) => {
    found[index] = LEXICON.get(word) ?? -1;
  });
  return Math.min(words.length, found.length);
}

/** Adds what the found words say: hard words are the ask's, languages are read from its head alone. */
function addWords(
  evidence: WordEvidence,
  count: number,
  weight: number,
  place: 'head' | 'tail' | 'system',
): void {
  const { scores, languageVotes } = evidence;
  for (let at = 0; at < count; at += 1) {
    const index = found[at]!;
    if (index < 0) continue;
    const { cues, languages, isHard } = ENTRIES[index]!;
    const factor = at < OPENING_WORDS ? OPENING_WEIGHT * weight : weight;
    for (let i = 0; i < cues.length; i += 1) scores[cues[i]!.task]! += cues[i]!.points * factor;
    if (isHard && place !== 'system') evidence.hardWords += 1;
    if (place === 'head') for (let i = 0; i < languages.length; i += 1) languageVotes[languages[i]!]! += 1;
  }
}

/** Of the ask's first 700 and last 500 code units and the first 400 of the system prompt. */
export function readWords(ask: string, system: string): WordEvidence {
  const evidence: WordEvidence = {
    first: (FIRST_WORD.exec(ask)?.[0] ?? '').toLowerCase(),
    scores: NO_SCORES.slice(),
    languageVotes: NO_VOTES.slice(),
    hardWords: 0,
  };
  const isShort = ask.length <= HEAD_CHARS + TAIL_CHARS;
  addWords(evidence, findWords(ask, 0, isShort ? ask.length : HEAD_CHARS), HEAD_WEIGHT, 'head');
  if (!isShort) addWords(evidence, findWords(ask, ask.length - TAIL_CHARS, ask.length), TAIL_WEIGHT, 'tail');
  addWords(evidence, findWords(system, 0, Math.min(SYSTEM_CHARS, system.length)), SYSTEM_WEIGHT, 'system');
  return evidence;
}
