// Singapore unique entity numbers of businesses and companies (ACRA).
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'sg-uen',
  type: 'SG_UEN',
  layouts: [
    ['dddddddda', 0.4],
    ['ddddddddda', 0.5],
    ['addaadddda', 0.6],
  ],
  context: ['uen', 'entity number', 'unique entity', 'acra'],
  isUpperCase: true,
  isValid: (id) => {
    if (id.length === 9)
      return 'XMKECAWLJDB'[weightedSum(id.slice(0, 8), [10, 4, 9, 3, 8, 2, 7, 1]) % 11] === id[8];
    if (/^\d/.test(id))
      return 'ZKCMDNERGWH'[weightedSum(id.slice(0, 9), [10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11] === id[9];
    return /^[RST]\d\d[A-Z]{2}\d{4}[A-Z]$/.test(id);
  },
  examples: {
    match: [
      ['uen 00192200M, as it stands', '00192200M'],
      ['uen: 197401143C', '197401143C'],
    ],
    noMatch: ['uen 00192200K'],
  },
});
