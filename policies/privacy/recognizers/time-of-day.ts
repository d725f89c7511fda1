// Times of day in prose: `10:30 AM`, `um 14:05 Uhr`, `at 15:20`, `14h30`. Times of logs and programs are nobody's.
import { defineRecognizer, type FoundSpan, type TextIndex } from '../../../contract/recognizer.ts';
import { blockKindAt } from '../block-kind.ts';
import { isDigitUnit, isLatinUnit, wordBefore } from '../digit-places.ts';

const TIME =
  /(?:[01]?\d|2[0-4])(?:[:.][0-5]\d(?::[0-5]\d)?)?(?:\s?[ap](?:m|\.m\.)| ?Uhr| o['’]clock)(?![\p{L}\d])|(?:[01]?\d|2[0-4])h[0-5]\d(?![\p{L}\d])|(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?![\p{L}\d:]|[.,]\d)/iuy;
/** A time without a word behind it counts behind one of these. */
const BEFORE = new Set(
  'at um à às las alle om from until till by before after bis ab klo kl time hora uhrzeit heure ora'.split(
    ' ',
  ),
);
const COLON = 58;
const DOT = 46;
const SPACE = 32;

function isNamed(text: string, index: TextIndex, start: number): boolean {
  let end = start;
  while (end > 0 && start - end < 3 && (index.units[end - 1] === SPACE || index.units[end - 1] === COLON))
    end -= 1;
  const word = wordBefore(index, end, 8);
  return word >= 0 && BEFORE.has(text.slice(word, end).toLowerCase());
}

const isTimeLetter = (unit: number): boolean => {
  const small = unit | 32;
  return small === 97 || small === 112 || small === 117 || small === 104 || small === 111;
};

/** May a time begin with this number? By what stands around it: most numbers are known to be none by this alone. */
function mayBeTime(units: Uint16Array, start: number, end: number): boolean {
  const before = start > 0 ? (units[start - 1] as number) : SPACE;
  if (before !== SPACE && before !== 40 && before !== 10 && before !== COLON) return false;
  let at = end;
  const isClock = (units[at] === COLON || units[at] === DOT) && isDigitUnit(units[at + 1] as number);
  if (isClock) at += 3;
  if (isClock && units[at] === COLON) at += 3;
  // Behind a word: at 15:20.
  if (isClock && start > 1 && (isLatinUnit(units[start - 2] as number) || units[start - 2] === COLON))
    return true;
  return isTimeLetter(units[at] as number) || (units[at] === SPACE && isTimeLetter(units[at + 1] as number));
}

function findTimes(text: string, index: TextIndex): FoundSpan[] {
  const { units, runs, runStarts, runEnds } = index;
  const found: FoundSpan[] = [];
  for (let i = 0; i < runs; i += 1) {
    const start = runStarts[i] as number;
    const end = runEnds[i] as number;
    if (end - start > 2 || !mayBeTime(units, start, end)) continue;
    TIME.lastIndex = start;
    const match = TIME.exec(text);
    if (match === null) continue;
    const stop = TIME.lastIndex;
    if (!/[a-zA-Z]/.test(match[0]) && !isNamed(text, index, start)) continue;
    if (blockKindAt(text, start, stop) === 'prose') found.push([start, stop, 0.5]);
  }
  return found;
}

export default defineRecognizer({
  name: 'time-of-day',
  type: 'DATE_TIME',
  minDigits: 1,
  patterns: [],
  find: findTimes,
  examples: {
    match: [
      ['we meet at 10:30 AM.', '10:30 AM'],
      ['um 14:05 Uhr', '14:05 Uhr'],
      ['a las 15:20, luego', '15:20'],
      ['call me at 3 pm', '3 pm'],
      ['rendez-vous à 14h30', '14h30'],
    ],
    noMatch: ['a ratio of 16:09', '12:34:56.789 INFO ready', 'I am 3 Amish', '10:30:00.5 took', 'verse 3:16'],
  },
});
