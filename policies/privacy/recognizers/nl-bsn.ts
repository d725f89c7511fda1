// Dutch citizen service numbers (BSN): the eleven test, weights 9 to 2 and -1 (Rijksdienst voor Identiteitsgegevens).
import { isOneDigit, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'nl-bsn',
  type: 'NL_BSN',
  layouts: [
    ['dddd.dd.ddd', 0.6],
    ['ddd ?ddd ?ddd', 0.25],
    ['ddddddddd', 0.25],
  ],
  context: ['bsn', 'burgerservicenummer', 'sofinummer', 'sofi', 'citizen service number'],
  isValid: (id) => weightedSum(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && !isOneDigit(id),
  examples: {
    match: [
      ['bsn 1112.22.333, as it stands', '1112.22.333'],
      ['bsn: 123456782', '123456782'],
    ],
    noMatch: ['bsn 1112.22.334', 'order 111222333 is ready'],
  },
});
