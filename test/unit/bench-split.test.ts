// How much traffic can stay at Level 1: on cases small enough to try every choice, and on scores of a known AUC.
import { describe, expect, it } from 'vitest';
import { reasonsOf } from '../../bench/router/month-page.ts';
import type { RankedSplit, SplitLook } from '../../bench/router/month-split.ts';
import { scoresByOthers } from '../../bench/router/other-models.ts';
import {
  highestOf,
  largestShare,
  type Outcomes,
  oracleOf,
  rankingOf,
  scoresOfAuc,
  splitQuality,
} from '../../bench/router/split.ts';
import { randomBelow } from '../../bench/router/unseen.ts';
import { areaUnderRoc } from '../../policies/gap/training/metrics.ts';
import type { Row } from '../../policies/gap/training/rows.ts';

const ones = (count: number): Uint8Array => new Uint8Array(count).fill(1);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length;

describe('what ranks highest', () => {
  it('takes of equal scores the same part', () => {
    const ranking = rankingOf([1, 5, 1, 0]);
    expect([...highestOf(ranking, ones(4), 2)]).toEqual([0.5, 1, 0.5, 0]);
    expect([...highestOf(ranking, [2, 1, 0, 1], 2)]).toEqual([1, 1, 0, 0]);
    expect([...highestOf(ranking, [1, 0, 1, 1], 1)]).toEqual([0.5, 0, 0.5, 0]);
  });
});

describe('the 80/15/5 split', () => {
  const next = randomBelow(3);
  const drawn = (): Outcomes[] =>
    Array.from({ length: 20 }, () => ({ 1: next(2), 2: next(2), 3: next(2) }) as const);

  it('is nowhere better than by the oracle, which has the best of all splits', () => {
    for (let round = 0; round < 30; round += 1) {
      const outcomes = drawn();
      // One at Level 3, three at Level 2: every choice of the one, with the three that then gain most.
      const best = Math.max(
        ...outcomes.map((chosen, i) => {
          const gains = outcomes.filter((_, j) => j !== i).map((each) => each[2] - each[1]);
          const three = gains.sort((a, b) => b - a).slice(0, 3);
          return chosen[3] - chosen[1] + three.reduce((sum, gain) => sum + gain, 0);
        }),
      );
      const expected = mean(outcomes.map((each) => each[1])) + best / 20;
      expect(splitQuality(outcomes, oracleOf(outcomes), ones(20))).toBeCloseTo(expected, 12);
    }
  });

  it('is at random what the shares alone give', () => {
    const outcomes = drawn();
    const flat = rankingOf(outcomes.map(() => 0));
    const at = (level: 1 | 2 | 3): number => mean(outcomes.map((each) => each[level]));
    for (const isTopFirst of [false, true])
      expect(splitQuality(outcomes, { up: flat, top: flat, isTopFirst }, ones(20))).toBeCloseTo(
        0.8 * at(1) + 0.15 * at(2) + 0.05 * at(3),
        12,
      );
  });
});

describe('the largest share at Level 1 within a bound', () => {
  it('is that of an enumeration, between requests on a line', () => {
    const next = randomBelow(5);
    for (let round = 0; round < 50; round += 1) {
      const gains = Array.from({ length: 12 }, () => next(3) - 1);
      const scores = gains.map((_, i) => (i * 7) % 12);
      const lowestFirst = [...gains.keys()].sort((a, b) => scores[a]! - scores[b]!);
      const lossAt = (share: number): number => {
        const whole = Math.floor(share * 12 + 1e-9);
        const kept = lowestFirst.slice(0, whole).reduce((sum, i) => sum + gains[i]!, 0);
        const part = share * 12 - whole;
        return (kept + (part > 1e-6 ? part * gains[lowestFirst[whole]!]! : 0)) / 12;
      };
      for (const bound of [0, 0.02, 0.1, 0.2]) {
        const shares = Array.from({ length: 1201 }, (_, i) => i / 1200);
        const expected = shares.findLast((share) => lossAt(share) <= bound + 1e-9)!;
        const found = largestShare(gains, rankingOf(scores), ones(12), bound);
        expect(Math.abs(found - expected)).toBeLessThan(1 / 1200 + 1e-9);
      }
    }
  });

  it('is by chance the bound over what Level 3 adds', () => {
    const gains = [1, 0, 0, 1, 0, 0, 0, 1, 1, 0];
    const flat = rankingOf(gains.map(() => 0));
    expect(largestShare(gains, flat, ones(10), 0.1)).toBeCloseTo(0.25, 12);
    expect(largestShare(gains, flat, ones(10), 0.5)).toBe(1);
  });
});

describe('scores of a simulated router', () => {
  it('have the AUC that is asked for, and other noise with another seed', () => {
    const labels = Array.from({ length: 1200 }, (_, i) => Number(i % 3 === 0));
    for (const auc of [0.5, 0.6, 0.75, 0.9, 0.99])
      expect(areaUnderRoc(labels, scoresOfAuc(labels, auc, 1))).toBeCloseTo(auc, 3);
    expect(scoresOfAuc(labels, 0.7, 1)).not.toEqual(scoresOfAuc(labels, 0.7, 2));
  });
});

describe('the reason why a split is not reached', () => {
  const lookOf = (ours: number, oracle: number, needed: SplitLook['needed']): SplitLook => {
    const at = (below: number): RankedSplit => ({
      ...{ router: '', auc: 0.6, apgr: 0.6, shares: [], curve: [] },
      quality: { value: 0.7 - below, low: 0, high: 0 },
      below: { value: below, low: 0, high: 0 },
    });
    return {
      ...{
        traffic: 'all',
        prompts: 9,
        right: { 1: 0.4, 2: 0.6, 3: 0.7 },
        onlyAbove: 0,
        none: 0,
        onlyBelow: 0,
      },
      ...{ random: at(0.2), ours: at(ours), byOthers: at(0.1), oracle: at(oracle), routers: [], needed },
    };
  };

  it('is the models where an oracle fails, and the router where it does not', () => {
    const reasons = reasonsOf(lookOf(0.15, 0.04, [null, { auc: 0.95, apgr: 0.9 }, { auc: 0.8, apgr: 0.7 }]));
    expect(reasons).toHaveLength(2);
    expect(reasons[0]).toMatch(/^Within 2 points.* models.*right on 48\.0 % at least; it is on 40\.0 %/);
    expect(reasons[1]).toMatch(
      /^Within 5 and 10 points.* not out of reach.*AUC of 0\.95 and 0\.80 \(APGR 0\.90 and 0\.70\)/,
    );
  });

  it('is none where our ranking keeps the bound', () => {
    const chance = { auc: 0.5, apgr: 0.5 };
    expect(reasonsOf(lookOf(-0.01, -0.1, [chance, chance, chance]))).toEqual([
      'Within 2, 5 and 10 points of Level 3: reached. Our ranking is 1.0 points above, a choice at random 20.0 points below.',
    ]);
  });
});

describe("what a set's other models tell", () => {
  const next = randomBelow(9);
  const chances = Array.from({ length: 400 }, () => next(2));
  /** Level 1 fails on every third prompt. @param other what another model gets */
  const rowsOf = (other: (weak: number, chance: number) => number): Row[] =>
    chances.map((chance, i): Row => {
      const weak = i % 3 === 0 ? 0 : 1;
      const models = { small: weak, middle: 1, large: 1, other: other(weak, chance) };
      return {
        ...{ prompt: '', source: 'a', group: 'g', values: [], gains: { '1|2': 0, '2|3': 0 } },
        ...{ weak, mid: 1, strong: 1, models },
      };
    });
  const told = (rows: readonly Row[]): number => {
    const scores = scoresByOthers(rows, (each) => each[1] === 0);
    return areaUnderRoc(
      rows.map(({ weak }) => 1 - weak),
      rows.map((row) => scores.get(row)!),
    );
  };

  it('is much where one fails on the same prompts and some others', () => {
    expect(told(rowsOf((weak, chance) => weak * chance))).toBeGreaterThan(0.7);
  });

  it('is nothing where one fails by chance: the models of the levels are left out', () => {
    expect(Math.abs(told(rowsOf((_, chance) => chance)) - 0.5)).toBeLessThan(0.1);
  });
});
