// Colombian NIT: primes as weights mod 11 (DIAN).
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'co-nit',
  type: 'CO_NIT',
  layouts: [
    ['ddd.ddd.ddd-d', 0.85],
    ['ddddddddd-d', 0.65],
  ],
  context: ['nit', 'rut', 'nit.', 'número de identificación tributaria'],
  isValid: (id) => {
    const rest = weightedSum(id.slice(0, 9), [41, 37, 29, 23, 19, 17, 13, 7, 3]) % 11;
    return (rest < 2 ? rest : 11 - rest) === Number(id[9]);
  },
  examples: {
    match: [['nit 213.123.432-1, as it stands', '213.123.432-1']],
    noMatch: ['nit 213.123.432-2'],
  },
});
