// Findings that cover one another: no character may belong to two, and none that was found may stay uncovered.
import type { Finding } from '../../contract/recognizer.ts';
import { sortFew } from './sort-few.ts';

const byStart = (a: Finding, b: Finding): number => a.start - b.start;

const byStrength = (a: Finding, b: Finding): number =>
  b.score - a.score ||
  b.end - b.start - (a.end - a.start) ||
  a.start - b.start ||
  (a.recognizer < b.recognizer ? -1 : 1);

/** Index of the first of sorted, disjoint findings that ends after `at`. */
export function firstEndingAfter(findings: readonly Finding[], at: number): number {
  let low = 0;
  for (let high = findings.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((findings[middle] as Finding).end <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Resolves overlaps, so that no character belongs to two findings: the higher score wins, then the longer span, then the
 * earlier start, then the recognizer's name. A loser that contains the winner hands it its whole span, so that nothing of it
 * stays uncovered; another loser is dropped. Sorted by start.
 */
export function resolveOverlaps(found: Finding[]): Finding[] {
  if (found.length < 2) return found;
  const kept: Finding[] = []; // sorted by start, disjoint
  for (const finding of sortFew(found, byStrength)) {
    const low = firstEndingAfter(kept, finding.start);
    let after = low;
    while (after < kept.length && (kept[after] as Finding).start < finding.end) after += 1;
    if (after === low) {
      kept.splice(low, 0, finding);
      continue;
    }
    const overlapped = kept.slice(low, after);
    if (overlapped.every((other) => other.start >= finding.start && other.end <= finding.end)) {
      const winner = overlapped.sort(byStrength)[0] as Finding;
      kept.splice(low, after - low, { ...winner, start: finding.start, end: finding.end });
    }
  }
  return kept;
}

/** Does one of `found` stick out of those that won? */
export const hasRemainder = (found: readonly Finding[], kept: readonly Finding[]): boolean =>
  found.length > kept.length &&
  found.some(({ start, end }) => {
    const winner = kept[firstEndingAfter(kept, start)];
    return winner === undefined || winner.start > start || winner.end < end;
  });

const HOLDS_SOMETHING = /[\p{L}\p{N}]/u;

/**
 * Adds findings to others that win: of each, what lies outside them stays. Both sorted and disjoint.
 * @example addAround([EMAIL 3…20], [PERSON 0…20], 'Jo jo@example.org') // PERSON 0…2, EMAIL 3…20
 */
export function addAround(winners: readonly Finding[], others: readonly Finding[], text: string): Finding[] {
  const all = [...winners];
  const add = (finding: Finding, from: number, to: number): void => {
    let [start, end] = [from, to];
    while (start < end && !HOLDS_SOMETHING.test(text[start] as string)) start += 1;
    while (end > start && !HOLDS_SOMETHING.test(text[end - 1] as string)) end -= 1;
    if (start < end) all.push({ ...finding, start, end });
  };
  for (const finding of others) {
    let at = finding.start;
    for (let i = firstEndingAfter(winners, at); i < winners.length; i += 1) {
      const { start, end } = winners[i] as Finding;
      if (start >= finding.end) break;
      add(finding, at, start);
      at = Math.max(at, end);
    }
    if (at === finding.start) all.push(finding);
    else add(finding, at, finding.end);
  }
  return sortFew(all, byStart);
}
