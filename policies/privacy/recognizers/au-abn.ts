// Australian business numbers: weights mod 89 (ABR).
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'au-abn',
  type: 'AU_ABN',
  layouts: [
    ['dd ddd ddd ddd', 0.85],
    ['ddddddddddd', 0.4],
  ],
  context: ['abn', 'business number', 'australian business'],
  isValid: (id) =>
    weightedSum(String(Number(id[0]) - 1) + id.slice(1), [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) % 89 ===
      0 && !id.startsWith('0'),
  examples: {
    match: [
      ['abn 83 914 571 673, as it stands', '83 914 571 673'],
      ['abn: 83914571673', '83914571673'],
    ],
    noMatch: ['abn 83 914 571 674', 'order 83914571673 is ready'],
  },
});
