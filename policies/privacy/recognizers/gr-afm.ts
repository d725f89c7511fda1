// Greek tax numbers (AFM): powers of two mod 11.
import { isOneDigit, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'gr-afm',
  type: 'GR_AFM',
  layouts: [['ddddddddd', 0.25]],
  context: ['αφμ', 'afm', 'α.φ.μ', 'α.φ.μ.'],
  isValid: (id) =>
    (weightedSum(id.slice(0, 8), [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === Number(id[8]) &&
    !isOneDigit(id),
  examples: {
    match: [['αφμ 094259216, as it stands', '094259216']],
    noMatch: ['αφμ 094259217', 'order 094259216 is ready'],
  },
});
