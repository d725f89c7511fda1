// Ids by their layout: `ddd.ddd.ddd-dd` is found without one regular expression for each of a hundred kinds of ids. From each
// group of letters and digits that could begin one, the characters' classes are hashed; where the hash is that of a layout, and
// the layout is really there, its recognizers get the span. At most the longest layout is read from each beginning: linear.
import type { Recognizer } from '../../contract/recognizer.ts';

const DIGIT = 1;
const LETTER = 2;
/** 0: cannot stand inside an id. A space may be a no-break space. */
const CLASS = Uint8Array.from({ length: 256 }, (_, code) => {
  if (code >= 48 && code <= 57) return DIGIT;
  if ((code >= 65 && code <= 90) || (code >= 97 && code <= 122)) return LETTER;
  return ({ 32: 3, 160: 3, 45: 4, 46: 5, 47: 6 } as Record<number, number>)[code] ?? 0;
});
const CLASS_OF_LAYOUT: Record<string, number> = { d: DIGIT, a: LETTER, ' ': 3, '-': 4, '.': 5, '/': 6 };
const TABLE_BITS = 14;
/** An id may begin with a group of so many letters before the first digit: `GB 999 9999 73`. */
const MAX_LETTERS = 4;

const classAt = (text: string, at: number): number => {
  const code = text.charCodeAt(at);
  return code < 256 ? (CLASS[code] as number) : 0;
};
const isAlphanumeric = (text: string, at: number): boolean => {
  const kind = classAt(text, at);
  return kind === DIGIT || kind === LETTER;
};
const isDigit = (text: string, at: number): boolean => classAt(text, at) === DIGIT;

/** Glued to a word: letters of alphabets with spaces between words, `_`, `@`. Chinese stands beside numbers without a space. */
function isGlue(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 95 || code === 64 || (code > 0xbf && code < 0x2e80);
}

const [DOLLAR, PERCENT, PLUS, COMMA, HYPHEN, DOT, SLASH] = [...'$%+,-./'].map((char) => char.charCodeAt(0));
const isUnit = (code: number): boolean =>
  code === DOLLAR ||
  code === PERCENT ||
  code === 35 ||
  code === 38 ||
  code === 0xa3 ||
  code === 0xb0 ||
  code === 0x20ac;

/** May an id begin here? Not in the middle of a longer run: `1.2.34`, `x-12`, `1,234`, `$12`. */
function mayBegin(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text.charCodeAt(at - 1);
  if (before === 32) return true;
  if (isAlphanumeric(text, at - 1) || isGlue(text, at - 1) || isUnit(before) || before === PLUS) return false;
  if (before === DOT) return !isDigit(text, at - 2);
  if (before === HYPHEN || before === SLASH) return !isAlphanumeric(text, at - 2);
  return !(
    before === COMMA &&
    isDigit(text, at - 2) &&
    isDigit(text, at + 2) &&
    !isAlphanumeric(text, at + 3)
  );
}

/** May an id end here? Not before what goes on: `12-a`, `1.5`, `1,234,567`, `50%`. */
function mayEnd(text: string, end: number): boolean {
  if (end >= text.length) return true;
  const after = text.charCodeAt(end);
  if (after === 32) return true;
  if (isGlue(text, end) || (isUnit(after) && after !== 38 && after !== 35)) return false;
  if (after === HYPHEN) return !isAlphanumeric(text, end + 1);
  if (after === DOT || after === SLASH) return !isDigit(text, end + 1);
  return !(after === COMMA && isDigit(text, end + 1) && isDigit(text, end + 3) && !isDigit(text, end + 4));
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

const FACTOR = 0x9e3779b1;
const step = (hash: number, kind: number): number => Math.imul(hash ^ kind, FACTOR);
const slot = (hash: number): number => (hash ^ (hash >>> 15)) & ((1 << TABLE_BITS) - 1);

interface Entry {
  kinds: Uint8Array;
  owner: number;
  score: number;
}

type Visit = (owner: number, start: number, end: number, score: number) => void;

/** Calls `visit` for each place of a layout of an active recognizer. Null when none has layouts. */
export function createLayoutMatcher(
  recognizers: readonly Recognizer[],
): ((text: string, active: Uint8Array, visit: Visit) => void) | null {
  const table = new Uint16Array(1 << TABLE_BITS); // slot -> index into entries, 0 for none
  const entries: Entry[][] = [[]];
  let longest = 0;
  recognizers.forEach(({ layouts }, owner) => {
    for (const [pattern, score] of layouts ?? []) {
      for (const layout of expandLayout(pattern)) {
        const kinds = Uint8Array.from(layout, (char) => CLASS_OF_LAYOUT[char] ?? 0);
        const at = slot(kinds.reduce(step, 0));
        if (table[at] === 0) table[at] = entries.push([]) - 1;
        (entries[table[at] as number] as Entry[]).push({ kinds, owner, score });
        longest = Math.max(longest, kinds.length);
      }
    }
  });
  if (longest === 0) return null;

  const isAt = (text: string, start: number, kinds: Uint8Array): boolean => {
    for (let i = 0; i < kinds.length; i += 1) if (classAt(text, start + i) !== kinds[i]) return false;
    return true;
  };

  return (text, active, visit) => {
    const visitEntries = (found: readonly Entry[], start: number, end: number): void => {
      for (const { kinds, owner, score } of found) {
        if (active[owner] === 1 && kinds.length === end - start && isAt(text, start, kinds))
          visit(owner, start, end, score);
      }
    };
    const tryFrom = (start: number): void => {
      if (!mayBegin(text, start)) return;
      let hash = 0;
      const limit = Math.min(text.length, start + longest);
      let kind = classAt(text, start);
      for (let at = start; at < limit; at += 1) {
        const next = at + 1 < text.length ? classAt(text, at + 1) : 0;
        hash = Math.imul(hash ^ kind, FACTOR);
        if (kind > LETTER) {
          if (next > LETTER || next === 0) return;
          kind = next;
          continue;
        }
        kind = next;
        if (next === DIGIT || next === LETTER) continue;
        const hit = table[slot(hash)] as number;
        if (hit !== 0 && mayEnd(text, at + 1)) visitEntries(entries[hit] as Entry[], start, at + 1);
        if (next === 0) return;
      }
    };

    let done = -1; // no beginning up to here is tried again
    const tryOnce = (start: number): void => {
      if (start <= done) return;
      done = start;
      tryFrom(start);
    };
    for (let at = 0; at < text.length; at += 1) {
      if (!isDigit(text, at)) continue;
      let start = at;
      while (start > 0 && at - start <= longest && isAlphanumeric(text, start - 1)) start -= 1;
      if (at - start <= longest) {
        // A short word in front, one separator away, may belong to it.
        let word = start - 1;
        if (word > 0 && classAt(text, word) > LETTER) {
          while (word > 0 && start - word <= MAX_LETTERS + 1 && classAt(text, word - 1) === LETTER) word -= 1;
          if (word < start - 1) tryOnce(word);
        }
        tryOnce(start);
      }
      while (at + 1 < text.length && isAlphanumeric(text, at + 1)) at += 1;
    }
  };
}
