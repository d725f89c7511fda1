// Where matches that begin with digits, or with a group of letters and digits, can begin: for recognizers' `places`. Each reads
// only the neighbourhood of the digits of a text.
import type { TextIndex } from '../../contract/recognizer.ts';

export type Places = (index: TextIndex, hits: readonly number[]) => number[];

const code = (char: string): number => char.charCodeAt(0);
const DOT = code('.');
const COLON = code(':');
const SPACE = code(' ');
const HYPHEN = code('-');

export const isDigitUnit = (unit: number): boolean => unit >= 48 && unit <= 57;
export const isLetterUnit = (unit: number): boolean => (unit | 32) >= 97 && (unit | 32) <= 122 && unit < 128;
const isHexUnit = (unit: number): boolean =>
  isDigitUnit(unit) || ((unit | 32) >= 97 && (unit | 32) <= 102 && unit < 128);

/** Groups of letters and digits (at least one) that are so long, `shift` characters before their beginning. */
export const groupsOfLength =
  (min: number, max: number): Places =>
  ({ groups, groupStarts, groupEnds }) => {
    const places: number[] = [];
    for (let i = 0; i < groups; i += 1) {
      const start = groupStarts[i] as number;
      const length = (groupEnds[i] as number) - start;
      if (length >= min && length <= max) places.push(start);
    }
    return places;
  };

/** How many digits run `i` has when it stands at most `gap` characters behind the run before it; 0 otherwise. */
export function digitsNear({ runs, runStarts, runEnds }: TextIndex, i: number, gap: number): number {
  if (i >= runs) return 0;
  const start = runStarts[i] as number;
  return start - (runEnds[i - 1] as number) <= gap ? (runEnds[i] as number) - start : 0;
}

/** Runs of digits of these lengths, each at most 31, that pass a test of what stands behind them. */
export function digitRuns(
  lengths: readonly number[],
  accepts: (length: number, i: number, index: TextIndex) => boolean = () => true,
): Places {
  const isWanted = lengths.reduce((bits, length) => bits | (1 << length), 0);
  return (index) => {
    const { runs, runStarts, runEnds } = index;
    const places: number[] = [];
    for (let i = 0; i < runs; i += 1) {
      const start = runStarts[i] as number;
      const length = (runEnds[i] as number) - start;
      if (length < 32 && ((isWanted >>> length) & 1) !== 0 && accepts(length, i, index)) places.push(start);
    }
    return places;
  };
}

/** Four runs of digits with dots between them. */
export const dottedQuads: Places = digitRuns([1, 2, 3], (_, i, index) => {
  for (let k = i; k < i + 3; k += 1)
    if (index.units[index.runEnds[k] as number] !== DOT || digitsNear(index, k + 1, 1) === 0) return false;
  return true;
});

/** Decimal numbers with four or more decimals, with their sign; numbers before `°`. */
export const coordinateNumbers: Places = (index) => {
  const { units, runs, runStarts, runEnds } = index;
  const places: number[] = [];
  for (let i = 0; i < runs; i += 1) {
    const start = runStarts[i] as number;
    const end = runEnds[i] as number;
    if (end - start > 3) continue;
    if (units[end] === 0xb0) places.push(start);
    else if (
      units[end] === DOT &&
      i + 1 < runs &&
      runStarts[i + 1] === end + 1 &&
      (runEnds[i + 1] as number) - end > 4
    ) {
      // Or without its sign, where what stands before that keeps a match from beginning there.
      if (start > 0 && (units[start - 1] === 43 || units[start - 1] === HYPHEN)) places.push(start - 1);
      places.push(start);
    }
  }
  return places;
};

const isInColonChain = (unit: number): boolean => isHexUnit(unit) || unit === COLON;

/** With `::`, or with seven colons, six before an IPv4 address: not the times of a log. */
function mayBeAddress(units: Uint16Array, from: number, to: number): boolean {
  let colons = 0;
  for (let at = from; at < to; at += 1) {
    if (units[at] !== COLON) continue;
    if (units[at + 1] === COLON) return true;
    colons += 1;
  }
  return colons >= 6;
}

/** Chains of hexadecimal digits and colons, long enough for an IPv6 address: where they begin, walking back from each group with a digit that is in one. */
export const colonChains: Places = ({ units, groups, groupStarts, groupEnds, length }) => {
  const places: number[] = [];
  let done = -1;
  for (let i = 0; i < groups; i += 1) {
    const start = groupStarts[i] as number;
    const end = groupEnds[i] as number;
    if (start < done || end - start > 4) continue;
    if (units[end] !== COLON && !(start > 0 && units[start - 1] === COLON)) continue;
    let from = start;
    while (from > 0 && start - from < 40 && isInColonChain(units[from - 1] as number)) from -= 1;
    if (from < done) continue;
    done = end;
    while (done < length && isInColonChain(units[done] as number)) done += 1;
    if (mayBeAddress(units, from, done)) places.push(from);
  }
  return places;
};

const isPairJoint = (unit: number, size: number): boolean =>
  size === 2 ? unit === COLON || unit === HYPHEN : unit === DOT;

function isHexPiece(units: Uint16Array, at: number, size: number): boolean {
  for (let k = 0; k < size; k += 1) if (!isHexUnit(units[at + k] as number)) return false;
  return true;
}

/** Six pairs or three fours: not the times of a log. */
function isWholeChain(units: Uint16Array, start: number, size: number, joint: number): boolean {
  let at = start + size;
  for (let pieces = size === 2 ? 6 : 3; pieces > 1; pieces -= 1, at += size + 1)
    if (units[at] !== joint || !isHexPiece(units, at + 1, size)) return false;
  return true;
}

/** Chains of six pairs of hexadecimal digits with `:` or `-`, or of three fours with dots. */
export const pairChains: Places = ({ units, groups, groupStarts, groupEnds }) => {
  const places: number[] = [];
  let done = -1;
  for (let i = 0; i < groups; i += 1) {
    let start = groupStarts[i] as number;
    const end = groupEnds[i] as number;
    const size = end - start;
    if ((size !== 2 && size !== 4) || start < done) continue;
    let joint = units[end] as number;
    if (!isPairJoint(joint, size)) joint = start > 0 ? (units[start - 1] as number) : 0;
    if (!isPairJoint(joint, size)) continue;
    for (let steps = 0; steps < 5 && start > size && units[start - 1] === joint; steps += 1) {
      if (!isHexPiece(units, start - 1 - size, size)) break;
      start -= size + 1;
    }
    if (start <= done) continue;
    done = end;
    if (isWholeChain(units, start, size, joint)) places.push(start);
  }
  return places;
};

const isDateJoint = (unit: number): boolean =>
  unit === DOT || unit === HYPHEN || unit === 47 || unit === SPACE;

/** Between a day and its year: `th of September, `. */
const MAX_MONTH = 22;

/** Month and day, or month and year, behind run `i`: one or two digits, and up to four. */
function hasTwoNear(index: TextIndex, i: number, gap: number): boolean {
  const first = digitsNear(index, i + 1, gap);
  if (first === 0 || first > 2) return false;
  const second = digitsNear(index, i + 2, gap);
  return second > 0 && second <= 4;
}

/** Numbers that could be the first of a date, and words before a number of one or two digits. */
export const dateStarts: Places = (index) => {
  const { units, runs, runStarts, runEnds } = index;
  const places: number[] = [];
  let last = -1;
  for (let i = 0; i < runs; i += 1) {
    const start = runStarts[i] as number;
    const end = runEnds[i] as number;
    const next = units[end] as number;
    if (end - start === 4) {
      if (next === 0x5e74 || (isDateJoint(next) && hasTwoNear(index, i, 1))) places.push(start);
      last = start;
      continue;
    }
    if (end - start > 2) continue;
    // May 5, 2023
    if (start > 2 && units[start - 1] === SPACE && digitsNear(index, i + 1, 4) === 4) {
      const word = wordBefore(index, units[start - 2] === DOT ? start - 2 : start - 1, 10);
      if (word > last) places.push(word);
    }
    // 17/06/2016, 3rd of March 2024
    const isJoint = isDateJoint(next);
    if (
      (isJoint && hasTwoNear(index, i, 2)) ||
      ((isJoint || isLetterUnit(next) || next === 0xba) && digitsNear(index, i + 1, MAX_MONTH) === 4)
    )
      places.push(start);
    last = start;
  }
  return places;
};

const isSpaceUnit = (unit: number): boolean => unit === SPACE || (unit >= 9 && unit <= 13) || unit === 0xa0;

/** ASCII and Latin letters. */
export const isLatinUnit = (unit: number): boolean =>
  isLetterUnit(unit) || (unit >= 0xc0 && unit <= 0x24f && unit !== 0xd7 && unit !== 0xf7);

/** The beginning of the Latin word that ends before `at`, of at most `max` letters; -1 when there is none. */
export function wordBefore({ units }: TextIndex, at: number, max: number): number {
  let start = at;
  while (start > 0 && at - start <= max) {
    if (!isLatinUnit(units[start - 1] as number)) break;
    start -= 1;
  }
  return start === at || at - start > max ? -1 : start;
}

/** From a value back over quotes, spaces, `:`, `=`, `*` and `|`, at most `max` of them. */
export function gapBefore({ units }: TextIndex, at: number, max: number): number {
  let start = at;
  while (start > 0 && at - start < max) {
    const unit = units[start - 1] as number;
    if (
      !isSpaceUnit(unit) &&
      unit !== 34 &&
      unit !== 39 &&
      unit !== COLON &&
      unit !== 61 &&
      unit !== 42 &&
      unit !== 124
    )
      break;
    start -= 1;
  }
  return start;
}
