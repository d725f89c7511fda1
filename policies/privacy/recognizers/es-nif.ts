// Spanish DNI/NIF of persons: eight digits and a letter mod 23.
import { defineId } from '../define-id.ts';

const LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

export default defineId({
  name: 'es-nif',
  type: 'ES_NIF',
  layouts: [
    ['dddddddda', 0.85],
    ['dddddddd-a', 0.9],
    ['dddddddd a', 0.7],
    ['dd.ddd.ddd-a', 0.95],
    ['dd.ddd.ddda', 0.95],
  ],
  context: ['dni', 'nif', 'documento nacional', 'identificación'],
  isValid: (id) => LETTERS[Number(id.slice(0, 8)) % 23] === id[8],
  examples: {
    match: [
      ['dni 54362315-K, as it stands', '54362315-K'],
      ['dni: 54362315K', '54362315K'],
    ],
    noMatch: ['dni 54362316-K'],
  },
});
