// Hungarian social security numbers (TAJ): weights 3 and 7, mod 10.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'hu-taj',
  type: 'HU_TAJ',
  layouts: [
    ['ddd-ddd-ddd', 0.4],
    ['ddd ddd ddd', 0.3],
    ['ddddddddd', 0.25],
  ],
  context: ['taj', 'taj szám', 'taj-szám', 'tajszám', 'társadalombiztosítási'],
  isValid: (id) => weightedSum(id.slice(0, 8), [3, 7]) % 10 === Number(id[8]),
  examples: {
    match: [
      ['taj 111 111 110, as it stands', '111 111 110'],
      ['taj: 123-456-788', '123-456-788'],
    ],
    noMatch: ['taj 111 111 111', 'order 111111110 is ready'],
  },
});
