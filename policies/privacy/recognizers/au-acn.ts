// Australian company numbers: weights 8 to 1 mod 10 (ASIC).
import { isOneDigit, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'au-acn',
  type: 'AU_ACN',
  layouts: [
    ['ddd ddd ddd', 0.3],
    ['ddddddddd', 0.2],
  ],
  context: ['acn', 'company number', 'australian company'],
  isValid: (id) =>
    (10 - (weightedSum(id.slice(0, 8), [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === Number(id[8]) &&
    !isOneDigit(id),
  examples: {
    match: [
      ['acn 004 085 616, as it stands', '004 085 616'],
      ['acn: 010 499 966', '010 499 966'],
    ],
    noMatch: ['acn 004 085 617', 'order 004085616 is ready'],
  },
});
