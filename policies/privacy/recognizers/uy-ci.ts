// Uruguayan identity cards: weights 2987634 mod 10.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'uy-ci',
  type: 'UY_CI',
  layouts: [
    ['d.ddd.ddd-d', 0.8],
    ['ddddddd-d', 0.4],
    ['dddddddd', 0.2],
  ],
  context: ['cédula', 'cedula', 'ci', 'c.i.', 'documento'],
  isValid: (id) => (10 - (weightedSum(id.slice(0, 7), [2, 9, 8, 7, 6, 3, 4]) % 10)) % 10 === Number(id[7]),
  examples: {
    match: [['cédula 1.234.567-2, as it stands', '1.234.567-2']],
    noMatch: ['cédula 1.234.567-3', 'order 12345672 is ready'],
  },
});
