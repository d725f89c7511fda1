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

/** Runs of digits that pass a test of their place. */
export const digitRuns =
  (accepts: (start: number, end: number, index: TextIndex, i: number) => boolean): Places =>
  (index) => {
    const { runs, runStarts, runEnds } = index;
    const places: number[] = [];
    for (let i = 0; i < runs; i += 1) {
      const start = runStarts[i] as number;
      if (accepts(start, runEnds[i] as number, index, i)) places.push(start);
    }
    return places;
  };

/** Four runs of digits with dots between them. */
export const dottedQuads: Places = digitRuns((start, end, { units, runs, runStarts, runEnds }, i) => {
  if (end - start > 3 || i + 3 >= runs) return false;
  for (let k = i; k < i + 3; k += 1) {
    const at = runEnds[k] as number;
    if (units[at] !== DOT || runStarts[k + 1] !== at + 1) return false;
  }
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
    )
      places.push(start > 0 && (units[start - 1] === 43 || units[start - 1] === HYPHEN) ? start - 1 : start);
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

/** Chains of pairs of hexadecimal digits with `:` or `-`, or of fours with dots. */
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
    places.push(start);
    done = end;
  }
  return places;
};

const isDateJoint = (unit: number): boolean =>
  unit === DOT || unit === HYPHEN || unit === 47 || unit === SPACE;

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
      if (next === 0x5e74 || (isDateJoint(next) && runStarts[i + 1] === end + 1)) places.push(start);
      last = start;
      continue;
    }
    if (end - start > 2) continue;
    // May 5, 2023
    if (start > 2 && units[start - 1] === SPACE) {
      const word = wordBefore(index, units[start - 2] === DOT ? start - 2 : start - 1, 10);
      if (word > last) places.push(word);
    }
    // 17/06/2016, 3rd of March 2024
    const gap = i + 1 < runs ? (runStarts[i + 1] as number) - end : 0;
    if (
      gap === 1 || gap === 2
        ? isDateJoint(next)
        : gap > 4 && (isDateJoint(next) || isLetterUnit(next) || next === 0xba)
    )
      places.push(start);
    last = start;
  }
  return places;
};

const isSpaceUnit = (unit: number): boolean => unit === SPACE || (unit >= 9 && unit <= 13) || unit === 0xa0;

/** ASCII and Latin letters. */
const isLatinUnit = (unit: number): boolean =>
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

/** From a value back over quotes, spaces, `:` and `=`, at most `max` of them. */
export function gapBefore({ units }: TextIndex, at: number, max: number): number {
  let start = at;
  while (start > 0 && at - start < max) {
    const unit = units[start - 1] as number;
    if (!isSpaceUnit(unit) && unit !== 34 && unit !== 39 && unit !== COLON && unit !== 61) break;
    start -= 1;
  }
  return start;
}
