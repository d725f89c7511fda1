// British unique taxpayer references: a check digit in front, weights mod 11.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'uk-utr',
  type: 'UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER',
  layouts: [
    ['ddddd ddddd', 0.3],
    ['dddddddddd', 0.2],
  ],
  context: ['utr', 'taxpayer reference', 'self assessment', 'unique taxpayer'],
  isValid: (id) => '21987654321'[weightedSum(id.slice(1), [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11] === id[0],
  examples: {
    match: [['utr 1955839661, as it stands', '1955839661']],
    noMatch: ['utr 1955839662', 'order 1955839661 is ready'],
  },
});
