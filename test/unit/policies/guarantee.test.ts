// Exact bounds against published values and identities; thresholds that keep their promise on traffic of known loss.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exceedChance, leastTrials, upperBatchBound } from '../../../policies/guarantee/batch-bound.ts';
import { incompleteBeta, lowerBound, upperBound } from '../../../policies/guarantee/clopper-pearson.ts';
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

/** All ways to choose `size` of the places 0 ... count - 1. */
function choices(count: number, size: number): number[][] {
  if (size === 0) return [[]];
  if (size > count) return [];
  return [...choices(count - 1, size), ...choices(count - 1, size - 1).map((each) => [...each, count - 1])];
}

describe('the bound of a later batch', () => {
  it('is the chance of a random split, counted split by split, at its largest over the losses in all', () => {
    const small = fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
      .chain(([trials, batch]) =>
        fc.record({
          trials: fc.constant(trials),
          batch: fc.constant(batch),
          count: fc.integer({ min: 0, max: trials - 1 }),
          losses: fc.integer({ min: 1, max: batch }),
        }),
      );
    fc.assert(
      fc.property(small, ({ trials, batch, count, losses }) => {
        const splits = choices(trials + batch, trials);
        const chances = Array.from({ length: trials + batch + 1 }, (_, all) => {
          // The losses are the first `all` places.
          const judgedLosses = splits.map((judged) => judged.filter((at) => at < all).length);
          return judgedLosses.filter((k) => k <= count && all - k >= losses).length / splits.length;
        });
        expect(exceedChance(count, trials, losses, batch)).toBeCloseTo(Math.max(...chances), 10);
      }),
      { numRuns: 60 },
    );
  });

  it('holds for thresholds chosen by the judged losses, over every split of a set with scores', () => {
    // Twelve requests with losses among them, six judged: all 924 splits, the threshold where a second loss would come.
    const splits = choices(12, 6);
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 1, max: 6 }),
        (isLoss, most, losses) => {
          const broken = splits.filter((judged) => {
            let [ofJudged, ofBatch] = [0, 0];
            for (let at = 0; at < 12; at += 1) {
              if (!isLoss[at]) continue;
              if (!judged.includes(at)) ofBatch += 1;
              else if (ofJudged === most) break;
              else ofJudged += 1;
            }
            return ofBatch >= losses;
          });
          expect(broken.length / splits.length).toBeLessThanOrEqual(exceedChance(most, 6, losses, 6) + 1e-12);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('holds for larger batches too, in every case of an enumeration', () => {
    for (const trials of [1, 2, 3, 5, 8, 13, 21, 34, 60, 150])
      for (const delta of [0.01, 0.1, 0.3])
        for (let count = 0; count < trials; count += Math.ceil(trials / 20)) {
          const share = upperBatchBound(count, trials, delta);
          if (share === 1) continue;
          for (let batch = trials; batch < 8 * trials; batch += batch < 2 * trials ? 1 : 7) {
            const above = Math.floor(share * batch + 1e-9) + 1;
            expect(exceedChance(count, trials, above, batch)).toBeLessThanOrEqual(delta + 1e-9);
          }
        }
  });

  it('is above the bound of the rate, and comes to it as the batch grows', () => {
    for (const [count, trials] of [
      [0, 100],
      [7, 300],
      [80, 1000],
    ] as const) {
      const rate = upperBound(count, trials, 0.1);
      expect(upperBatchBound(count, trials, 0.1)).toBeGreaterThan(rate);
      expect(exceedChance(count, trials, Math.ceil(rate * 1e6), 1e6)).toBeCloseTo(0.1, 3);
    }
  });

  it('needs so many clean judgements', () => {
    for (const alpha of [0.02, 0.05, 0.1, 0.5]) {
      const least = leastTrials(alpha, 0.1);
      expect(upperBatchBound(0, least, 0.1)).toBeLessThanOrEqual(alpha);
      expect(upperBatchBound(0, least - 1, 0.1)).toBeGreaterThan(alpha);
    }
    // Four losses, all in the later of two equal halves: just below one in sixteen, three: below one in eight, above one in ten.
    expect(leastTrials(0.02, 0.1)).toBe(200);
    expect(upperBatchBound(0, 0, 0.1)).toBe(1);
    expect(upperBatchBound(10, 10, 0.1)).toBe(1);
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
        if (threshold > 0)
          expect(upperBatchBound(losses, judged, bound.delta)).toBeLessThanOrEqual(bound.alpha);
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

  it('break their promise no more often than delta in halves of one finite set', () => {
    // What a bound of the rate does not do: the losses that one half lacks are in the other.
    const next = random(5);
    const bound = { alpha: 0.05, delta: 0.1 };
    const set = Array.from({ length: 800 }, () => {
      const score = next();
      return { score, isLoss: next() < score / 2 };
    });
    const rounds = 400;
    let [broken, brokenByRate] = [0, 0];
    for (let round = 0; round < rounds; round += 1) {
      const shuffled = set.map((each) => ({ each, at: next() })).sort((a, b) => a.at - b.at);
      const [judged, later] = [shuffled.slice(0, 400), shuffled.slice(400)].map((part) =>
        part.map(({ each }) => each),
      ) as [typeof set, typeof set];
      const isBroken = (threshold: number): boolean =>
        later.filter(({ score, isLoss }) => isLoss && score < threshold).length > bound.alpha * later.length;
      if (isBroken(certify(judged, bound).threshold)) broken += 1;
      if (isBroken(certify(judged, bound, upperBound).threshold)) brokenByRate += 1;
    }
    expect(broken).toBeLessThanOrEqual(bound.delta * rounds);
    expect(brokenByRate).toBeGreaterThan(bound.delta * rounds);
  });
});
