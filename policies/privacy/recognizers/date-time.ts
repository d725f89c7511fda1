// Dates with day, month and year, in figures and in words of seven languages; with a time of day behind them. The time that a
// log's line begins with is nobody's.
import { defineRecognizer, type FoundSpan, type TextIndex } from '../../../contract/recognizer.ts';
import { DATE } from '../dates.ts';
import { dateStarts } from '../digit-places.ts';

const WHOLE = new RegExp(
  `(?<![\\p{L}\\d./_-])(?:${DATE})(?<time>[T ,]{1,2}\\d\\d:\\d\\d(?::\\d\\d(?:[.,]\\d{1,9})?)?(?:Z|[+-]\\d\\d:?\\d\\d)?)?(?![\\p{L}\\d_/-]|\\.\\d)`,
  'iuy',
);

const isOpening = (char: string | undefined): boolean =>
  char === ' ' || char === '[' || char === '(' || char === '<';

/** At most a bracket and a blank stand before it on its line. */
function startsLine(text: string, at: number): boolean {
  let start = at;
  while (at - start < 2 && isOpening(text[start - 1])) start -= 1;
  return start === 0 || text[start - 1] === '\n';
}

function findDates(text: string, index: TextIndex): FoundSpan[] {
  const found: FoundSpan[] = [];
  let end = 0;
  for (const at of dateStarts(index, [])) {
    if (at < end) continue;
    WHOLE.lastIndex = at;
    const match = WHOLE.exec(text);
    if (match === null) continue;
    end = WHOLE.lastIndex;
    if (match.groups?.['time'] === undefined || !startsLine(text, at)) found.push([at, end, 0.6]);
  }
  return found;
}

export default defineRecognizer({
  name: 'date-time',
  type: 'DATE_TIME',
  minDigits: 4,
  patterns: [],
  find: findDates,
  examples: {
    match: [
      ['admitted on 17/06/2016.', '17/06/2016'],
      ['on 3 March 2024 and on May 5, 2023', '3 March 2024', 'May 5, 2023'],
      ['at 2024-01-15T10:20:30Z', '2024-01-15T10:20:30Z'],
    ],
    noMatch: [
      '2024-01-15 10:20:30,123 INFO started',
      '[2024-01-15T10:20:30Z] ready',
      'mayor 12',
      '12/345/2020',
      'a/2020/01/02/b',
    ],
  },
});
