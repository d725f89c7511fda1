// NHS numbers: ten digits, weights 10 to 2, mod 11 (NHS data dictionary).
import { isOneDigit, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'uk-nhs',
  type: 'UK_NHS',
  layouts: [
    ['ddd ddd dddd', 0.55],
    ['ddd-ddd-dddd', 0.4],
    ['dddddddddd', 0.25],
  ],
  context: ['nhs', 'nhs number', 'nhs no', 'national health', 'health service', 'patient'],
  isValid: (id) =>
    (11 - (weightedSum(id.slice(0, 9), [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(id[9]) &&
    !isOneDigit(id),
  examples: {
    match: [
      ['nhs 943 476 5870, as it stands', '943 476 5870'],
      ['nhs: 943-476-5870', '943-476-5870'],
    ],
    noMatch: ['nhs 943 476 5871', 'order 9434765870 is ready'],
  },
});
