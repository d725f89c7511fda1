// Taiwanese ids: a letter for the place, sex, weights mod 10 (Ministry of the Interior).
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

/** In the order of their numbers from 10 on. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVXYWZIO';

export default defineId({
  name: 'tw-id',
  type: 'TW_ID',
  layouts: [['addddddddd', 0.5]],
  context: ['身分證', '身份證', 'national id', '身分證字號', 'taiwan id'],
  isValid: (id) => {
    const place = 10 + LETTERS.indexOf(id[0] as string);
    const sum =
      Math.floor(place / 10) + (place % 10) * 9 + weightedSum(id.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1]);
    return /^.[1289]/.test(id) && sum % 10 === 0;
  },
  examples: {
    match: [['身分證 A123456789, as it stands', 'A123456789']],
    noMatch: ['身分證 A123456780'],
  },
});
