// Dates with day, month and year, in figures and in words of seven languages; with a time of day behind them. The time that a
// log's line begins with is nobody's, nor when a record was written or which version it is of.
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

/** Such a key of a record, of one within a string too (`\\"created_at\\": \\"`). */
const RECORD_KEY =
  /["_-](?:(?:created|updated|modified|deleted|expires?|started|finished|completed|cancelled|indexed)(?:_?(?:at|on|date|time))|(?:api_?)?version)\\{0,3}"\s?:\s?\\{0,3}"$/i;
const LONGEST_KEY = 30;
const isOfRecord = (text: string, at: number): boolean => {
  const before = text.charCodeAt(at - 1);
  return before === 34 && RECORD_KEY.test(text.slice(Math.max(0, at - LONGEST_KEY), at));
};

function findDates(text: string, index: TextIndex): FoundSpan[] {
  const found: FoundSpan[] = [];
  let end = 0;
  for (const at of dateStarts(index, [])) {
    if (at < end) continue;
    WHOLE.lastIndex = at;
    const match = WHOLE.exec(text);
    if (match === null) continue;
    end = WHOLE.lastIndex;
    const isOfLine = match.groups?.['time'] !== undefined && startsLine(text, at);
    if (!isOfLine && !isOfRecord(text, at)) found.push([at, end, 0.6]);
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
      ['{"admitted_on": "2024-01-15"}', '2024-01-15'],
    ],
    noMatch: [
      '2024-01-15 10:20:30,123 INFO started',
      '[2024-01-15T10:20:30Z] ready',
      '{"id": 7, "created_at": "2024-01-15T10:20:30Z", "version": "2024-10-01"}',
      '{\\"updatedAt\\": \\"2024-01-15\\"}',
      'mayor 12',
      '12/345/2020',
      'a/2020/01/02/b',
    ],
  },
});
