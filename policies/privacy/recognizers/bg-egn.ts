// Bulgarian uniform civil numbers (EGN): day (month + 20 or + 40), weights mod 11.
import { isDay, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'bg-egn',
  type: 'BG_EGN',
  layouts: [
    ['dddddddddd', 0.35],
    ['dddddd ddd d', 0.4],
  ],
  context: ['егн', 'egn', 'единен граждански номер', 'uniform civil number'],
  isValid: (id) =>
    isDay(Number(id.slice(2, 4)) % 20, Number(id.slice(4, 6))) &&
    (weightedSum(id.slice(0, 9), [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === Number(id[9]),
  examples: {
    match: [
      ['егн 8032056031, as it stands', '8032056031'],
      ['егн: 7523169263', '7523169263'],
    ],
    noMatch: ['егн 8032056032', 'order 8032056031 is ready'],
  },
});
