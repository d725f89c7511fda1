// Argentine identity documents: seven or eight digits, beside a word.
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ar-dni',
  type: 'AR_DNI',
  layouts: [
    ['dd.ddd.ddd', 0.25],
    ['dddddddd', 0.16],
  ],
  context: ['dni', 'd.n.i', 'documento', 'documento nacional'],
  examples: {
    match: [
      ['dni 20.123.456, as it stands', '20.123.456'],
      ['dni: 20123456', '20123456'],
    ],
    noMatch: ['a sum of 20.123.456 pesos', 'order 20123456 is ready'],
  },
});
