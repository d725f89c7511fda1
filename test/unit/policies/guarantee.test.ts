// Exact bounds against published values and identities; thresholds that keep their promise on traffic of known loss.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  incompleteBeta,
  leastTrials,
  lowerBound,
  upperBound,
} from '../../../policies/guarantee/clopper-pearson.ts';
import { certify, certifyGroups, type JudgedRequest } from '../../../policies/guarantee/thresholds.ts';

/** A generator of its own, for the same numbers in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('Clopper-Pearson', () => {
  it.each([
    // Two-sided 95 % intervals of statistics books and of R's binom.test: count, trials, low, high.
    [10, 100, 0.0490047, 0.1762226],
    [4, 20, 0.057334, 0.436614],
    [0, 30, 0, 0.1157033],
    [1, 10, 0.0025286, 0.4450161],
    [7, 10, 0.3475471, 0.9332605],
  ])('of %d in %d', (count, trials, low, high) => {
    expect(lowerBound(count, trials, 0.025)).toBeCloseTo(low, 5);
    expect(upperBound(count, trials, 0.025)).toBeCloseTo(high, 5);
  });

  it('is the rule of three for a clean record', () => {
    for (const trials of [1, 10, 300, 100_000])
      expect(upperBound(0, trials, 0.05)).toBeCloseTo(1 - 0.05 ** (1 / trials), 9);
    expect(upperBound(0, leastTrials(0.02, 0.1), 0.1)).toBeLessThanOrEqual(0.02);
    expect(upperBound(0, leastTrials(0.02, 0.1) - 1, 0.1)).toBeGreaterThan(0.02);
  });

  it('leaves the binomial tail that it promises, by the sum of its terms', () => {
    const tail = (count: number, trials: number, rate: number): number => {
      // In logarithms: the first terms are too small for a number.
      let [term, sum] = [trials * Math.log1p(-rate), 0];
      for (let k = 0; k <= count; k += 1) {
        sum += Math.exp(term);
        term += Math.log((trials - k) / (k + 1)) + Math.log(rate) - Math.log1p(-rate);
      }
      return sum;
    };
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 400 })
          .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials - 1 }), fc.constant(trials))),
        fc.double({ min: 0.001, max: 0.5, noNaN: true }),
        ([count, trials], delta) => {
          expect(tail(count, trials, upperBound(count, trials, delta))).toBeCloseTo(delta, 6);
        },
      ),
    );
  });

  it('knows nothing without trials, and rises with the count', () => {
    expect(upperBound(0, 0, 0.1)).toBe(1);
    expect(lowerBound(0, 0, 0.1)).toBe(0);
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 500 }),
        fc.double({ min: 0.01, max: 0.3, noNaN: true }),
        (n, delta) => {
          const bounds = [0, 1, Math.floor(n / 2), n - 1, n].map((count) => upperBound(count, n, delta));
          expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
        },
      ),
    );
  });

  it('has a beta function of known values', () => {
    // I_x(1, b) = 1 - (1 - x)^b; I_1/2(a, a) = 1/2.
    expect(incompleteBeta(0.3, 1, 7)).toBeCloseTo(1 - 0.7 ** 7, 12);
    expect(incompleteBeta(0.5, 41, 41)).toBeCloseTo(0.5, 12);
    expect(incompleteBeta(0.5, 5000, 5000)).toBeCloseTo(0.5, 9);
  });
});

const request = fc.record({
  caller: fc.constantFrom('a', 'b'),
  task: fc.constantFrom('chat', 'code', 'maths'),
  score: fc.double({ min: 0, max: 1, noNaN: true }),
  isLoss: fc.boolean(),
});
const bounds = fc.record({
  alpha: fc.double({ min: 0.01, max: 0.4, noNaN: true }),
  delta: fc.double({ min: 0.01, max: 0.3, noNaN: true }),
});

describe('certified thresholds', () => {
  it('never let a bound above alpha through, and count what they keep', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 300 }), bounds, (requests, bound) => {
        const { threshold, kept, losses, judged, lossBound } = certify(requests, bound);
        const below = requests.filter(({ score }) => score < threshold);
        expect(kept).toBe(below.length);
        expect(losses).toBe(below.filter(({ isLoss }) => isLoss).length);
        expect(judged).toBe(requests.length);
        if (threshold > 0) expect(upperBound(losses, judged, bound.delta)).toBeLessThanOrEqual(bound.alpha);
        expect(lossBound).toBeLessThanOrEqual(bound.alpha);
      }),
    );
  });

  it('do not depend on the order of the requests, and fall when losses are added', () => {
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 200 }), bounds, (requests, bound) => {
        expect(certify([...requests].reverse(), bound)).toEqual(certify(requests, bound));
        const worse = requests.map((each) => ({ ...each, isLoss: true }));
        expect(certify(worse, bound).threshold).toBeLessThanOrEqual(certify(requests, bound).threshold);
      }),
    );
  });

  it('give every caller and task one, from the smallest group that is large enough', () => {
    const least = leastTrials(0.1, 0.1);
    const make = (caller: string, task: string, count: number): JudgedRequest[] =>
      Array.from({ length: count }, (_, i) => ({ caller, task, score: i / count, isLoss: false }));
    const groups = certifyGroups(
      [...make('a', 'chat', least), ...make('a', 'code', 3), ...make('b', 'chat', 2)],
      { alpha: 0.1, delta: 0.1 },
    );
    expect(groups.map(({ caller, task, testedOn }) => [caller, task, testedOn])).toEqual([
      ['a', 'chat', 'caller and task'],
      ['a', 'code', 'caller'],
      ['b', 'chat', 'all'],
    ]);
    expect(certifyGroups([], { alpha: 0.1, delta: 0.1 })).toEqual([]);
    const few = certifyGroups(make('a', 'chat', least - 1), { alpha: 0.1, delta: 0.1 });
    expect(few[0]).toMatchObject({ threshold: 0, testedOn: 'all' });
  });

  it('break their promise no more often than delta on traffic of known loss', () => {
    // Loss at score s has chance s / 2: kept below t, the true loss is t * t / 4.
    const next = random(5);
    const bound = { alpha: 0.05, delta: 0.1 };
    let broken = 0;
    const rounds = 400;
    for (let round = 0; round < rounds; round += 1) {
      const requests = Array.from({ length: 300 }, () => {
        const score = next();
        return { score, isLoss: next() < score / 2 };
      });
      if (certify(requests, bound).threshold ** 2 / 4 > bound.alpha) broken += 1;
    }
    // Expected at most 40; three deviations of a binomial above that are 58.
    expect(broken).toBeLessThanOrEqual(58);
  });
});
