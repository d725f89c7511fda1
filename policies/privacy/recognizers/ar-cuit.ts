// Argentine CUIT/CUIL: prefix and weights mod 11 (AFIP).
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ar-cuit',
  type: 'AR_CUIT',
  layouts: [
    ['dd-dddddddd-d', 0.9],
    ['ddddddddddd', 0.35],
  ],
  context: ['cuit', 'cuil', 'clave única de identificación tributaria'],
  isValid: (id) =>
    /^(?:2[0-7]|3[034])/.test(id) &&
    (11 - (weightedSum(id.slice(0, 10), [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(id[10]),
  examples: {
    match: [
      ['cuit 20-05536168-2, as it stands', '20-05536168-2'],
      ['cuit: 20055361682', '20055361682'],
    ],
    noMatch: ['cuit 20-05536168-3', 'order 20055361682 is ready'],
  },
});
