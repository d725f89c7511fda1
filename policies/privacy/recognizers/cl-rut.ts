// Chilean RUT/RUN: weights 2 to 7 mod 11, K for 10 (Registro Civil).
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'cl-rut',
  type: 'CL_RUT',
  layouts: [
    ['dd.ddd.ddd-x', 0.95],
    ['d.ddd.ddd-x', 0.9],
    ['dddddddd-x', 0.8],
    ['ddddddd-x', 0.55],
  ],
  context: ['rut', 'run', 'rol único', 'rol unico'],
  isValid: (id) => {
    let sum = 0;
    for (let i = id.length - 2, weight = 2; i >= 0; i -= 1, weight = weight === 7 ? 2 : weight + 1)
      sum += Number(id[i]) * weight;
    return '0K987654321'[sum % 11] === id.at(-1);
  },
  examples: {
    match: [
      ['rut 76086428-5, as it stands', '76086428-5'],
      ['rut: 12.531.909-2', '12.531.909-2'],
    ],
    noMatch: ['rut 76086428-6'],
  },
});
