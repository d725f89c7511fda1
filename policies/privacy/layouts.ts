// Ids by their layout: `ddd.ddd.ddd-dd` is found without one regular expression for each of a hundred kinds of ids. All layouts
// are one tree of character classes; from each group of letters and digits that could begin one, the text is followed down the
// tree until nothing fits. At most the longest layout is read from each beginning: linear.
import type { Recognizer, TextIndex } from '../../contract/recognizer.ts';
import { isDash, isWordUnit } from './word-units.ts';

const DIGIT = 1;
const LETTER = 2;
const CLASSES = 8;
/** 0: cannot stand inside an id. A space may be a no-break space. */
const CLASS = new Uint8Array(1 << 16);
for (let code = 48; code <= 57; code += 1) CLASS[code] = DIGIT;
for (let code = 97; code <= 122; code += 1) {
  CLASS[code] = LETTER;
  CLASS[code - 32] = LETTER;
}
const CLASS_OF_LAYOUT: Record<string, number> = { d: DIGIT, a: LETTER, ' ': 3, '-': 4, '.': 5, '/': 6 };
for (const [char, kind] of Object.entries(CLASS_OF_LAYOUT))
  if (kind > LETTER) CLASS[char.charCodeAt(0)] = kind;
CLASS[0xa0] = 3;

/** An id may begin with a group of so many letters before the first digit: `GB 999 9999 73`. */
const MAX_LETTERS = 4;

const [DOLLAR, PERCENT, PLUS, COMMA, HYPHEN, DOT, SLASH] = [...'$%+,-./'].map((char) => char.charCodeAt(0));
const isUnit = (code: number): boolean =>
  code === DOLLAR ||
  code === PERCENT ||
  code === 35 ||
  code === 38 ||
  code === 0xa3 ||
  code === 0xb0 ||
  code === 0x20ac;

/** Glued to a word. */
const isGlue = (code: number): boolean => code === 95 || code === 64 || isWordUnit(code);

const isAlphanumeric = (units: Uint16Array, at: number): boolean => {
  const kind = CLASS[units[at] as number];
  return kind === DIGIT || kind === LETTER;
};
const isDigit = (units: Uint16Array, at: number): boolean => CLASS[units[at] as number] === DIGIT;

/** May an id begin here? Not in the middle of a longer run: `1.2.34`, `x-12`, `1,234`, `$12`. */
function mayBegin(units: Uint16Array, at: number): boolean {
  if (at === 0) return true;
  const before = units[at - 1] as number;
  if (before === 32) return true;
  if (isAlphanumeric(units, at - 1) || isGlue(before) || isUnit(before) || before === PLUS) return false;
  if (before === DOT) return at < 2 || !isDigit(units, at - 2);
  if (before === HYPHEN || before === SLASH || isDash(before))
    return at < 2 || !isAlphanumeric(units, at - 2);
  return !(
    before === COMMA &&
    at >= 2 &&
    isDigit(units, at - 2) &&
    isDigit(units, at + 2) &&
    !isAlphanumeric(units, at + 3)
  );
}

/** May an id end here? Not before what goes on: `12-a`, `1.5`, `1,234,567`, `50%`. */
function mayEnd(units: Uint16Array, end: number): boolean {
  const after = units[end] as number;
  if (after === 32 || after === 0) return true;
  if (isGlue(after) || (isUnit(after) && after !== 38 && after !== 35)) return false;
  if (after === HYPHEN || isDash(after)) return !isAlphanumeric(units, end + 1);
  if (after === DOT || after === SLASH) return !isDigit(units, end + 1);
  return !(after === COMMA && isDigit(units, end + 1) && isDigit(units, end + 3) && !isDigit(units, end + 4));
}

/** Every layout that `?` (what stands before may be missing) and `x` (a letter or a digit) allow. */
export function expandLayout(layout: string): string[] {
  const optional = layout.indexOf('?');
  if (optional > 0) {
    const rest = layout.slice(optional + 1);
    return [layout.slice(0, optional) + rest, layout.slice(0, optional - 1) + rest].flatMap(expandLayout);
  }
  const either = layout.indexOf('x');
  if (either < 0) return [layout];
  return ['d', 'a'].flatMap((kind) =>
    expandLayout(layout.slice(0, either) + kind + layout.slice(either + 1)),
  );
}

interface Entry {
  owner: number;
  score: number;
}

type Visit = (owner: number, start: number, end: number, score: number) => unknown;

/** Calls `visit` for each place of a layout of an active recognizer. Null when none has layouts. */
export function createLayoutMatcher(
  recognizers: readonly Recognizer[],
): ((index: TextIndex, active: Uint8Array, visit: Visit) => void) | null {
  let next: number[] = new Array(CLASSES).fill(0); // node * CLASSES + class -> node, 0 for none; node 0 is the root
  const entries: (Entry[] | undefined)[] = [undefined];
  let longest = 0;
  const addLayout = (layout: string, entry: Entry): void => {
    let node = 0;
    for (const char of layout) {
      const edge = node * CLASSES + (CLASS_OF_LAYOUT[char] ?? 7);
      if (next[edge] === 0) {
        next[edge] = entries.push(undefined) - 1;
        next.push(...new Array(CLASSES).fill(0));
      }
      node = next[edge] as number;
    }
    entries[node] ??= [];
    (entries[node] as Entry[]).push(entry);
    longest = Math.max(longest, layout.length);
  };
  recognizers.forEach(({ layouts }, owner) => {
    for (const [pattern, score] of layouts ?? [])
      for (const layout of expandLayout(pattern)) addLayout(layout, { owner, score });
  });
  if (longest === 0) return null;
  const tree = Int32Array.from(next);
  next = [];

  const tryFrom = (units: Uint16Array, start: number, active: Uint8Array, visit: Visit): void => {
    if (!mayBegin(units, start)) return;
    let node = 0;
    for (let at = start; ; at += 1) {
      const kind = CLASS[units[at] as number] as number;
      if (kind === 0) return;
      node = tree[node * CLASSES + kind] as number;
      if (node === 0) return;
      const found = entries[node];
      if (found === undefined || isAlphanumeric(units, at + 1) || !mayEnd(units, at + 1)) continue;
      for (let i = 0; i < found.length; i += 1) {
        const { owner, score } = found[i] as Entry;
        if (active[owner] === 1) visit(owner, start, at + 1, score);
      }
    }
  };

  return (index, active, visit) => {
    const { units, groups, groupStarts, groupEnds } = index;
    let done = -1; // no beginning up to here is tried again
    for (let i = 0; i < groups; i += 1) {
      const start = groupStarts[i] as number;
      if ((groupEnds[i] as number) - start > longest) continue;
      // A short word in front, one separator away, may belong to it.
      let word = start - 1;
      if (word > 0 && (CLASS[units[word] as number] as number) > LETTER) {
        while (word > 0 && start - word <= MAX_LETTERS + 1 && CLASS[units[word - 1] as number] === LETTER)
          word -= 1;
        if (word < start - 1 && word > done) {
          done = word;
          tryFrom(units, word, active, visit);
        }
      }
      if (start > done) {
        done = start;
        tryFrom(units, start, active, visit);
      }
    }
  };
}
