// Austrian social insurance numbers: serial, check digit (weights mod 11), day of birth.
import { hasDayAt, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'at-svnr',
  type: 'AT_SVNR',
  layouts: [
    ['dddd dddddd', 0.55],
    ['dddd-dddddd', 0.55],
    ['dddddddddd', 0.3],
  ],
  context: ['svnr', 'sozialversicherungsnummer', 'sv-nummer', 'versicherungsnummer', 'sv-nr', 'sv nr'],
  isValid: (id) =>
    hasDayAt(id, 4, true) &&
    weightedSum(id.slice(0, 3) + id.slice(4), [3, 7, 9, 5, 8, 4, 2, 1, 6]) % 11 === Number(id[3]),
  examples: {
    match: [
      ['svnr 1237 010180, as it stands', '1237 010180'],
      ['svnr: 1237010180', '1237010180'],
    ],
    noMatch: ['svnr 1237 010181', 'order 1237010180 is ready'],
  },
});
