// French tax reference numbers (SPI): the last three digits are the first ten mod 511.
import { remainder } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'fr-tax-id',
  type: 'FR_TAX_ID',
  layouts: [
    ['dd dd ddd ddd ddd', 0.6],
    ['ddddddddddddd', 0.25],
  ],
  context: ['numéro fiscal', 'numero fiscal', 'spi', 'référence fiscale', 'reference fiscale'],
  isValid: (id) => /^[0-3]/.test(id) && remainder(id.slice(0, 10), 511) === Number(id.slice(10)),
  examples: {
    match: [
      ['numéro fiscal 3023217600053, as it stands', '3023217600053'],
      ['numéro fiscal: 30 23 217 600 053', '30 23 217 600 053'],
    ],
    noMatch: ['numéro fiscal 3023217600054', 'order 3023217600053 is ready'],
  },
});
