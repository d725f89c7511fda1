// Numbers within bounds, and multiples, as automata over their decimal text. Bounded numbers are written without exponent.
import {
  byteRange,
  bytes,
  type Dfa,
  determinise,
  either,
  intersect,
  type Regular,
  seq,
  times,
} from './dfa.ts';
import { DIGIT, FRACTION, INTEGER, NUMBER } from './json-text.ts';

export interface Bound {
  value: number;
  exclusive: boolean;
}

export interface NumberBounds {
  least: Bound | null;
  greatest: Bound | null;
  multiplesOf: number[];
  integer: boolean;
}

const ANY = Number.POSITIVE_INFINITY;
const NEVER: Regular = either();
/** Digits before the point of a number without bound. */
const MOST_DIGITS = 20;

/** @throws {LanguageTooLarge} */
export function numberTexts({ least, greatest, multiplesOf, integer }: NumberBounds): Dfa {
  let found = integer ? INTEGER : NUMBER;
  if (least || greatest) found = intersect(found, determinise(between(least, greatest)));
  for (const of of multiplesOf) found = intersect(found, multiples(of));
  return found;
}

/** The digits before and after the point, of a value of any size. */
function decimal(value: number): { whole: string; fraction: string } {
  const size = Math.abs(value);
  if (size >= 1e21) return { whole: BigInt(size).toString(), fraction: '' };
  const [mantissa, exponent = '0'] = size.toString().split('e');
  const [whole, fraction = ''] = mantissa!.split('.');
  const shift = -Number(exponent); // only small numbers have an exponent here
  if (shift === 0) return { whole: whole!, fraction };
  const digits = `${'0'.repeat(shift)}${whole}${fraction}`;
  const split = digits.length - fraction.length - shift;
  return {
    whole: digits.slice(0, split).replace(/^0+(?=\d)/, ''),
    fraction: digits.slice(split).replace(/0+$/, ''),
  };
}

function between(least: Bound | null, greatest: Bound | null): Regular {
  const zero: Bound = { value: 0, exclusive: false };
  const aboveZero: Bound = { value: 0, exclusive: true };
  const options: Regular[] = [];
  if (!greatest || greatest.value > 0 || (greatest.value === 0 && !greatest.exclusive)) {
    const from = least && least.value >= 0 ? least : zero;
    options.push(sizes(from, greatest));
  }
  if (!least || least.value < 0) {
    const from = greatest && greatest.value < 0 ? greatest : aboveZero;
    options.push(seq(bytes('-'), sizes(from, least)));
  }
  return either(...options);
}

/** Numbers without sign; bounds by their size. */
function sizes(least: Bound, greatest: Bound | null): Regular {
  const parts = [atLeast(least)];
  if (greatest) parts.push(atMost(greatest));
  const automata = parts.map(determinise);
  return { op: 'dfa', dfa: automata.reduce(intersect) };
}

const anyFraction = times(FRACTION, 0, 1);

function atLeast({ value, exclusive }: Bound): Regular {
  const { whole, fraction } = decimal(value);
  const next = (BigInt(whole) + 1n).toString();
  return either(
    seq(digitsFrom(next, '9'.repeat(Math.max(MOST_DIGITS, next.length))), anyFraction),
    seq(bytes(whole), fractionFrom(fraction, exclusive)),
  );
}

function atMost({ value, exclusive }: Bound): Regular {
  const { whole, fraction } = decimal(value);
  const below = BigInt(whole) - 1n;
  return either(
    below < 0n ? NEVER : seq(digitsFrom('0', below.toString()), anyFraction),
    seq(bytes(whole), fractionTo(fraction, exclusive)),
  );
}

const digit = (least: number, greatest: number): Regular =>
  least > greatest ? NEVER : byteRange(0x30 + least, 0x30 + greatest);

/** Whole numbers from `least` to `greatest`, without leading zeros. */
function digitsFrom(least: string, greatest: string): Regular {
  if (least.length < greatest.length) {
    const middle: Regular[] = [];
    for (let length = least.length + 1; length < greatest.length; length++)
      middle.push(seq(digit(1, 9), times(DIGIT, length - 1, length - 1)));
    const first = `1${'0'.repeat(greatest.length - 1)}`;
    return either(sameLength(least, '9'.repeat(least.length)), ...middle, sameLength(first, greatest));
  }
  return least.length > greatest.length || least > greatest ? NEVER : sameLength(least, greatest);
}

function sameLength(least: string, greatest: string): Regular {
  if (/^0*$/.test(least) && /^9*$/.test(greatest)) return times(DIGIT, least.length, least.length);
  const [a, b] = [Number(least[0]), Number(greatest[0])];
  const rest = least.length - 1;
  if (a === b) return seq(digit(a, a), sameLength(least.slice(1), greatest.slice(1)));
  return either(
    seq(digit(a, a), sameLength(least.slice(1), '9'.repeat(rest))),
    seq(digit(a + 1, b - 1), times(DIGIT, rest, rest)),
    seq(digit(b, b), sameLength('0'.repeat(rest), greatest.slice(1))),
  );
}

const zeros = times(bytes('0'), 0, ANY);
const digits = times(DIGIT, 0, ANY);

/** Point and digits, or nothing, worth no less than 0.`fraction`. */
function fractionFrom(fraction: string, exclusive: boolean): Regular {
  const after = (at: number): Regular => {
    if (at === fraction.length) return exclusive ? seq(zeros, digit(1, 9), digits) : digits;
    const value = Number(fraction[at]);
    return either(seq(digit(value, value), after(at + 1)), seq(digit(value + 1, 9), digits));
  };
  const withPoint = seq(bytes('.'), after(0));
  return fraction === '' && !exclusive ? either(seq(), withPoint) : withPoint;
}

/** Point and digits, or nothing, worth no more than 0.`fraction`. */
function fractionTo(fraction: string, exclusive: boolean): Regular {
  const after = (at: number): Regular => {
    if (at === fraction.length) return exclusive ? NEVER : zeros;
    const value = Number(fraction[at]);
    const smaller = value === 0 ? [] : [seq(digit(0, value - 1), digits)];
    // Fewer digits than the bound are worth less: its last digit is not 0.
    return either(seq(), ...smaller, seq(digit(value, value), after(at + 1)));
  };
  const withPoint = seq(bytes('.'), after(0));
  return fraction === '' && exclusive ? NEVER : either(seq(), withPoint);
}

/** Remainders of which an automaton keeps track. */
const MOST_REMAINDERS = 5000;

export const canCount = (of: number): boolean => {
  const { whole, fraction } = decimal(of);
  return Number(whole + fraction) * (fraction.length + 1) <= MOST_REMAINDERS;
};

/** Decimal texts of the multiples, with as many digits after the point as `of` has at most. */
function multiples(of: number): Dfa {
  const { whole, fraction } = decimal(of);
  const divisor = Number(whole + fraction);
  // One state for each remainder and number of digits after the point (-1: no point yet).
  const dfa: Dfa = { accepting: [], edges: [] };
  const numbers = new Map<string, number>();
  const states: [remainder: number, places: number][] = [];
  const numberOf = (remainder: number, places: number): number => {
    const key = `${remainder},${places}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = states.push([remainder, places]) - 1 + 2;
      numbers.set(key, number);
    }
    return number;
  };
  const digitEdges = (remainder: number, places: number): Dfa['edges'][number] =>
    Array.from({ length: 10 }, (_, value) => [
      0x30 + value,
      0x30 + value,
      numberOf((remainder * 10 + value) % divisor, places),
    ]);
  dfa.accepting.push(false, false);
  dfa.edges.push([[0x2d, 0x2d, 1], ...digitEdges(0, -1)], digitEdges(0, -1));
  for (let i = 0; i < states.length; i++) {
    const [remainder, places] = states[i]!;
    const missing = fraction.length - Math.max(places, 0);
    dfa.accepting.push(places !== 0 && (remainder * 10 ** missing) % divisor === 0);
    const point: Dfa['edges'][number] =
      places === -1 && fraction.length > 0 ? [[0x2e, 0x2e, numberOf(remainder, 0)]] : [];
    dfa.edges.push([
      ...point,
      ...(places < 0
        ? digitEdges(remainder, -1)
        : places < fraction.length
          ? digitEdges(remainder, places + 1)
          : []),
    ]);
  }
  return dfa;
}
