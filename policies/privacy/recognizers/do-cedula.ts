// Dominican identity cards: Luhn (JCE).
import { isLuhnValid, isOneDigit } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'do-cedula',
  type: 'DO_CEDULA',
  layouts: [
    ['ddd-ddddddd-d', 0.75],
    ['ddddddddddd', 0.3],
  ],
  context: ['cédula', 'cedula', 'identidad'],
  isValid: (id) => isLuhnValid(id) && !isOneDigit(id),
  examples: {
    match: [['cédula 001-1391820-5, as it stands', '001-1391820-5']],
    noMatch: ['cédula 001-1391820-6', 'order 00113918205 is ready'],
  },
});
