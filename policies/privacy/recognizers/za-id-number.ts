// South African ids: day of birth, sex, citizenship, Luhn.
import { hasDayAt, isLuhnValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'za-id-number',
  type: 'ZA_ID_NUMBER',
  layouts: [
    ['ddddddddddddd', 0.6],
    ['dddddd dddd dd d', 0.8],
    ['dddddd dddd ddd', 0.75],
  ],
  context: ['id number', 'south african id', 'identity number', 'rsa id', 'sa id'],
  isValid: (id) => hasDayAt(id, 2) && /^.{10}[012]/.test(id) && isLuhnValid(id),
  examples: {
    match: [
      ['id number 7503305044089, as it stands', '7503305044089'],
      ['id number: 750330 5044 089', '750330 5044 089'],
    ],
    noMatch: ['id number 7503305044080'],
  },
});
