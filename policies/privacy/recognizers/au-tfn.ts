// Australian tax file numbers: weights mod 11 (ATO).
import { isOneDigit, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'au-tfn',
  type: 'AU_TFN',
  layouts: [
    ['ddd ddd ddd', 0.35],
    ['ddddddddd', 0.2],
  ],
  context: ['tfn', 'tax file', 'tax file number'],
  isValid: (id) => weightedSum(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 && !isOneDigit(id),
  examples: {
    match: [
      ['tfn 123 456 782, as it stands', '123 456 782'],
      ['tfn: 123456782', '123456782'],
    ],
    noMatch: ['tfn 123 456 783', 'order 123456782 is ready'],
  },
});
