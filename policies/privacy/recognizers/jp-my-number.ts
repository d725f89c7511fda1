// Japanese individual numbers (My Number): weights mod 11.
import { isOneDigit, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'jp-my-number',
  type: 'JP_MY_NUMBER',
  layouts: [
    ['dddd dddd dddd', 0.55],
    ['dddd-dddd-dddd', 0.6],
    ['dddddddddddd', 0.3],
  ],
  context: ['マイナンバー', '個人番号', 'my number', 'mynumber', 'individual number'],
  isValid: (id) =>
    ((11 - (weightedSum(id.slice(0, 11), [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 ===
      Number(id[11]) && !isOneDigit(id),
  examples: {
    match: [
      ['マイナンバー 6214 9832 0257, as it stands', '6214 9832 0257'],
      ['マイナンバー: 621498320257', '621498320257'],
    ],
    noMatch: ['マイナンバー 6214 9832 0258', 'order 621498320257 is ready'],
  },
});
