// Singapore NRIC and FIN: a letter, seven digits and a check letter (S, T, F, G, M).
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'sg-nric-fin',
  type: 'SG_NRIC_FIN',
  layouts: [['addddddda', 0.85]],
  context: ['nric', 'fin', 'identification card', 'ic'],
  isValid: (id) => {
    const first = id[0] as string;
    const sum =
      weightedSum(id.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + ('TG'.includes(first) ? 4 : first === 'M' ? 3 : 0);
    const letters = 'ST'.includes(first) ? 'JZIHGFEDCBA' : first === 'M' ? 'KLJNPQRTUWX' : 'XWUTRQPNMLK';
    return 'STFGM'.includes(first) && letters[first === 'M' ? 10 - (sum % 11) : sum % 11] === id[8];
  },
  examples: {
    match: [['nric S1234567D, as it stands', 'S1234567D']],
    noMatch: ['nric S1234567A'],
  },
});
