// Polish tax numbers (NIP): weights mod 11.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'pl-nip',
  type: 'PL_NIP',
  layouts: [
    ['ddd-ddd-dd-dd', 0.75],
    ['ddd-dd-dd-ddd', 0.75],
    ['dddddddddd', 0.25],
  ],
  context: ['nip', 'numer nip', 'vat pl', 'tax id'],
  isValid: (id) => weightedSum(id.slice(0, 9), [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === Number(id[9]),
  examples: {
    match: [
      ['nip 856-734-62-15, as it stands', '856-734-62-15'],
      ['nip: 8567346215', '8567346215'],
    ],
    noMatch: ['nip 856-734-62-16', 'order 8567346215 is ready'],
  },
});
