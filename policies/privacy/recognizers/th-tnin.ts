// Thai national ids: weights 13 to 2 mod 11.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'th-tnin',
  type: 'TH_TNIN',
  layouts: [
    ['d-dddd-ddddd-dd-d', 0.95],
    ['d dddd ddddd dd d', 0.8],
    ['ddddddddddddd', 0.4],
  ],
  context: ['บัตรประชาชน', 'เลขประจำตัว', 'thai id', 'national id', 'citizen id'],
  isValid: (id) =>
    /^[1-8]/.test(id) &&
    (11 - (weightedSum(id.slice(0, 12), [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 ===
      Number(id[12]),
  examples: {
    match: [
      ['บัตรประชาชน 1-2345-45678-78-1, as it stands', '1-2345-45678-78-1'],
      ['บัตรประชาชน: 3100600445635', '3100600445635'],
    ],
    noMatch: ['บัตรประชาชน 1-2345-45678-78-2', 'order 1234545678781 is ready'],
  },
});
