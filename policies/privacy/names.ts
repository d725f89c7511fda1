// Persons, addresses, places and organisations in a text, by the trained tagger (tagger/), which is read when it is first asked
// for. What was found in a longer text is remembered by a keyed hash of it: a conversation's earlier turns come again with every
// request. Places and types are kept, no text; the key is drawn at the start and known to nobody.
import { hash as digestOf, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import type { Finding } from '../../contract/recognizer.ts';
import { addressExtent, isRestOfAddress, isTownOf, streetNamedAfter } from './address-extent.ts';
import { personEnd, personParts, personStart } from './name-extent.ts';
import { cjkExtent } from './name-extent-cjk.ts';
import {
  beginsSentencesWithCapitals,
  isInSmallLetters,
  isPlausibleName,
  SMALL_FLOOR,
} from './name-plausibility.ts';
import { isPersonsName } from './name-type.ts';
import { cjkNames, type WordLists } from './names-cjk.ts';
import { addTitled, type TitledLists, titledNames } from './names-titled.ts';
import { addAround } from './overlaps.ts';
import { bitsOf, LIST, listsOf, USAGE_SHIFT } from './tagger/gazetteer.ts';
import { type TaggedType, TYPES } from './tagger/labels.ts';
import { readModel, type TaggerModel } from './tagger/model.ts';
import { createTagger, type Tagger } from './tagger/tagger.ts';
import { wordHash } from './tagger/tokens.ts';

export const OPERATING_POINTS = ['balanced', 'recall', 'precision'] as const;
export type OperatingPoint = (typeof OPERATING_POINTS)[number];

/** How much finding counts against being right: `recall` of tagger.ts, chosen on sets that were not trained on. */
export const BALANCED_RECALL = 0.25;
const RECALL: Record<OperatingPoint, number> = { precision: -0.5, balanced: BALANCED_RECALL, recall: 1.5 };

/** Of each of two generations. */
const REMEMBERED_TEXTS = 2048;
/** Shorter texts are looked at about as fast as they are hashed. */
const MIN_REMEMBERED_LENGTH = 200;
const MAX_REMEMBERED_FINDINGS = 200;

export interface NameFinder {
  /** Sorted, disjoint; of the types that were asked for. */
  find(text: string): readonly Finding[];
  /** Is this lower-case word usual in texts (`mark`, `rose`)? */
  isUsualWord(word: string): boolean;
}

interface NameModel extends WordLists, TitledLists {
  tag: Tagger;
  isForename(word: string): boolean;
  isForenameOnly(word: string): boolean;
}
let shipped: NameModel | undefined;

function namesOf(model: TaggerModel): NameModel {
  const { lists } = model;
  const listed = (word: string): number => listsOf(lists, wordHash(word));
  return {
    tag: createTagger(model),
    isUsualWord: (word) => (listed(word) & LIST.common) !== 0,
    isName: (word) => (listed(word) & (LIST.forename | LIST.surname)) !== 0,
    isForename: (word) => (listed(word) & LIST.forename) !== 0,
    isForenameOnly: (word) => (listed(word) & (LIST.forename | LIST.surname)) === LIST.forename,
    isSurname: (word) => (listed(word) & LIST.surname) !== 0,
    isPlace: (word) => (listed(word) & LIST.place) !== 0,
    isKnownWord: (word) => bitsOf(lists, wordHash(word)) >> USAGE_SHIFT !== 0,
  };
}

/** The shipped model, read once. @throws {Error} when its file is missing or of another version */
function shippedTagger(): NameModel {
  shipped ??= namesOf(readModel(join(packageRoot, 'policies/privacy/tagger/model.bin')));
  return shipped;
}

/** Without the quotes, signs and brackets around it. The full stop of `Jr.` belongs to it. */
function trimmed(text: string, from: number, to: number): { start: number; end: number } {
  let [start, end] = [from, to];
  while (start < end && !STARTS_NAME.test(text.slice(start, start + 2))) start += 1;
  while (end > start && !ENDS_NAME.test(text[end - 1] as string)) end -= 1;
  return { start, end };
}
const STARTS_NAME = /^[\p{L}\p{N}]/u;
const ENDS_NAME = /[\p{L}\p{M}\p{N}.\ud800-\udfff]/u;

const SUFFIX = /^,? (?:[jJsS][rR]\.?|II|III|IV)(?![\p{L}\d])/u;
/** How much of `jr.`, `Sr`, `III` is still missing behind a name that ends at `at`. */
const suffixLength = (text: string, at: number): number => {
  if (/ [jJsS][rR]$/.test(text.slice(Math.max(0, at - 3), at)) && text[at] === '.') return 1;
  return SUFFIX.exec(text.slice(at, at + 6))?.[0].length ?? 0;
};

/** `this.mark`, `mark.length`, `user_mark`, `$mark`, `mark(`: one word of a program. */
const isPartOfIdentifier = (text: string, start: number, end: number): boolean =>
  (/[\w$#@]$/.test(text.slice(Math.max(0, start - 1), start)) ||
    /[\p{L}\p{N})\]]\.$/u.test(text.slice(Math.max(0, start - 2), start)) ||
    /^(?:[\w($[]|\.\p{L})/u.test(text.slice(end, end + 2))) &&
  !/\s/.test(text.slice(start, end));

const FIRST_WORD = /^[\p{L}\p{M}]+/u;

/**
 * Are two persons with nothing but a space between them one? `Nguyễn Thị` and `Minh Khai` are; what begins with a forename is
 * somebody else: `Thanks, Vince Traci, ...`.
 */
function isOneName(
  text: string,
  before: Finding | undefined,
  { type, start, end }: Finding,
  isForename: NameModel['isForename'],
): boolean {
  if (before?.type !== 'PERSON' || type !== 'PERSON' || before.end + 1 !== start || text[before.end] !== ' ')
    return false;
  return !isForename(FIRST_WORD.exec(text.slice(start, end))?.[0] ?? '');
}

/** A company or place of two surnames is somebody, whether or not the second one was tagged with it. */
const typeOfName = (
  text: string,
  type: TaggedType,
  start: number,
  end: number,
  lists: NameModel,
): TaggedType =>
  (type === 'ORGANIZATION' || type === 'LOCATION') &&
  text.slice(start, end).includes(' d') &&
  isPersonsName(text.slice(start, personEnd(text, start, end, lists)), lists.isForename)
    ? 'PERSON'
    : type;

/** Adds a finding that may begin before others: those in it are parts of it. */
function addLast(
  found: Finding[],
  finding: Finding,
  text: string,
  isForename: NameModel['isForename'],
): void {
  const before = found.at(-1);
  if (before !== undefined && isOneName(text, before, finding, isForename)) {
    found[found.length - 1] = { ...before, end: finding.end, score: Math.max(before.score, finding.score) };
    return;
  }
  for (let last = found.at(-1); last !== undefined && last.end > finding.start; last = found.at(-1)) {
    if (last.start < finding.start) {
      found.push({ ...finding, start: last.end });
      return;
    }
    found.pop();
  }
  found.push(finding);
}

/**
 * A finder of names. Reads the model now, so that the first request does not wait for it.
 * @param types what is wanted; the others still take part, so that a street named after a person is no person
 * @param model another than the shipped one
 */
export function nameFinder(
  types: readonly TaggedType[] = TYPES,
  point: OperatingPoint = 'balanced',
  model?: TaggerModel,
): NameFinder {
  const lists = model === undefined ? shippedTagger() : namesOf(model);
  const { tag, isUsualWord, isForename, isForenameOnly } = lists;
  const wanted = new Set<string>(types);
  const options = { recall: RECALL[point] };
  const key = randomBytes(16).toString('hex');
  // Two generations: what is asked for again moves to the younger, the older is dropped as a whole.
  let recent = new Map<string, readonly Finding[]>();
  let earlier = recent;

  const tagAll = (text: string): readonly Finding[] => {
    const found: Finding[] = [];
    // Up to where a person's name went beyond what was tagged: what begins in it is a part of it.
    let done = 0;
    let hasCapitals: boolean | undefined;
    for (const { type: tagged, score, ...span } of tag(text, options)) {
      if (span.end <= done) continue;
      const { start: first, end: last } = trimmed(text, Math.max(done, span.start), span.end);
      const street = tagged === 'PERSON' ? streetNamedAfter(text, first, last) : null;
      const type = street === null ? typeOfName(text, tagged, first, last, lists) : 'ADDRESS';
      let [start, end] = [first, last];
      if (type === 'ADDRESS') {
        ({ start, end } = street ?? addressExtent(text, first, last));
        start = Math.max(done, start);
        if (end > last) done = end;
      } else if (type === 'PERSON') {
        start = personStart(text, first, last, isForenameOnly);
        end = personEnd(text, start, last, lists);
        end += suffixLength(text, end);
        ({ start, end } = cjkExtent(text, start, end, lists.isSurname));
        if (end > last) done = end;
      }
      const before = found.at(-1);
      const isPartOfAddress =
        before?.type === 'ADDRESS' &&
        (type === 'ADDRESS' ? isRestOfAddress(text, before, start) : isTownOf(text, before, { type, start }));
      if (isPartOfAddress) {
        found[found.length - 1] = { ...(before as Finding), end };
        continue;
      }
      if (!wanted.has(type)) continue;
      const parts = type === 'PERSON' ? personParts(text, start, end) : [[start, end] as const];
      for (const [index, [from, to]] of parts.entries()) {
        const finding = { type, start: from, end: to, score, recognizer: 'tagger' };
        // What a new sentence begins with is a name only if it is no word.
        if (index > 0 && isUsualWord(text.slice(from, to).toLowerCase())) continue;
        if (type === 'PERSON' && score < SMALL_FLOOR && isInSmallLetters(text.slice(from, to))) {
          hasCapitals ??= beginsSentencesWithCapitals(text);
          if (hasCapitals) continue;
        }
        if (from < to && !isPartOfIdentifier(text, from, to) && isPlausibleName(text, finding))
          addLast(found, finding, text, isForename);
      }
    }
    if (!wanted.has('PERSON')) return found;
    const whole = addTitled(found, titledNames(text, lists), text);
    const more = cjkNames(text, lists);
    return more.length === 0 ? whole : addAround(whole, more, text);
  };

  const find = (text: string): readonly Finding[] => {
    if (text.length < MIN_REMEMBERED_LENGTH) return tagAll(text);
    const hash = digestOf('sha256', key + text, 'base64');
    const findings = recent.get(hash) ?? earlier.get(hash) ?? tagAll(text);
    if (findings.length > MAX_REMEMBERED_FINDINGS) return findings;
    if (recent.size >= REMEMBERED_TEXTS) {
      earlier = recent;
      recent = new Map();
    }
    recent.set(hash, findings);
    return findings;
  };
  return { find, isUsualWord };
}
