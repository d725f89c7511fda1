// Peruvian DNI, beside a word, with its check character, and RUC by weights mod 11 (SUNAT).
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'pe-dni',
  type: 'PE_DNI',
  layouts: [
    ['dddddddd-x', 0.4],
    ['dddddddd', 0.16],
    ['ddddddddddd', 0.3],
  ],
  context: ['dni', 'ruc', 'documento nacional', 'cui'],
  isValid: (id) => {
    if (id.length === 8) return true;
    if (id.length === 11)
      return (
        /^(?:10|15|17|20)/.test(id) &&
        (11 - (weightedSum(id.slice(0, 10), [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(id[10])
      );
    const rest = weightedSum(id.slice(0, 8), [3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    return '65432110987'[rest] === id[8] || 'KJIHGFEDCBA'[rest] === id[8];
  },
  examples: {
    match: [
      ['dni 10117410-2, as it stands', '10117410-2'],
      ['dni: 20512333797', '20512333797'],
    ],
    noMatch: ['dni 10117410-3', 'order 101174102 is ready'],
  },
});
