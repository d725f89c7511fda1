// Runs one recognizer's patterns and scanner over a text: where its anchors stand, if it says how far around them a match can
// reach, or everywhere.
import type { Recognizer } from '../../contract/recognizer.ts';
import type { Reading } from './text-index.ts';

/** Takes a match of recognizer number `owner` or refuses it. */
export type Judge = (owner: number, start: number, end: number, score: number) => boolean;
type Run = (reading: Reading, judge: Judge) => void;

const MAX_RETRIED_LENGTH = 64;
/** Lookbehinds and lookaheads of patterns read no further beyond a match. */
const MARGIN = 32;

interface Compiled {
  owner: number;
  global: RegExp;
  sticky: RegExp;
  score: number;
  hasValue: boolean;
}

/** The span of a match: its group `value`, or all of it. */
function judgeMatch(
  match: RegExpExecArray,
  offset: number,
  { owner, score, hasValue }: Compiled,
  judge: Judge,
): boolean {
  const whole = match[0];
  const value = hasValue ? (match.groups?.['value'] ?? whole) : whole;
  const start = offset + match.index + (value === whole ? 0 : whole.lastIndexOf(value));
  return judge(owner, start, start + value.length, score);
}

/** Every match of a pattern that begins at `from` or later and before `to` of a piece of text that begins at `offset`. */
function runOver(
  text: string,
  offset: number,
  from: number,
  to: number,
  pattern: Compiled,
  judge: Judge,
): void {
  const { global } = pattern;
  global.lastIndex = from;
  for (let match = global.exec(text); match !== null && match.index < to; match = global.exec(text)) {
    // A refused match may have swallowed the beginning of a real one: `1234 4111 1111 1111 1111`.
    // Only behind short matches: starting over inside long ones would take quadratic time.
    if (!judgeMatch(match, offset, pattern, judge) && match[0].length <= MAX_RETRIED_LENGTH)
      global.lastIndex = match.index + ((text.codePointAt(match.index) as number) > 0xffff ? 2 : 1);
  }
}

/** Patterns whose matches can begin at these places only. */
function runAt(text: string, places: readonly number[], pattern: Compiled, judge: Judge): void {
  const { sticky } = pattern;
  let end = 0;
  for (const at of places) {
    if (at < end) continue;
    sticky.lastIndex = at;
    const match = sticky.exec(text);
    if (match !== null && judgeMatch(match, 0, pattern, judge)) end = at + match[0].length;
  }
}

/** Patterns whose matches lie near an anchor: in windows, those that touch being one. */
function runNearHits(
  text: string,
  hits: readonly number[],
  [lead, tail]: readonly [number, number],
  pattern: Compiled,
  judge: Judge,
): void {
  for (let i = 0; i < hits.length; ) {
    const start = Math.max(0, (hits[i] as number) - lead);
    let end = (hits[i] as number) + tail;
    for (i += 1; i < hits.length && (hits[i] as number) - lead <= end; i += 1)
      end = (hits[i] as number) + tail;
    const from = Math.max(0, start - MARGIN);
    runOver(text.slice(from, end + MARGIN), from, start - from, end - from, pattern, judge);
  }
}

/** @param usesHits false: reads the whole text, whatever the recognizer says of its anchors. Null: it has neither patterns nor scanner. */
export function createPatternRunner(recognizer: Recognizer, owner: number, usesHits: boolean): Run | null {
  const { patterns, lead, tail = 0 } = recognizer;
  const compiled = patterns.map(
    ({ regex, score }): Compiled => ({
      owner,
      global: regex,
      sticky: new RegExp(regex.source, regex.flags.replace('g', 'y')),
      score,
      hasValue: regex.source.includes('(?<value>'),
    }),
  );
  if (compiled.length === 0 && recognizer.find === undefined) return null;
  const placesOf = usesHits ? recognizer.places : undefined;
  // What begins with its anchor is tried at places in any case: a long match that is refused may have swallowed a label.
  const near = recognizer.anchors !== undefined && (usesHits || lead === 0) ? lead : undefined;

  return ({ index, hitsOf }, judge) => {
    const { text } = index;
    const needsHits = near !== undefined || recognizer.find !== undefined || placesOf !== undefined;
    let places: readonly number[] = needsHits && recognizer.anchors !== undefined ? hitsOf(owner) : [];
    if (recognizer.find !== undefined)
      for (const [start, end, score] of recognizer.find(text, index, places)) judge(owner, start, end, score);
    if (placesOf !== undefined) places = placesOf(index, places);
    for (const pattern of compiled) {
      if (placesOf !== undefined) runAt(text, places, pattern, judge);
      else if (near === undefined) runOver(text, 0, 0, Number.POSITIVE_INFINITY, pattern, judge);
      else if (near === 0) runAt(text, places, pattern, judge);
      else runNearHits(text, places, [near, tail], pattern, judge);
    }
  };
}
