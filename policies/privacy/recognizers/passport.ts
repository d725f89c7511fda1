// Passport numbers of all countries, by their label: six to nine letters and digits.
import { defineLabelled } from '../define-labelled.ts';

export default defineLabelled({
  name: 'passport',
  type: 'PASSPORT',
  minDigits: 3,
  labels: [
    'passport',
    'passport no',
    'reisepassnummer',
    'número de pasaporte',
    'numéro de passeport',
    'reisepass',
    'passnummer',
    'passeport',
    'pasaporte',
    'passaporto',
    'passaporte',
    'paspoort',
    'paszport',
    '护照号',
    '旅券番号',
  ],
  value: '(?:[A-Z]{0,3}\\d{6,9}[A-Z]?|[A-Z]\\d(?=(?:[A-Z]{0,3}\\d){2})[A-Z0-9]{6,7})',
  examples: {
    match: [
      ['Passport No. X1234567', 'X1234567'],
      ['pasaporte: AAA123456', 'AAA123456'],
      ['passport number is 533380006', '533380006'],
    ],
    noMatch: ['passport to success', 'passport 12345'],
  },
});
