// Swedish organisation numbers: the third digit is 2 or more, Luhn (Skatteverket).
import { isLuhnValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'se-organisationsnummer',
  type: 'SE_ORGANISATIONSNUMMER',
  layouts: [
    ['dddddd-dddd', 0.6],
    ['dddddddddd', 0.2],
  ],
  context: ['organisationsnummer', 'org.nr', 'orgnr', 'org nr', 'organisation number', 'organisationsnr'],
  isValid: (id) => Number(id[2]) >= 2 && isLuhnValid(id),
  examples: {
    match: [['organisationsnummer 556703-7485, as it stands', '556703-7485']],
    noMatch: ['organisationsnummer 556703-7486', 'order 5567037485 is ready'],
  },
});
