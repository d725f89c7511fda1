// Italian VAT numbers (partita IVA): Luhn over eleven digits.
import { isLuhnValid, isOneDigit } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'it-vat-code',
  type: 'IT_VAT_CODE',
  layouts: [['ddddddddddd', 0.25]],
  context: ['partita iva', 'p.iva', 'p. iva', 'piva', 'p.i.', 'vat'],
  isValid: (id) => isLuhnValid(id) && !isOneDigit(id),
  examples: {
    match: [['partita iva 00743110157, as it stands', '00743110157']],
    noMatch: ['partita iva 00743110158', 'order 00743110157 is ready'],
  },
});
