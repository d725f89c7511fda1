// German pension insurance numbers (RVNR): area, day, letter, serial and a check digit over digit sums.
import { isDay } from '../checksums.ts';
import { defineId } from '../define-id.ts';

const WEIGHTS = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];

export default defineId({
  name: 'de-social-security',
  type: 'DE_SOCIAL_SECURITY',
  layouts: [
    ['dd dddddd a ddd', 0.85],
    ['dd dddddd a dd d', 0.85],
    ['ddddddddaddd', 0.45],
  ],
  context: [
    'rentenversicherungsnummer',
    'sozialversicherungsnummer',
    'versicherungsnummer',
    'rvnr',
    'svnr',
    'sv-nummer',
    'sv-nr',
  ],
  isValid: (id) => {
    const digits = id.slice(0, 8) + String(id.charCodeAt(8) - 64).padStart(2, '0') + id.slice(9);
    let sum = 0;
    WEIGHTS.forEach((weight, i) => {
      const product = weight * Number(digits[i]);
      sum += Math.floor(product / 10) + (product % 10);
    });
    // Where the day would not do, 50 is added to it.
    return isDay(Number(id.slice(4, 6)), Number(id.slice(2, 4)) % 50 || 1) && sum % 10 === Number(digits[12]);
  },
  examples: {
    match: [
      ['rentenversicherungsnummer 15 070649 C 103, as it stands', '15 070649 C 103'],
      ['rentenversicherungsnummer: 15070649C103', '15070649C103'],
    ],
    noMatch: ['rentenversicherungsnummer 15 070649 C 104', 'order 15070649C103 is ready'],
  },
});
