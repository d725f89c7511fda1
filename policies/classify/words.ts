// Looks the words of a text's head and tail up, where instructions stand: what they say about task, language and difficulty.
// This runs for every request: one look-up a word, in place, nothing allocated per word.
import { TASKS } from '../../contract/policy.ts';
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

/** Of lower-case letters; 30 bits, so that it is a small integer to the engine. */
const mix = (hash: number, code: number): number => (Math.imul(hash, 31) + code) & 0x3fffffff;

/** ASCII words by their hash: a word that is not there is known by a number, without making a string of it. */
const BY_HASH: ReadonlyMap<number, number> = (() => {
  const byHash = new Map<number, number>();
  ENTRIES.forEach(({ word }, index) => {
    if (!/^[a-z]+$/.test(word)) return;
    let hash = 0;
    for (let i = 0; i < word.length; i += 1) hash = mix(hash, word.charCodeAt(i));
    const other = byHash.get(hash);
    if (other !== undefined)
      throw new Error(`"${word}" and "${ENTRIES[other]!.word}" have one hash: change mix()`);
    byHash.set(hash, index);
  });
  return byHash;
})();

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

function isWordAt(text: string, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let i = start; i < end; i += 1)
    if ((text.charCodeAt(i) | 32) !== word.charCodeAt(i - start)) return false;
  return true;
}

/** Fills `found` and gives the number of words; -1 at the first character that is not ASCII. */
function findAsciiWords(text: string, from: number, to: number): number {
  let count = 0;
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
    if (code >= 128) return -1;
    if (start < 0) continue;
    const entry = BY_HASH.get(hash);
    found[count] = entry !== undefined && isWordAt(text, start, i, ENTRIES[entry]!.word) ? entry : -1;
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

function addCues(scores: number[], count: number, weight: number): void {
  for (let at = 0; at < count; at += 1) {
    if (found[at]! < 0) continue;
    const factor = at < OPENING_WORDS ? OPENING_WEIGHT * weight : weight;
    for (const { task, points } of ENTRIES[found[at]!]!.cues) scores[task]! += points * factor;
  }
}

const countHard = (count: number): number => {
  let hard = 0;
  for (let at = 0; at < count; at += 1) if (found[at]! >= 0 && ENTRIES[found[at]!]!.isHard) hard += 1;
  return hard;
};

/** Of the ask's first 700 and last 500 code units and the first 400 of the system prompt. */
export function readWords(ask: string, system: string): WordEvidence {
  const evidence: WordEvidence = {
    first: (FIRST_WORD.exec(ask)?.[0] ?? '').toLowerCase(),
    scores: NO_SCORES.slice(),
    languageVotes: NO_VOTES.slice(),
    hardWords: 0,
  };
  const isShort = ask.length <= HEAD_CHARS + TAIL_CHARS;
  const head = findWords(ask, 0, isShort ? ask.length : HEAD_CHARS);
  addCues(evidence.scores, head, HEAD_WEIGHT);
  evidence.hardWords += countHard(head);
  for (let at = 0; at < head; at += 1)
    if (found[at]! >= 0)
      for (const language of ENTRIES[found[at]!]!.languages) evidence.languageVotes[language]! += 1;
  if (!isShort) {
    const tail = findWords(ask, ask.length - TAIL_CHARS, ask.length);
    addCues(evidence.scores, tail, TAIL_WEIGHT);
    evidence.hardWords += countHard(tail);
  }
  addCues(evidence.scores, findWords(system, 0, Math.min(SYSTEM_CHARS, system.length)), SYSTEM_WEIGHT);
  return evidence;
}
