// Hungarian tax ids of persons: an 8, ten digits, positions as weights mod 11.
import { weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'hu-tax-id',
  type: 'HU_TAX_ID',
  layouts: [['dddddddddd', 0.25]],
  context: ['adóazonosító', 'adóazonosító jel', 'adoazonosito', 'tax id'],
  isValid: (id) =>
    id.startsWith('8') && weightedSum(id.slice(0, 9), [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 === Number(id[9]),
  examples: {
    match: [['adóazonosító 8071592153, as it stands', '8071592153']],
    noMatch: ['adóazonosító 8071592154', 'order 8071592153 is ready'],
  },
});
