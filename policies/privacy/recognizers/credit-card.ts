// Payment card numbers: issuer ranges with their lengths (ISO/IEC 7812; the networks' published BIN tables), then Luhn.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { isLuhnValid } from '../checksums.ts';
import { digitRuns, digitsNear } from '../digit-places.ts';

/** First six digits from … to, and the lengths that the network issues. */
const RANGES: readonly (readonly [from: number, to: number, lengths: readonly number[]])[] = [
  [400000, 499999, [13, 16, 19]], // Visa
  [510000, 559999, [16]], // Mastercard
  [222100, 272099, [16]], // Mastercard
  [340000, 349999, [15]], // American Express
  [370000, 379999, [15]], // American Express
  [300000, 305999, [14, 16]], // Diners Club
  [309500, 309599, [14, 16]], // Diners Club
  [360000, 369999, [14, 16]], // Diners Club
  [380000, 399999, [14, 16]], // Diners Club
  [352800, 358999, [16, 19]], // JCB
  [601100, 601199, [16, 19]], // Discover
  [644000, 659999, [16, 19]], // Discover, RuPay
  [620000, 629999, [16, 17, 18, 19]], // UnionPay
  [810000, 819999, [16, 19]], // UnionPay, RuPay
  [220000, 220499, [16, 19]], // Mir
  [500000, 509999, [13, 15, 16, 18, 19]], // Maestro, Elo, RuPay
  [560000, 589999, [13, 15, 16, 18, 19]], // Maestro
  [630000, 639999, [16, 18, 19]], // Maestro
  [670000, 679999, [13, 15, 16, 18, 19]], // Maestro
];

function isIssued(digits: string): boolean {
  const bin = Number(digits.slice(0, 6));
  return RANGES.some(([from, to, lengths]) => bin >= from && bin <= to && lengths.includes(digits.length));
}

export default defineRecognizer({
  name: 'credit-card',
  type: 'CREDIT_CARD',
  minDigits: 13,
  places: digitRuns([4, 13, 14, 15, 16, 17, 18, 19], (length, i, index) => {
    const next = length > 4 ? 0 : digitsNear(index, i + 1, 1);
    return length > 4 || next === 4 || next === 6;
  }),
  patterns: [
    { regex: /(?<![\w.])\d{13,19}(?!\w|\.\d)/g, score: 0.5 },
    { regex: /(?<![\w.])\d{4}([ -])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{3})?(?!\w|[.-]\d)/g, score: 0.5 },
    { regex: /(?<![\w.])3\d{3}([ -])\d{6}\1\d{4,5}(?!\w|[.-]\d)/g, score: 0.5 },
  ],
  validate(value) {
    const digits = value.replace(/\D/g, '');
    return isIssued(digits) && isLuhnValid(digits);
  },
  examples: {
    // Published test numbers of the networks.
    match: [
      ['Visa 4111 1111 1111 1111, exp 12/29', '4111 1111 1111 1111'],
      ['amex:378282246310005;', '378282246310005'],
      ['3782-822463-10005', '3782-822463-10005'],
      ['5555-5555-5555-4444 and 2223003122003222', '5555-5555-5555-4444', '2223003122003222'],
      ['diners 30569309025904', '30569309025904'],
      ['{"card":"3530111333300000"}', '3530111333300000'],
    ],
    noMatch: [
      '4111 1111 1111 1112',
      '9999999999999995',
      'id 0.4111111111111111',
      'ts 1700000000000',
      'x4111111111111111',
    ],
  },
});
