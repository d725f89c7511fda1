// Persons, addresses, places and organisations in a text, by the trained tagger (tagger/), which is read when it is first asked
// for. What was found in a longer text is remembered by a keyed hash of it: a conversation's earlier turns come again with every
// request. Places and types are kept, no text; the key is drawn at the start and known to nobody.
import { hash as digestOf, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import type { Finding } from '../../contract/recognizer.ts';
import { addressExtent, isTownOf } from './address-extent.ts';
import { personEnd, personParts, personStart } from './name-extent.ts';
import { isPlausibleName } from './name-plausibility.ts';
import { LIST, listsOf } from './tagger/gazetteer.ts';
import { type TaggedType, TYPES } from './tagger/labels.ts';
import { readModel } from './tagger/model.ts';
import { createTagger, type Tagger } from './tagger/tagger.ts';
import { wordHash } from './tagger/tokens.ts';

export const OPERATING_POINTS = ['balanced', 'recall', 'precision'] as const;
export type OperatingPoint = (typeof OPERATING_POINTS)[number];

/** How much finding counts against being right: `recall` of tagger.ts, chosen on sets that were not trained on. */
const RECALL: Record<OperatingPoint, number> = { precision: -0.5, balanced: 0.25, recall: 1.5 };

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

interface Shipped {
  tag: Tagger;
  isUsualWord(word: string): boolean;
  isForename(word: string): boolean;
  isForenameOnly(word: string): boolean;
}
let shipped: Shipped | undefined;

/** The shipped model, read once. @throws {Error} when its file is missing or of another version */
function shippedTagger(): Shipped {
  if (shipped !== undefined) return shipped;
  const model = readModel(join(packageRoot, 'policies/privacy/tagger/model.bin'));
  const { lists } = model;
  const listed = (word: string): number => listsOf(lists, wordHash(word));
  shipped = {
    tag: createTagger(model),
    isUsualWord: (word) => (listed(word) & LIST.common) !== 0,
    isForename: (word) => (listed(word) & LIST.forename) !== 0,
    isForenameOnly: (word) => (listed(word) & (LIST.forename | LIST.surname)) === LIST.forename,
  };
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
function isOneName(text: string, before: Finding | undefined, { type, start, end }: Finding): boolean {
  if (before?.type !== 'PERSON' || type !== 'PERSON' || before.end + 1 !== start || text[before.end] !== ' ')
    return false;
  return !shippedTagger().isForename(FIRST_WORD.exec(text.slice(start, end))?.[0] ?? '');
}

/** Adds a finding that may begin before others: those in it are parts of it. */
function addLast(found: Finding[], finding: Finding, text: string): void {
  const before = found.at(-1);
  if (before !== undefined && isOneName(text, before, finding)) {
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
 */
export function nameFinder(
  types: readonly TaggedType[] = TYPES,
  point: OperatingPoint = 'balanced',
): NameFinder {
  const lists = shippedTagger();
  const { tag, isUsualWord, isForenameOnly } = lists;
  const wanted = new Set<string>(types);
  const options = { recall: RECALL[point] };
  const key = randomBytes(16).toString('hex');
  // Two generations: what is asked for again moves to the younger, the older is dropped as a whole.
  let recent = new Map<string, readonly Finding[]>();
  let earlier = recent;

  const tagged = (text: string): readonly Finding[] => {
    const found: Finding[] = [];
    // Up to where a person's name went beyond what was tagged: what begins in it is a part of it.
    let done = 0;
    for (const { type, score, ...span } of tag(text, options)) {
      if (span.end <= done) continue;
      const { start: first, end: last } = trimmed(text, Math.max(done, span.start), span.end);
      let [start, end] = [first, last];
      if (type === 'ADDRESS') {
        ({ start, end } = addressExtent(text, first, last));
        if (end > last) done = end;
      } else if (type === 'PERSON') {
        start = personStart(text, first, last, isForenameOnly);
        end = personEnd(text, start, last, lists);
        end += suffixLength(text, end);
        if (end > last) done = end;
      }
      const before = found.at(-1);
      if (before?.type === 'ADDRESS' && type !== 'ADDRESS' && isTownOf(text, before, { type, start })) {
        found[found.length - 1] = { ...before, end };
        continue;
      }
      if (!wanted.has(type)) continue;
      const parts = type === 'PERSON' ? personParts(text, start, end) : [[start, end] as const];
      for (const [index, [from, to]] of parts.entries()) {
        const finding = { type, start: from, end: to, score, recognizer: 'tagger' };
        // What a new sentence begins with is a name only if it is no word.
        if (index > 0 && isUsualWord(text.slice(from, to).toLowerCase())) continue;
        if (from < to && !isPartOfIdentifier(text, from, to) && isPlausibleName(text, finding))
          addLast(found, finding, text);
      }
    }
    return found;
  };

  const find = (text: string): readonly Finding[] => {
    if (text.length < MIN_REMEMBERED_LENGTH) return tagged(text);
    const hash = digestOf('sha256', key + text, 'base64');
    const findings = recent.get(hash) ?? earlier.get(hash) ?? tagged(text);
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
