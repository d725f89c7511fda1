// Vietnamese tax codes: weights mod 11, and a branch.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'vn-mst',
  type: 'VN_TAX_CODE',
  layouts: [
    ['dddddddddd-ddd', 0.7],
    ['dddddddddd', 0.2],
  ],
  context: ['mst', 'mã số thuế', 'ma so thue', 'tax code'],
  isValid: (id) =>
    10 - (weightedSum(id.slice(0, 9), [31, 29, 23, 19, 17, 13, 7, 5, 3]) % 11) === Number(id[9]),
  examples: {
    match: [
      ['mst 0100233488, as it stands', '0100233488'],
      ['mst: 0314409058-002', '0314409058-002'],
    ],
    noMatch: ['mst 0100233489', 'order 0100233488 is ready'],
  },
});
