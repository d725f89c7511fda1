// Indian voter ids (EPIC): three letters, seven digits, Luhn.
import { isLuhnValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'in-voter',
  type: 'IN_VOTER',
  layouts: [['aaaddddddd', 0.45]],
  context: ['voter', 'epic', 'election', 'voter id', 'elector'],
  isValid: (id) => isLuhnValid(id.slice(3)),
  examples: {
    match: [['voter WKH1186253, as it stands', 'WKH1186253']],
    noMatch: ['voter WKH1186254', 'order WKH1186253 is ready'],
  },
});
