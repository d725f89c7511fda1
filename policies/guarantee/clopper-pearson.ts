// Exact bounds of a chance from counts. Source: Clopper and Pearson, Biometrika 26 (1934); the incomplete beta function by
// its continued fraction, DLMF 8.17.22, with Lentz's method.

/** Lanczos, g = 7, nine terms: relative error below 1e-13 for positive values. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Natural logarithm of the gamma function, for values above 0. */
export function logGamma(value: number): number {
  const x = value - 1;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i += 1) sum += LANCZOS[i]! / (x + i);
  const t = x + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum);
}

function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-14) break;
  }
  return fraction;
}

/** I_x(a, b) for a, b > 0 and x in [0, 1]. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2)
    ? (front * continuedFraction(x, a, b)) / a
    : 1 - (front * continuedFraction(1 - x, b, a)) / b;
}

/** The chance of at most `count` events in `trials`, each of chance `rate`. */
const atMost = (count: number, trials: number, rate: number): number =>
  count >= trials ? 1 : 1 - incompleteBeta(rate, count + 1, trials - count);

function bisect(isBelow: (rate: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The rate that the true one exceeds with a chance of at most `delta`, after `count` events in `trials`. One-sided, exact.
 * Without trials nothing is known: 1.
 */
export const upperBound = (count: number, trials: number, delta: number): number =>
  trials === 0 || count >= trials ? 1 : bisect((rate) => atMost(count, trials, rate) > delta);

/** The rate that the true one falls below with a chance of at most `delta`. */
export const lowerBound = (count: number, trials: number, delta: number): number =>
  trials === 0 ? 0 : 1 - upperBound(trials - count, trials, delta);
