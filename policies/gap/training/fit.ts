// Fits a gap model. What is learned is who gains by the stronger model (stronger minus weaker outcome), not who fails: the
// hardest prompts fail on both. The chance of a gap is then read off that score by a logistic calibration on prompts of
// subjects that the trees had not seen.
import { GAP_FEATURES } from '../features.ts';
import { type GapModel, LENGTH_FEATURE, type PairModel, sigmoid, type TierPair, treeOdds } from '../model.ts';
import type { Outcome } from './metrics.ts';
import type { Row } from './rows.ts';
import { fitTrees } from './trees.ts';

const TREES = { trees: 100, depth: 3, rate: 0.06, leafShare: 0.01, penalty: 1e-3 };
/** Deviations of the trees' score that one deviation of the length is worth. */
const LENGTH_SHARE = 1.2;
const FOLDS = 4;

/** The two outcomes a pair of tiers is judged by; a set of two models stands for both pairs. */
export const outcomeOf = (row: Row, pair: TierPair): Outcome =>
  row.mid === null
    ? { weak: row.weak, strong: row.strong }
    : pair === '1|2'
      ? { weak: row.weak, strong: row.mid }
      : { weak: row.mid, strong: row.strong };

/** 1 where the stronger model is needed. */
export const isGap = ({ weak, strong }: Outcome): number => (strong - weak > 0.5 ? 1 : 0);

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

const examplesOf = (rows: readonly Row[], pair: TierPair) =>
  rows.map((row) => {
    const { weak, strong } = outcomeOf(row, pair);
    return { values: row.values, label: (1 + strong - weak) / 2, weight: 1 };
  });

/** Slope and offset of a logistic regression of labels on one score, by Newton's method. */
export function calibrate(
  scores: readonly number[],
  labels: readonly number[],
): { slope: number; offset: number } {
  let [slope, offset] = [1, 0];
  for (let round = 0; round < 50; round += 1) {
    // A little is added to the curvature, so that one class alone does not run away.
    let [gs, go, ss, so, oo] = [0, 0, 1e-6, 0, 1e-6];
    scores.forEach((score, i) => {
      const chance = sigmoid(slope * score + offset);
      const error = (chance - labels[i]!) / scores.length;
      const curve = (chance * (1 - chance)) / scores.length;
      gs += error * score;
      go += error;
      ss += curve * score * score;
      so += curve * score;
      oo += curve;
    });
    const determinant = ss * oo - so * so;
    slope -= (oo * gs - so * go) / determinant;
    offset -= (ss * go - so * gs) / determinant;
  }
  // A score that ranks the wrong way round on unseen subjects carries nothing: the mean chance is all there is.
  return slope > 0
    ? { slope, offset }
    : { slope: 0, offset: Math.log(meanOf(labels) / (1 - meanOf(labels))) };
}

function fitPair(rows: readonly Row[], pair: TierPair, length: (row: Row) => number): PairModel {
  const groups = [...new Set(rows.map(({ group }) => group))].sort();
  const foldOf = new Map(groups.map((group, i) => [group, i % FOLDS]));
  const scores = new Array<number>(rows.length).fill(0);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const trees = fitTrees(
      examplesOf(
        rows.filter(({ group }) => foldOf.get(group) !== fold),
        pair,
      ),
      TREES,
    );
    rows.forEach((row, i) => {
      if (foldOf.get(row.group) === fold) scores[i] = treeOdds(trees, row.values);
    });
  }
  const lengthWeight = LENGTH_SHARE * deviationOf(scores);
  const calibration = calibrate(
    scores.map((score, i) => score + lengthWeight * length(rows[i]!)),
    rows.map((row) => isGap(outcomeOf(row, pair))),
  );
  return { trees: fitTrees(examplesOf(rows, pair), TREES), lengthWeight, ...calibration };
}

/** @param version the date written into the model. */
export function fitGapModel(rows: readonly Row[], version: string): GapModel {
  const columns = GAP_FEATURES.map((_, i) => rows.map(({ values }) => values[i]!));
  const mean = columns.map(meanOf);
  // A feature that hardly ever differs would weigh beyond reason where it does.
  const deviation = columns.map((column) => Math.max(0.02, deviationOf(column)));
  const length = (row: Row): number =>
    (row.values[LENGTH_FEATURE]! - mean[LENGTH_FEATURE]!) / deviation[LENGTH_FEATURE]!;
  return {
    version,
    features: [...GAP_FEATURES],
    mean,
    deviation,
    pairs: { '1|2': fitPair(rows, '1|2', length), '2|3': fitPair(rows, '2|3', length) },
  };
}
