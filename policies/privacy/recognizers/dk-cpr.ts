// Danish CPR numbers: a day and four digits. Since 2007 the check digit no longer holds for all.
import { hasDayAt } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'dk-cpr',
  type: 'DK_CPR',
  layouts: [
    ['dddddd-dddd', 0.55],
    ['dddddd dddd', 0.2],
    ['dddddddddd', 0.2],
  ],
  context: ['cpr', 'cpr-nummer', 'personnummer', 'cpr-nr', 'cpr nr'],
  isValid: (id) => hasDayAt(id, 0, true),
  examples: {
    match: [
      ['cpr 211062-5629, as it stands', '211062-5629'],
      ['cpr: 2110625629', '2110625629'],
    ],
    noMatch: ['cpr 321062-5629', 'order 2110625629 is ready'],
  },
});
