// Icelandic ids: day of birth (companies: + 40), weights mod 11, century.
import { isDay, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'is-kennitala',
  type: 'IS_KENNITALA',
  layouts: [
    ['dddddd-dddd', 0.6],
    ['dddddddddd', 0.3],
  ],
  context: ['kennitala', 'kt', 'kt.'],
  isValid: (id) =>
    isDay(Number(id.slice(2, 4)), Number(id.slice(0, 2)) % 40) &&
    weightedSum(id.slice(0, 9), [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0 &&
    /[089]$/.test(id),
  examples: {
    match: [
      ['kennitala 120174-3399, as it stands', '120174-3399'],
      ['kennitala: 450401-3150', '450401-3150'],
    ],
    noMatch: ['kennitala 120174-3499', 'order 1201743399 is ready'],
  },
});
