// Latvian personal codes: day of birth and century, or 32 in front; weights mod 11.
import { hasDayAt, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'lv-pk',
  type: 'LV_PK',
  layouts: [
    ['dddddd-ddddd', 0.65],
    ['ddddddddddd', 0.3],
  ],
  context: ['personas kods', 'personas kodu', 'personal code'],
  isValid: (id) =>
    (id.startsWith('32') || hasDayAt(id, 0, true)) &&
    ((1 + weightedSum(id.slice(0, 10), [10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11) % 10 === Number(id[10]),
  examples: {
    match: [
      ['personas kods 161175-19997, as it stands', '161175-19997'],
      ['personas kods: 328673-00679', '328673-00679'],
    ],
    noMatch: ['personas kods 161175-19998', 'order 16117519997 is ready'],
  },
});
