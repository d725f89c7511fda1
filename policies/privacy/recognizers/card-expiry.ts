// Expiry dates of payment cards, by their label.
import { defineLabelled } from '../define-labelled.ts';

export default defineLabelled({
  name: 'card-expiry',
  type: 'CREDIT_DEBIT_EXPIRY',
  minDigits: 4,
  labels: [
    'exp',
    'expiry',
    'expiry date',
    'expires',
    'exp date',
    'expiration',
    'expiration date',
    'valid thru',
    'valid until',
    'gültig bis',
    'caducidad',
    'scadenza',
    'validade',
  ],
  value: '(?:0[1-9]|1[0-2]) ?/ ?(?:20)?[2-4]\\d(?! ?/)',
  examples: {
    match: [
      ['exp 12/29', '12/29'],
      ['Valid thru: 03/2031', '03/2031'],
    ],
    noMatch: ['exp 13/29', 'expires 12/29/2031x'],
  },
});
