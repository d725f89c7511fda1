// Swedish personal numbers, coordination numbers with the day + 60: Luhn over the last ten digits (Skatteverket).
import { isDay, isLuhnValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'se-personnummer',
  type: 'SE_PERSONNUMMER',
  layouts: [
    ['dddddd-dddd', 0.75],
    ['dddddddd-dddd', 0.85],
    ['dddddddddddd', 0.4],
    ['dddddddddd', 0.3],
  ],
  context: ['personnummer', 'person number', 'samordningsnummer', 'personal identity number', 'pnr', 'ssn'],
  isValid: (id) => {
    const digits = id.slice(-10);
    return isDay(Number(digits.slice(2, 4)), Number(digits.slice(4, 6)) % 60) && isLuhnValid(digits);
  },
  examples: {
    match: [
      ['personnummer 880320-0016, as it stands', '880320-0016'],
      ['personnummer: 19880320-0016', '19880320-0016'],
    ],
    noMatch: ['personnummer 880320-0017', 'order 8803200016 is ready'],
  },
});
