// Tax numbers whose country nothing says, by their label.
import { defineLabelled } from '../define-labelled.ts';

export default defineLabelled({
  name: 'tax-id',
  type: 'TAX_ID',
  minDigits: 1,
  labels: [
    'tax id',
    'tax identification',
    'taxpayer id',
    'tax number',
    'tin no',
    'ein',
    'employer identification',
    'steuer id',
    'numero fiscal',
    'identificación fiscal',
    'codice fiscale',
  ],
  value: '(?=[A-Z/-]{0,4}\\d)[A-Z0-9][A-Z0-9/ -]{5,16}[A-Z0-9]',
  validate: (value) => ((value.match(/\d/g) ?? []).length >= 7 ? null : false),
  examples: {
    match: [
      ['EIN: 12-3456789', '12-3456789'],
      ['Tax ID 83-1234567', '83-1234567'],
    ],
    noMatch: ['tax id required', 'ein Haus'],
  },
});
