// Postal codes, by their label.
import { defineLabelled } from '../define-labelled.ts';

export default defineLabelled({
  name: 'postal-code',
  type: 'POSTAL_CODE',
  minDigits: 1,
  labels: [
    'zip',
    'zip code',
    'zipcode',
    'postal code',
    'postcode',
    'post code',
    'zip postal',
    'zip/postal',
    'postal',
    'plz',
    'postleitzahl',
    'código postal',
    'codigo postal',
    'code postal',
    'cap:',
    'cp:',
    'cep',
    'postnummer',
    'kod pocztowy',
  ],
  value:
    '(?:\\d{5}(?:-\\d{4})?|\\d{4} ?[A-Z]{2}|\\d{2}-\\d{3}|\\d{5}-\\d{3}|\\d{2}\\.\\d{3}-\\d{3}|[A-Z]\\d[A-Z] ?\\d[A-Z]\\d|[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2}|\\d{4,6})',
  score: 0.7,
  examples: {
    match: [
      ['CP: 28035.', '28035'],
      ['ZIP code 90210-1234', '90210-1234'],
      ['Postcode: SW1A 1AA', 'SW1A 1AA'],
    ],
    noMatch: ['zip file 12', 'postcode lottery'],
  },
});
