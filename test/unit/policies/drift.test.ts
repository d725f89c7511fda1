// Drift of traffic: the index against its definition worked by hand, its error rate without drift, and the check of the promise.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DriftFacts, lossCheck, shiftsOf, stabilityIndex } from '../../../policies/drift.ts';

const mapOf = (counts: Record<string, number>): Map<string, number> => new Map(Object.entries(counts));

/** The same numbers in every run, from 0 up to 1. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function traffic(count: number, seed: number, codeShare: number): DriftFacts[] {
  const next = numbers(seed);
  return Array.from({ length: count }, () => ({
    task: next() < codeShare ? 'code' : next() < 0.5 ? 'chat' : 'extract',
    language: next() < 0.8 ? 'en' : null,
    promptTokens: Math.floor(20 + 400 * next() ** 2),
    gap: 0.1 + 0.4 * next(),
  }));
}

describe('the population stability index', () => {
  it('is the sum of (q - p) ln(q / p)', () => {
    // 1000.5 and 3000.5 of 4001 before, 3000.5 and 1000.5 after: 2 * 0.49988 * ln(2.999).
    const index = stabilityIndex(mapOf({ a: 1000, b: 3000 }), mapOf({ a: 3000, b: 1000 }));
    expect(index).toBeCloseTo(2 * (2000 / 4001) * Math.log(3000.5 / 1000.5), 9);
  });

  it('is finite where a share is new or gone, nothing for the same traffic, and the same both ways', () => {
    const counts = fc
      .dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 1000 }), { minKeys: 1 })
      .map(mapOf);
    fc.assert(
      fc.property(counts, counts, (then, now) => {
        const index = stabilityIndex(then, now);
        expect(Number.isFinite(index)).toBe(true);
        expect(index).toBeGreaterThanOrEqual(-1e-12);
        expect(stabilityIndex(now, then)).toBeCloseTo(index, 9);
        expect(stabilityIndex(then, then)).toBe(0);
      }),
    );
  });
});

describe('drift', () => {
  it('is found where a task grew, and its share is named', () => {
    const shifts = shiftsOf(traffic(500, 1, 0.05), traffic(500, 2, 0.5));
    const task = shifts.find(({ what }) => what === 'task')!;
    expect(task.isDrift).toBe(true);
    expect(task.most).toMatch(/^code \d+ % -> \d+ %$/);
    expect(shifts.filter(({ isDrift }) => isDrift).map(({ what }) => what)).toEqual(['task']);
  });

  it('is seldom found where there is none, in few requests too', () => {
    let found = 0;
    for (let seed = 1; seed <= 200; seed += 1)
      found += shiftsOf(traffic(60, 2 * seed, 0.2), traffic(60, 2 * seed + 1, 0.2)).filter(
        ({ isDrift }) => isDrift,
      ).length;
    // Four looks a time, each wrong at most once in twenty.
    expect(found).toBeLessThan(0.05 * 4 * 200);
  });

  it('is not judged without requests on both sides', () => {
    expect(shiftsOf([], traffic(10, 1, 0.5))).toEqual([]);
  });
});

describe('the promise since', () => {
  const judged = (count: number, losses: number, kept = count) =>
    Array.from({ length: count }, (_, i) => ({ isLoss: i < losses, isKept: i < kept }));
  const bound = { alpha: 0.05, delta: 0.1 };

  it('is open with few judgements, holds with many clean ones, is broken by many losses', () => {
    // 1 - 0.1^(1/45) = 0.0499: 45 without a loss are the fewest that show 0.05 at 90 %.
    expect(lossCheck(judged(44, 0), bound).verdict).toBe('open');
    expect(lossCheck(judged(45, 0), bound).verdict).toBe('holds');
    expect(lossCheck(judged(100, 12), bound).verdict).toBe('broken');
    expect(lossCheck([], bound)).toMatchObject({ judged: 0, verdict: 'open' });
  });

  it('counts only losses that were kept low', () => {
    expect(lossCheck(judged(100, 12, 0), bound)).toMatchObject({ losses: 0, kept: 0, verdict: 'holds' });
  });
});
