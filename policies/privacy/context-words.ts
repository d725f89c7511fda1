// Do context words of a recognizer stand near a match? All recognizers' words are one table, by a hash of their first word. A
// place's neighbourhood is read once, word by word, however many recognizers ask about it.
import type { Recognizer, TextIndex } from '../../contract/recognizer.ts';
import { lowerUnit } from './text-index.ts';

/** Characters on each side of a match in which context words count. */
const WINDOW = 50;
const SPACE = 32;
const SMALL_S = 115;
/** Chinese has no spaces between words. */
const IDEOGRAPHS = 0x2e80;

/** Upper-case ASCII letter? */
const isCapital = (unit: number): boolean => unit >= 65 && unit <= 90;
const isSmall = (unit: number): boolean => unit >= 97 && unit <= 122;
/** Letters and digits: of ASCII, and all from Latin-1's letters on. */
const isWordUnit = (unit: number): boolean =>
  isSmall(unit) || isCapital(unit) || (unit >= 48 && unit <= 57) || unit > 0xbf;

const FACTOR = 0x01000193;
const step = (hash: number, unit: number): number => Math.imul(hash ^ unit, FACTOR);
const START = 0x811c9dc5 | 0; // FNV-1a

interface Word {
  id: number;
  text: string;
}

/** Does a word or phrase stand at `at`, in any case, with the beginning of a `camelCase` word for a space? */
function standsAt(units: Uint16Array, at: number, limit: number, text: string): boolean {
  let place = at;
  for (let i = 0; i < text.length; i += 1) {
    const wanted = text.charCodeAt(i);
    const unit = place < limit ? (units[place] as number) : 0;
    if (wanted === SPACE && isCapital(unit) && isSmall(units[place - 1] as number)) continue;
    if (lowerUnit(unit) !== wanted) return false;
    place += 1;
  }
  // `phone_number`, `userPhone` and `phones` count as "phone"; `microphones` does not.
  const after = place < limit ? (units[place] as number) : SPACE;
  return (
    !isWordUnit(after) || after === SMALL_S || (isCapital(after) && isSmall(units[place - 1] as number))
  );
}

export type ContextSearch = (owner: number, index: TextIndex, start: number, end: number) => boolean;

/** @returns does a context word of recognizer `owner` stand near `start` … `end` of the text? */
export function createContextSearch(recognizers: readonly Recognizer[]): ContextSearch {
  const ids = new Map<string, number>();
  const words = new Map<number, Word[]>();
  const ideographs: Word[] = [];
  const signs: Word[] = [];
  const addWord = (text: string): number => {
    const known = ids.get(text);
    if (known !== undefined) return known;
    const word = { id: ids.size, text };
    ids.set(text, word.id);
    let hash = START;
    let i = 0;
    for (; i < text.length && isWordUnit(text.charCodeAt(i)); i += 1) hash = step(hash, text.charCodeAt(i));
    if (text.charCodeAt(0) >= IDEOGRAPHS) ideographs.push(word);
    else if (i === 0) signs.push(word);
    else if (words.has(hash)) (words.get(hash) as Word[]).push(word);
    else words.set(hash, [word]);
    return word.id;
  };
  const wordsOf = recognizers.map(({ context = [] }) => context.map(addWord));

  /** When each word was last seen: the number of the neighbourhood. */
  const seen = new Uint32Array(ids.size);
  let neighbourhood = 0;
  let lastIndex: TextIndex | null = null;
  let [lastText, lastStart, lastEnd] = ['', -1, -1];

  function mark(found: readonly Word[] | undefined, units: Uint16Array, at: number, limit: number): void {
    if (found === undefined) return;
    for (let i = 0; i < found.length; i += 1) {
      const { id, text } = found[i] as Word;
      if (standsAt(units, at, limit, text)) seen[id] = neighbourhood;
    }
  }

  function readWords(index: TextIndex, from: number, limit: number): void {
    const { units } = index;
    let hasIdeographs = false;
    for (let at = from; at < limit; at += 1) {
      let unit = units[at] as number;
      if (unit >= IDEOGRAPHS) hasIdeographs = true;
      if (!isWordUnit(unit) || unit >= IDEOGRAPHS) continue;
      let hash = START;
      let before = START; // without the last letter
      let end = at;
      let isSmallBefore = false;
      do {
        before = hash;
        hash = step(hash, lowerUnit(unit));
        isSmallBefore = isSmall(unit);
        end += 1;
        unit = end < limit ? (units[end] as number) : SPACE;
      } while (isWordUnit(unit) && unit < IDEOGRAPHS && !(isSmallBefore && isCapital(unit)));
      mark(words.get(hash), units, at, limit);
      if (units[end - 1] === SMALL_S) mark(words.get(before), units, at, limit);
      at = end - 1;
    }
    if (signs.length === 0 && !hasIdeographs) return;
    const text = index.text.slice(from, limit);
    for (const word of signs) if (text.includes(word.text)) seen[word.id] = neighbourhood;
    if (hasIdeographs)
      for (const word of ideographs) if (text.includes(word.text)) seen[word.id] = neighbourhood;
  }

  return (owner, index, start, end) => {
    const wanted = wordsOf[owner] as number[];
    if (wanted.length === 0) return false;
    if (lastStart !== start || lastEnd !== end || lastIndex !== index || lastText !== index.text) {
      [lastIndex, lastText, lastStart, lastEnd] = [index, index.text, start, end];
      neighbourhood += 1;
      readWords(index, Math.max(0, start - WINDOW), start);
      readWords(index, end, Math.min(index.length, end + WINDOW));
    }
    for (let i = 0; i < wanted.length; i += 1) if (seen[wanted[i] as number] === neighbourhood) return true;
    return false;
  };
}
