// Australian Medicare cards: first digit 2 to 6, weights 1, 3, 7, 9 mod 10.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'au-medicare',
  type: 'AU_MEDICARE',
  layouts: [
    ['dddd ddddd d', 0.65],
    ['dddddddddd', 0.3],
  ],
  context: ['medicare', 'medicare number', 'medicare card'],
  isValid: (id) => /^[2-6]/.test(id) && weightedSum(id.slice(0, 8), [1, 3, 7, 9]) % 10 === Number(id[8]),
  examples: {
    match: [
      ['medicare 2123 45670 1, as it stands', '2123 45670 1'],
      ['medicare: 2123456701', '2123456701'],
    ],
    noMatch: ['medicare 2123 45680 1', 'order 2123456701 is ready'],
  },
});
