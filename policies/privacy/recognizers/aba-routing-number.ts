// US bank routing numbers: weights 3, 7, 1; the first two digits name the district (ABA).
import { isOneDigit, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'aba-routing-number',
  type: 'ABA_ROUTING_NUMBER',
  layouts: [
    ['ddddddddd', 0.25],
    ['dddd-dddd-d', 0.4],
  ],
  context: ['routing', 'aba', 'rtn', 'routing number', 'bank', 'wire', 'ach'],
  isValid: (id) =>
    /^(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)/.test(id) &&
    weightedSum(id, [3, 7, 1]) % 10 === 0 &&
    !isOneDigit(id),
  examples: {
    match: [
      ['routing 111000025, as it stands', '111000025'],
      ['routing: 021000021', '021000021'],
    ],
    noMatch: ['routing 111000026', 'order 111000025 is ready'],
  },
});
