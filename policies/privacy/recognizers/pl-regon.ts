// Polish business numbers (REGON), 9 digits: weights mod 11.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'pl-regon',
  type: 'PL_REGON',
  layouts: [['ddddddddd', 0.2]],
  context: ['regon', 'numer regon'],
  isValid: (id) => (weightedSum(id.slice(0, 8), [8, 9, 2, 3, 4, 5, 6, 7]) % 11) % 10 === Number(id[8]),
  examples: {
    match: [['regon 192598184, as it stands', '192598184']],
    noMatch: ['regon 192598185', 'order 192598184 is ready'],
  },
});
