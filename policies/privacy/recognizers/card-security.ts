// Security codes of payment cards, by their label.
import { defineLabelled } from '../define-labelled.ts';

export default defineLabelled({
  name: 'card-security',
  type: 'CREDIT_DEBIT_CVV',
  minDigits: 3,
  labels: ['cvv', 'cvc', 'cvv2', 'cvc2', 'security code', 'card verification', 'pruefziffer'],
  value: '\\d{3,4}',
  examples: {
    match: [
      ['CVV: 123', '123'],
      ['cvc 4567', '4567'],
    ],
    noMatch: ['cvv required', 'cvv 12345'],
  },
});
