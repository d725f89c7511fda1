// Romanian personal codes (CNP): sex, day of birth, county; weights 279146358279 mod 11.
import { hasDayAt, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ro-cnp',
  type: 'RO_CNP',
  layouts: [['ddddddddddddd', 0.65]],
  context: ['cnp', 'cod numeric personal', 'codul numeric'],
  isValid: (id) =>
    hasDayAt(id, 3) &&
    (weightedSum(id.slice(0, 12), [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11) % 10 === Number(id[12]),
  examples: {
    match: [['cnp 1630615123457, as it stands', '1630615123457']],
    noMatch: ['cnp 1630615123458'],
  },
});
