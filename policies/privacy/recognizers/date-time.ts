// Dates with day, month and year, in figures and in words of seven languages; with a time of day behind them.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { DATE } from '../dates.ts';
import { dateStarts } from '../digit-places.ts';

export default defineRecognizer({
  name: 'date-time',
  type: 'DATE_TIME',
  minDigits: 4,
  places: dateStarts,
  patterns: [
    {
      regex: new RegExp(
        `(?<![\\p{L}\\d./_-])(?:${DATE})(?:[T ,]{1,2}\\d\\d:\\d\\d(?::\\d\\d(?:[.,]\\d{1,6})?)?(?:Z|[+-]\\d\\d:?\\d\\d)?)?(?![\\p{L}\\d_/-]|\\.\\d)`,
        'giu',
      ),
      score: 0.6,
    },
  ],
  examples: {
    match: [
      ['admitted on 17/06/2016.', '17/06/2016'],
      ['on 3 March 2024 and on May 5, 2023', '3 March 2024', 'May 5, 2023'],
      ['at 2024-01-15T10:20:30Z', '2024-01-15T10:20:30Z'],
    ],
    noMatch: ['mayor 12', '12/345/2020', 'a/2020/01/02/b'],
  },
});
