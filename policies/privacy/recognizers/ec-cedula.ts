// Ecuadorian identity cards: province, Luhn (Registro Civil).
import { isLuhnValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ec-cedula',
  type: 'EC_CEDULA',
  layouts: [
    ['ddddddddd-d', 0.65],
    ['dddddddddd', 0.3],
  ],
  context: ['cédula', 'cedula', 'c.i.', 'identificación'],
  isValid: (id) => /^(?:0[1-9]|1\d|2[0-4]|30|50)[0-6]/.test(id) && isLuhnValid(id),
  examples: {
    match: [
      ['cédula 171430710-3, as it stands', '171430710-3'],
      ['cédula: 1714307103', '1714307103'],
    ],
    noMatch: ['cédula 171430710-4', 'order 1714307103 is ready'],
  },
});
