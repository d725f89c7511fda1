// US national provider ids: Luhn with 80840 in front (CMS).
import { isLuhnValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'us-npi',
  type: 'US_NPI',
  layouts: [
    ['dddddddddd', 0.3],
    ['dddd-ddd-ddd', 0.5],
  ],
  context: ['npi', 'provider', 'national provider'],
  isValid: (id) => /^[12]/.test(id) && isLuhnValid(`80840${id}`),
  examples: {
    match: [['npi 1234567893, as it stands', '1234567893']],
    noMatch: ['npi 1234567894'],
  },
});
