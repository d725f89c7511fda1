// How much traffic can stay at Level 1 and what quality that keeps, for whoever ranks the requests: a router, an oracle, or a router
// that is simulated. Of equal scores the same part is taken, so a score that is the same for all is the choice at random.
import type { TierLevel } from '../../contract/tier.ts';
import { areaUnderRoc } from '../../policies/gap/training/metrics.ts';
import type { Row } from '../../policies/gap/training/rows.ts';
import { randomBelow } from './unseen.ts';

/** What each level's model got on one request, 0 ... 1. */
export type Outcomes = Readonly<Record<TierLevel, number>>;

/** @param row with outcomes of all three levels */
export const outcomesOf = ({ weak, mid, strong }: Row): Outcomes => ({ 1: weak, 2: mid!, 3: strong });

/** How far below the highest level alone the share of right answers may lie; stated before anything is measured. */
export const BOUNDS = [0.02, 0.05, 0.1] as const;

/** Of the requests, in the split that is looked at: 80 % at Level 1, 15 % at Level 2, 5 % at Level 3. */
const ABOVE = 0.2;
const HIGHEST = 0.05;

/** Places of requests from the highest score down, those of one score together. */
export type Ranking = readonly (readonly number[])[];

export function rankingOf(scores: readonly number[]): Ranking {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const ranking: number[][] = [];
  for (const i of order) {
    const group = ranking.at(-1);
    if (group !== undefined && scores[group[0]!] === scores[i]) group.push(i);
    else ranking.push([i]);
  }
  return ranking;
}

const sumOf = (weights: ArrayLike<number>, of: Iterable<number>): number => {
  let sum = 0;
  for (const i of of) sum += weights[i]!;
  return sum;
};

/** How much of each request is in the `wanted` weight that ranks highest. */
export function highestOf(ranking: Ranking, weights: ArrayLike<number>, wanted: number): Float64Array {
  const taken = new Float64Array(weights.length);
  let left = wanted;
  for (const group of ranking) {
    if (left <= 0) break;
    const size = sumOf(weights, group);
    const part = Math.min(1, left / size);
    if (size > 0) for (const i of group) taken[i] = part * weights[i]!;
    left -= part * size;
  }
  return taken;
}

/** Who ranks requests for the three levels. */
export interface Ranker {
  /** Who leaves Level 1 first. */
  up: Ranking;
  /** Who is given Level 3 first. */
  top: Ranking;
  /** Level 3 chooses of all requests, and `up` of what it leaves; otherwise it chooses of those that leave Level 1. */
  isTopFirst: boolean;
}

/** Ranks for Levels 1 and 3 alone, too. */
export interface TwoWayRanker extends Ranker {
  /** The higher, the sooner a request leaves Level 1. */
  leaves: readonly number[];
}

/** Mean outcome of the 80/15/5 split. @param weights how often each request is in the traffic */
export function splitQuality(
  outcomes: readonly Outcomes[],
  { up, top, isTopFirst }: Ranker,
  weights: ArrayLike<number>,
): number {
  const total = sumOf(weights, outcomes.keys());
  const above = isTopFirst ? weights : highestOf(up, weights, ABOVE * total);
  const highest = highestOf(top, above, HIGHEST * total);
  const left = highest.map((taken, i) => above[i]! - taken);
  const middle = isTopFirst ? highestOf(up, left, (ABOVE - HIGHEST) * total) : left;
  let sum = 0;
  outcomes.forEach((each, i) => {
    sum += weights[i]! * each[1] + middle[i]! * (each[2] - each[1]) + highest[i]! * (each[3] - each[1]);
  });
  return sum / total;
}

/** Knows all outcomes: Level 3 is for what it alone gets right, Level 2 for what else Level 1 gets wrong. No split has more. */
export const oracleOf = (outcomes: readonly Outcomes[]): Ranker => ({
  up: rankingOf(outcomes.map((each) => each[2] - each[1])),
  top: rankingOf(outcomes.map((each) => 2 * (each[3] - each[1]) - Math.max(0, each[2] - each[1]))),
  isTopFirst: true,
});

/**
 * The largest share at Level 1 with all others at Level 3 that loses no more than `bound` against Level 3 alone; 0 ... 1.
 * @param gains what Level 3 gets more than Level 1 @param ranking who leaves Level 1 first
 */
export function largestShare(
  gains: readonly number[],
  ranking: Ranking,
  weights: ArrayLike<number>,
  bound: number,
): number {
  const total = sumOf(weights, gains.keys());
  let [kept, lost, largest] = [0, 0, 0];
  for (const group of ranking.toReversed()) {
    const size = sumOf(weights, group);
    const loss = group.reduce((sum, i) => sum + weights[i]! * gains[i]!, 0);
    const room = bound * total - lost;
    // What Level 1 alone gets right can pay for what was above the bound before.
    if (loss <= room) largest = kept + size;
    else if (room >= 0) largest = kept + (size * room) / loss;
    kept += size;
    lost += loss;
  }
  return largest / total;
}

/** Scores that tell labels 1 from 0 with the AUC that is asked for: the label times a weight, and noise of a normal law. */
export function scoresOfAuc(labels: readonly number[], auc: number, seed: number): number[] {
  const next = randomBelow(seed);
  const uniform = (): number => (next(2 ** 30) + 0.5) / 2 ** 30;
  // Box and Muller's.
  const noise = labels.map(() => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
  const mixedBy = (weight: number): number[] => labels.map((label, i) => weight * label + noise[i]!);
  let [low, high] = [-16, 16];
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (areaUnderRoc(labels, mixedBy(middle)) < auc) low = middle;
    else high = middle;
  }
  return mixedBy(high);
}

/** What each of a router's scores has to tell. */
export const NEEDS = {
  /** Who leaves Level 1 for Level 2. */
  up: (each: Outcomes): boolean => each[2] - each[1] > 0.5,
  /** Whom Level 3 alone gets right. */
  top: (each: Outcomes): boolean => each[3] - Math.max(each[1], each[2]) > 0.5,
  /** Who leaves Level 1 where there is Level 3 beside it. */
  leaves: (each: Outcomes): boolean => each[3] - each[1] > 0.5,
};

/** Chooses for Level 3 first, as the oracle does. @param scores of each of NEEDS */
export const rankerOf = (scores: Record<keyof typeof NEEDS, readonly number[]>): TwoWayRanker => ({
  ...{ up: rankingOf(scores.up), top: rankingOf(scores.top), isTopFirst: true },
  leaves: scores.leaves,
});

/** A router whose scores all have this AUC. */
export function simulatedOf(outcomes: readonly Outcomes[], auc: number): TwoWayRanker {
  const scores = (need: keyof typeof NEEDS, seed: number): number[] =>
    scoresOfAuc(
      outcomes.map((each) => Number(NEEDS[need](each))),
      auc,
      seed,
    );
  return rankerOf({ up: scores('up', 21), top: scores('top', 22), leaves: scores('leaves', 23) });
}
