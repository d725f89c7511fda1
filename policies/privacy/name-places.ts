// A person found once is found at the other places of the conversation: by the same name, by parts of it (`Smith` after `John
// Smith`), in other case, without accents, as a possessive.
import type { Finding } from '../../contract/recognizer.ts';
import { addAround } from './overlaps.ts';
import { sortFew } from './sort-few.ts';
import { TAGGED_TYPES } from './tagger/labels.ts';
import { createValueSearch, type Hit } from './value-search.ts';

/** Names that were found with less are looked for nowhere else. */
const MIN_SCORE = 0.8;
const MIN_PART = 3;
/** Parts written small are looked for when they are no shorter than this. */
const MIN_SMALL_PART = 5;

const WORD = /\p{L}[\p{L}\p{M}]*/gu;
/** Lower case without accents, one code unit for one. */
export const fold = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all that is not ASCII
  (/[^\x00-\x7f]/.test(text) ? text.replace(/[^\x00-\x7f]/g, foldCharacter) : text).toLowerCase();

const foldCharacter = (char: string): string => {
  const base = char.normalize('NFD').toLowerCase()[0] as string;
  return base === 'ß' ? 's' : base;
};

/** Of names, but no names by themselves. */
const NO_PART = new Set(
  (
    'van von den der del des dos das los las bin ibn abu mac zur zum ter ten the and und for mrs miss sir herr frau madame ' +
    'monsieur señor señora signor signora senhor senhora meneer mevrouw pan pani doctor doktor professor prof dr saint ' +
    'mme mlle sra srta sta sig dott dra dhr mevr bay bayan don ing mgr judr mudr phdr phd dds msc bsc mba esq jun sen ' +
    'dvm سيد السيد سيدة السيدة آنسة الآنسة دكتور الدكتور دكتورة الدكتورة بروفيسور البروفيسور أستاذ الأستاذ مهندس المهندس'
  )
    .split(' ')
    .map(fold),
);

/** Does this word say who somebody is? `van` and `Dr` do not. */
export const isNamePart = (word: string): boolean => !NO_PART.has(fold(word));

const hasCapital = (text: string, at: number): boolean => /[\p{Lu}\p{Lt}\p{Lo}]/u.test(text[at] as string);

function partsOf(text: string, findings: readonly Finding[], parts: Set<string>): void {
  for (const { type, start, end, score } of findings) {
    if (type !== 'PERSON' || score < MIN_SCORE) continue;
    for (const word of text.slice(start, end).match(WORD) ?? []) {
      const folded = fold(word);
      if (folded.length >= MIN_PART && hasCapital(word, 0) && !NO_PART.has(folded)) parts.add(folded);
    }
  }
}

/** Letters and digits of any script, and what joins words in code. */
const JOINS = /[\p{L}\p{N}\p{M}_@]/u;
const joins = (text: string, at: number): boolean =>
  at >= 0 && at < text.length && JOINS.test(text[at] as string);

const startsSentence = (text: string, at: number): boolean =>
  /(?:^|[.!?:\n"“>*#-])\s*$/.test(text.slice(Math.max(0, at - 4), at));

const byPlace = (a: Hit, b: Hit): number => a.start - b.start || b.end - a.end;

/** The places of known name parts in a text; parts with nothing but a space between them are one. */
function placesOf(
  text: string,
  search: ReturnType<typeof createValueSearch>,
  isUsual: (part: string) => boolean,
): Finding[] {
  const hits: Hit[] = [];
  search(fold(text), (hit) => {
    const { start, end, value } = hit;
    // `Webers` has its name in it as `Weber's` has.
    const isPossessive = /^s$/i.test(text[end] ?? '') && !joins(text, end + 1);
    if (joins(text, start - 1) || (joins(text, end) && !isPossessive)) return;
    const isName = hasCapital(text, start)
      ? !isUsual(value) || !startsSentence(text, start)
      : value.length >= MIN_SMALL_PART && !isUsual(value);
    if (isName) hits.push(hit);
  });
  const found: Finding[] = [];
  for (const { start, end } of sortFew(hits, byPlace)) {
    const last = found.at(-1);
    if (last !== undefined && start < last.end) continue;
    if (last !== undefined && last.end + 1 === start && text[last.end] === ' ') last.end = end;
    else found.push({ type: 'PERSON', start, end, score: MIN_SCORE, recognizer: 'name-places' });
  }
  return found;
}

/**
 * Adds to the findings of each text the places of the persons that were found in any of them.
 * @param texts with their findings, sorted and disjoint; changed in place
 * @param isUsual is this folded word usual in lower case (`mark`, `rose`)?
 */
export function findOtherPlaces(
  texts: Map<string, readonly Finding[]>,
  isUsual: (part: string) => boolean,
): void {
  const parts = new Set<string>();
  for (const [text, findings] of texts) partsOf(text, findings, parts);
  if (parts.size === 0) return;
  const search = createValueSearch([...parts]);
  for (const [text, findings] of texts) {
    const places = placesOf(text, search, isUsual);
    if (places.length > 0) texts.set(text, addAround(findings, places, text));
  }
}

/**
 * May a tagged value be looked for where it was not found? A single word in lower case (`rose`) is as often a thing, or a word
 * that a protocol or a schema uses.
 */
export const isSearchable = (value: string, type: string): boolean =>
  !TAGGED_TYPES.has(type) || /[\p{Lu}\p{Lt}\p{Lo}]|\s/u.test(value);
