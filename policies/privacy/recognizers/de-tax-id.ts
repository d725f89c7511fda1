// German tax identification numbers (IdNr): ISO 7064 mod 11,10; of the first ten digits exactly one comes twice or three times.
import { isMod11_10Valid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'de-tax-id',
  type: 'DE_TAX_ID',
  layouts: [
    ['dd ddd ddd ddd', 0.6],
    ['ddddddddddd', 0.3],
  ],
  context: [
    'steuer-id',
    'steueridentifikationsnummer',
    'steuer id',
    'idnr',
    'steuerliche identifikationsnummer',
    'identifikationsnummer',
    'tax id',
    'steuer-idnr',
  ],
  isValid: (id) =>
    !id.startsWith('0') && [7, 8, 9].includes(new Set(id.slice(0, 10)).size) && isMod11_10Valid(id),
  examples: {
    match: [
      ['steuer-id 36 574 261 809, as it stands', '36 574 261 809'],
      ['steuer-id: 36574261809', '36574261809'],
    ],
    noMatch: ['steuer-id 36 574 261 800', 'order 36574261809 is ready'],
  },
});
