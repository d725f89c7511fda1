// Canadian health cards: Ontario ten digits by Luhn and two letters, Quebec four letters and eight digits.
import { isLuhnValid } from '../checksums.ts';
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ca-health-number',
  type: 'CA_HEALTH_NUMBER',
  layouts: [
    ['dddd-ddd-ddd-aa', 0.8],
    ['dddd ddd ddd aa', 0.7],
    ['dddd-ddd-ddd', 0.5],
    ['dddddddddd', 0.25],
    ['dddd ddd ddd', 0.4],
    ['aaaa dddd dddd', 0.7],
    ['aaaadddddddd', 0.6],
  ],
  context: ['health card', 'ohip', 'ramq', 'carte santé', 'health number', 'assurance maladie'],
  isValid: (id) =>
    /^\d/.test(id)
      ? isLuhnValid(id.slice(0, 10))
      : /^[A-Z]{4}\d\d(?:[05][1-9]|[16][0-2])(?:0[1-9]|[12]\d|3[01])/.test(id),
  examples: {
    match: [
      ['health card 9876-543-217, as it stands', '9876-543-217'],
      ['health card: TREM 8512 1112', 'TREM 8512 1112'],
    ],
    noMatch: ['health card 9876-543-218'],
  },
});
