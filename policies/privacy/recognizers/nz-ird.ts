// New Zealand tax numbers (IRD): two rounds of weights mod 11.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'nz-ird',
  type: 'NZ_IRD',
  layouts: [
    ['dd-ddd-ddd', 0.6],
    ['ddd-ddd-ddd', 0.35],
    ['dddddddd', 0.2],
    ['ddddddddd', 0.2],
  ],
  context: ['ird', 'ird number', 'inland revenue'],
  isValid: (id) => {
    const body = id.slice(0, -1).padStart(8, '0');
    const check = (weights: number[]): number => (11 - (weightedSum(body, weights) % 11)) % 11;
    const first = check([3, 2, 7, 6, 5, 4, 3, 2]);
    return (
      (first === 10 ? check([7, 4, 3, 2, 5, 2, 7, 6]) : first) === Number(id.at(-1)) &&
      Number(id) > 10_000_000
    );
  },
  examples: {
    match: [
      ['ird 49-098-576, as it stands', '49-098-576'],
      ['ird: 49098576', '49098576'],
    ],
    noMatch: ['ird 49-098-577', 'order 49098576 is ready'],
  },
});
