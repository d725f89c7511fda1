// US social security numbers. Area 000, 666 and 900-999, group 00 and serial 0000 are never issued (SSA, POMS RM 10201.030).
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { digitRuns, digitsNear } from '../digit-places.ts';

export default defineRecognizer({
  name: 'us-ssn',
  type: 'US_SSN',
  minDigits: 9,
  places: digitRuns(
    [3, 9],
    (length, i, index) =>
      length === 9 || (digitsNear(index, i + 1, 1) === 2 && digitsNear(index, i + 2, 1) === 4),
  ),
  patterns: [
    { regex: /(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/g, score: 0.7 },
    { regex: /(?<![\w.-])(?!000|666|9)\d{3}([ .])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])/g, score: 0.3 },
    { regex: /(?<![\w.,$€£#/-])(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}(?![\w-]|[.,]\d)/g, score: 0.15 },
  ],
  context: ['ssn', 'social security', 'social sec', 'soc sec', 'ss#', 'ssns', 'taxpayer id', 'tin'],
  examples: {
    match: [
      ['My SSN is 219-09-9998.', '219-09-9998'],
      ['social security number: 219099998', '219099998'],
      ['ssn 219 09 9998', '219 09 9998'],
    ],
    noMatch: [
      '000-12-3456',
      '666-12-3456',
      '900-12-3456',
      '219-00-9998',
      '219-09-0000',
      'order 219099998',
      'tel 219-099-9998',
    ],
  },
});
