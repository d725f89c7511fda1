// Canadian social insurance numbers: Luhn; none begins with 8 (Service Canada).
import { isLuhnValid, isOneDigit } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ca-sin',
  type: 'CA_SIN',
  layouts: [
    ['ddd-ddd-ddd', 0.6],
    ['ddd ddd ddd', 0.55],
    ['ddddddddd', 0.25],
  ],
  context: ['sin', 'social insurance', 'nas', 'assurance sociale', 'sin number'],
  isValid: (id) => !/^[08]/.test(id) && isLuhnValid(id) && !isOneDigit(id),
  examples: {
    match: [
      ['sin 123-456-782, as it stands', '123-456-782'],
      ['sin: 123456782', '123456782'],
    ],
    noMatch: ['sin 123-456-783', 'order 123456782 is ready'],
  },
});
