// Tax numbers whose country nothing says, by their label.
import { defineLabelled, hasDigits } from '../define-labelled.ts';

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
    'tin',
    'ein',
    'employer identification',
    'steuer id',
    'steuernummer',
    'steueridentifikationsnummer',
    'numero fiscal',
    'número fiscal',
    'identificación fiscal',
    'codice fiscale',
    'partita iva',
    'vat number',
    'vat id',
    'vat no',
    'rfc',
    'cuit',
    'nip',
  ],
  nouns: ['tax', 'taxpayer', 'tax identification', 'employer identification', 'vat', 'steuer'],
  value: '(?=[A-Z/-]{0,4}\\d)[A-Z0-9](?:[A-Z0-9/-]| (?=\\d)){5,17}[A-Z0-9]',
  validate: hasDigits(7),
  examples: {
    match: [
      ['EIN: 12-3456789', '12-3456789'],
      ['Tax ID 83-1234567', '83-1234567'],
    ],
    noMatch: ['tax id required', 'ein Haus'],
  },
});
