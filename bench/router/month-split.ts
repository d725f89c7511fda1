// Why a month's traffic can or cannot be split 80/15/5 over the levels: within bounds that are stated beforehand, by our ranking, by
// simulated ones and by an oracle; on all prompts with known outcomes and on parts of them.
import type { TierLevel } from '../../contract/tier.ts';
import { taskOfText } from '../../policies/classify/task.ts';
import { sigmoid, type TierPair } from '../../policies/gap/model.ts';
import { fitOwnTraffic, kindOf, ownOdds } from '../../policies/gap/own-traffic.ts';
import { isGap, meanOf, outcomeOf } from '../../policies/gap/training/fit.ts';
import { scoreRouter } from '../../policies/gap/training/metrics.ts';
import type { Row } from '../../policies/gap/training/rows.ts';
import { bootstrapped } from './bootstrap.ts';
import { scoresByOthers } from './other-models.ts';
import {
  BOUNDS,
  highestOf,
  largestShare,
  NEEDS,
  type Outcomes,
  oracleOf,
  outcomesOf,
  rankerOf,
  rankingOf,
  simulatedOf,
  splitQuality,
  type TwoWayRanker,
} from './split.ts';
import { type Measured, randomBelow, type UnseenChances } from './unseen.ts';

const OWN_LABELS = 1000;
const SIMULATED_AUCS = [0.6, 0.7, 0.8, 0.9];
/** Shares at Level 1 that the curves are drawn at. */
export const KEPT_SHARES = Array.from({ length: 41 }, (_, i) => i / 40);
/** Parts of the traffic: subjects where Level 1 is right at least so often; and where Level 3 is right at most so much more often. */
const EASIER = 0.6;
const LITTLE_GAIN = 0.1;

export interface RankedSplit {
  router: string;
  /** Of "Level 3 is right and Level 1 is not", and of Level 1 before Level 3. */
  auc: number;
  apgr: number;
  /** Of 80/15/5, and how far that is below Level 3 alone. */
  quality: Measured;
  below: Measured;
  /** Largest share at Level 1, all others at Level 3, within each of the bounds. */
  shares: Measured[];
  /** Quality with each of KEPT_SHARES at Level 1 and all others at Level 3. */
  curve: number[];
}

export interface SplitLook {
  traffic: string;
  prompts: number;
  right: Record<TierLevel, number>;
  /** Level 1 is wrong and a higher level right; none is right; Level 1 is right and Level 3 wrong. */
  onlyAbove: number;
  none: number;
  onlyBelow: number;
  random: RankedSplit;
  ours: RankedSplit;
  /** By what the sets' other models got on the very prompts. */
  byOthers: RankedSplit;
  /** All of them, those too. */
  routers: RankedSplit[];
  oracle: RankedSplit;
  /** The least simulated router that keeps 80/15/5 within each bound; null: no ranking does. */
  needed: ({ auc: number; apgr: number } | null)[];
}

type Scores = Record<TierPair, number>;

interface Router extends TwoWayRanker {
  name: string;
}

const routerOf = (name: string, scores: readonly Scores[]): Router => {
  const leaves = scores.map((each) => each['1|2']);
  const top = rankingOf(scores.map((each) => each['2|3']));
  return { name, up: rankingOf(leaves), top, isTopFirst: false, leaves };
};

const ofTwo = (each: Outcomes) => ({ weak: each[1], strong: each[3] });

/** The simulated router that splits with at least this quality, its AUC to a hundredth. */
function leastRouter(outcomes: readonly Outcomes[], quality: number): SplitLook['needed'][number] {
  const ones = new Uint8Array(outcomes.length).fill(1);
  if (splitQuality(outcomes, oracleOf(outcomes), ones) < quality) return null;
  let [low, high] = [50, 100];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (splitQuality(outcomes, simulatedOf(outcomes, middle / 100), ones) >= quality) high = middle;
    else low = middle + 1;
  }
  const { leaves } = simulatedOf(outcomes, high / 100);
  return { auc: high / 100, apgr: scoreRouter(outcomes.map(ofTwo), leaves).apgr };
}

function lookAt(
  traffic: string,
  rows: readonly Row[],
  scoresBy: Record<string, (row: Row) => Scores>,
  byOthers: Record<keyof typeof NEEDS, ReadonlyMap<Row, number>>,
  rounds: number,
): SplitLook {
  const outcomes = rows.map(outcomesOf);
  const mean = (of: (each: Outcomes) => number): number => meanOf(outcomes.map(of));
  const gains = outcomes.map((each) => each[3] - each[1]);
  const othersSay = (need: keyof typeof NEEDS): number[] => rows.map((row) => byOthers[need].get(row)!);
  const routers: Router[] = [
    routerOf(
      'at random',
      rows.map(() => ({ '1|2': 0, '2|3': 0 })),
    ),
    ...Object.entries(scoresBy).map(([name, scores]) => routerOf(name, rows.map(scores))),
    {
      name: 'by other models',
      ...rankerOf({ up: othersSay('up'), top: othersSay('top'), leaves: othersSay('leaves') }),
    },
    ...SIMULATED_AUCS.map((auc) => ({
      name: `simulated .${100 * auc}`,
      ...simulatedOf(outcomes, auc),
    })),
    { name: 'oracle', ...oracleOf(outcomes), leaves: gains },
  ];
  const pair = outcomes.map(ofTwo);
  const leaving = routers.map(({ leaves }) => rankingOf(leaves));
  const figures = bootstrapped(rows.length, rounds, (weights) => {
    const level3 = meanAt(3, outcomes, weights);
    return routers.flatMap((router, at) => {
      const quality = splitQuality(outcomes, router, weights);
      const shares = BOUNDS.map((bound) => largestShare(gains, leaving[at]!, weights, bound));
      return [quality, level3 - quality, ...shares];
    });
  });
  const ones = new Uint8Array(rows.length).fill(1);
  const lines = routers.map(({ name, leaves }, at): RankedSplit => {
    const each = figures.length / routers.length;
    const [quality, below, ...shares] = figures.slice(at * each, (at + 1) * each);
    const { auc, apgr } = scoreRouter(pair, leaves);
    const lowestFirst = leaving[at]!.toReversed();
    const lossAt = (share: number): number =>
      meanOf([...highestOf(lowestFirst, ones, share * rows.length)].map((taken, i) => taken * gains[i]!));
    return {
      ...{ router: name, auc, apgr, quality: quality!, below: below!, shares },
      curve: KEPT_SHARES.map((share) => mean((each) => each[3]) - lossAt(share)),
    };
  });
  const right = { 1: mean((each) => each[1]), 2: mean((each) => each[2]), 3: mean((each) => each[3]) };
  const best = mean((each) => Math.max(each[1], each[2], each[3]));
  return {
    ...{ traffic, prompts: rows.length, right, onlyAbove: best - right[1], none: 1 - best },
    onlyBelow: mean((each) => Math.max(0, each[1] - each[3])),
    ...{ random: lines[0]!, ours: lines[1]!, byOthers: lines[3]!, routers: lines, oracle: lines.at(-1)! },
    needed: BOUNDS.map((bound) => leastRouter(outcomes, right[3] - bound)),
  };
}

function meanAt(level: TierLevel, outcomes: readonly Outcomes[], weights: ArrayLike<number>): number {
  let [sum, total] = [0, 0];
  outcomes.forEach((each, i) => {
    sum += weights[i]! * each[level];
    total += weights[i]!;
  });
  return sum / total;
}

const subjectOf = ({ source, group }: Row): string => `${source} ${group}`;

/** Chances corrected by judged requests of the same traffic, each subject sent by a caller of its own. */
function taught(judged: readonly Row[], chances: UnseenChances): (row: Row) => Scores {
  const kind = (row: Row): string => kindOf(subjectOf(row), taskOfText(row.prompt));
  const odds = (row: Row, pair: TierPair): number => {
    const chance = chances.get(row)![pair];
    return Math.log(chance / (1 - chance));
  };
  const fitted = (pair: TierPair): ((row: Row) => number) => {
    const own = fitOwnTraffic(
      judged.map((row) => ({
        ...{ values: row.values, baseOdds: odds(row, pair), kind: kind(row) },
        label: isGap(outcomeOf(row, pair)),
      })),
    );
    return (row) => sigmoid(ownOdds(own, row.values, odds(row, pair), kind(row)));
  };
  const [low, high] = [fitted('1|2'), fitted('2|3')];
  return (row) => ({ '1|2': low(row), '2|3': high(row) });
}

/** @param rows with outcomes of all three levels @param rounds of bootstrap over prompts */
export function splitLooks(rows: readonly Row[], chances: UnseenChances, rounds: number): SplitLook[] {
  const next = randomBelow(19);
  const shuffled = rows.map((row) => ({ row, at: next(2 ** 31) })).sort((a, b) => a.at - b.at);
  const judged = shuffled.slice(0, OWN_LABELS).map(({ row }) => row);
  const rest = shuffled.slice(OWN_LABELS).map(({ row }) => row);
  const scoresBy = {
    'our ranking': (row: Row) => chances.get(row)!,
    [`ours, ${OWN_LABELS} labels`]: taught(judged, chances),
  };
  const subjects = [...new Set(rest.map(subjectOf))].map((name) =>
    rest.filter((row) => subjectOf(row) === name),
  );
  const subjectsWhere = (isWanted: (subject: readonly Row[]) => boolean): Row[] =>
    subjects.filter(isWanted).flat();
  const looks: [string, Row[]][] = [
    ['all exam questions', rest],
    [
      `subjects where Level 1 is right on ${100 * EASIER} % or more`,
      subjectsWhere((subject) => meanOf(subject.map(({ weak }) => weak)) >= EASIER),
    ],
    [
      `subjects where Level 3 is right on at most ${100 * LITTLE_GAIN} points more than Level 1`,
      subjectsWhere((subject) => meanOf(subject.map(({ weak, strong }) => strong - weak)) <= LITTLE_GAIN),
    ],
  ];
  const sets = [...new Set(rest.map(({ source }) => source))].map((name) =>
    rest.filter(({ source }) => source === name),
  );
  const othersSay = (need: keyof typeof NEEDS): Map<Row, number> =>
    new Map(sets.flatMap((of) => [...scoresByOthers(of, NEEDS[need])]));
  const byOthers = { up: othersSay('up'), top: othersSay('top'), leaves: othersSay('leaves') };
  return looks.map(([traffic, of]) => lookAt(traffic, of, scoresBy, byOthers, rounds));
}
