// Malaysian identity cards: day of birth, place, serial (JPN).
import { hasDayAt } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'my-nric',
  type: 'MY_NRIC',
  layouts: [
    ['dddddd-dd-dddd', 0.85],
    ['dddddddddddd', 0.25],
  ],
  context: ['nric', 'mykad', 'kad pengenalan', 'ic number', 'no. kp', 'ic no'],
  isValid: (id) => hasDayAt(id, 2) && !/^.{6}(?:00|17|18|19|20|69|7[03]|80|81|9[4-7])/.test(id),
  examples: {
    match: [
      ['nric 770305-02-1234, as it stands', '770305-02-1234'],
      ['nric: 770305021234', '770305021234'],
    ],
    noMatch: ['nric 771305-02-1234', 'order 770305021234 is ready'],
  },
});
