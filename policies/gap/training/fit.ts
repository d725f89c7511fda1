// Fits a gap model. What is learned is who gains by stronger models (their outcomes minus the weaker ones'), not who fails: the
// hardest prompts fail on both. A feature's weight is its covariance with that gain, each feature for itself (the first
// component of partial least squares): weights that are fitted together hold less well on sources never seen. The chance of a
// gap is then read off the score by a logistic calibration on sources that the weights had not seen; the length counts once more,
// with the share that ranks best on those. Whoever leaves a source out and fits the rest has chosen nothing by that source.
import { GAP_FEATURES } from '../features.ts';
import {
  type GapModel,
  type PairModel,
  pairScore,
  sigmoid,
  standardised,
  standardLength,
  TIER_PAIRS,
  type TierPair,
} from '../model.ts';
import { shareOfSpan } from '../prior.ts';
import { type Outcome, scoreRouter } from './metrics.ts';
import type { Row } from './rows.ts';

/**
 * Deviations of the score that one deviation of the length may be worth. Less ranks a little better on exam questions, but puts a
 * greeting above a proof: no source holds everyday chat.
 */
const LENGTH_SHARES = [0.9, 1.2, 1.6, 2];
/** Least slope per deviation of the score: a pair that no source tells anything about still ranks by what others say. */
const LEAST_SLOPE = 0.1;
/** Of the log odds, kept with the model. */
const QUANTILES = 21;

/** The two outcomes a pair of tiers is judged by; a set of two models stands for both pairs. */
export const outcomeOf = (row: Row, pair: TierPair): Outcome =>
  row.mid === null
    ? { weak: row.weak, strong: row.strong }
    : pair === '1|2'
      ? { weak: row.weak, strong: row.mid }
      : { weak: row.mid, strong: row.strong };

/** 1 where the stronger model is needed. */
export const isGap = ({ weak, strong }: Outcome): number => (strong - weak > 0.5 ? 1 : 0);

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

const logit = (chance: number): number => {
  const inside = Math.min(0.999, Math.max(0.001, chance));
  return Math.log(inside / (1 - inside));
};

type Scale = Pick<GapModel, 'mean' | 'deviation'>;

function scaleOf(rows: readonly Row[]): Scale {
  const columns = GAP_FEATURES.map((_, i) => rows.map(({ values }) => values[i]!));
  // A feature that hardly ever differs would weigh beyond reason where it does.
  return {
    mean: columns.map(meanOf),
    deviation: columns.map((column) => Math.max(0.02, deviationOf(column))),
  };
}

/** Weights that give the training prompts a score of deviation 1, and the length's share beside it. */
function weigh(
  rows: readonly Row[],
  pair: TierPair,
  scale: Scale,
  share: number,
): Pick<PairModel, 'weights' | 'lengthWeight'> {
  const gains = rows.map(({ gains }) => gains[pair]);
  const mean = meanOf(gains);
  const standard = rows.map(({ values }) => standardised(scale, values));
  const weights = GAP_FEATURES.map((_, at) => meanOf(standard.map((z, i) => z[at]! * (gains[i]! - mean))));
  const deviation = deviationOf(
    standard.map((z) => z.reduce((sum, value, at) => sum + value * weights[at]!, 0)),
  );
  const length = deviationOf(rows.map(({ values }) => standardLength(scale, values)));
  return { weights: weights.map((weight) => weight / deviation), lengthWeight: share / length };
}

/**
 * Slope and offset of a logistic regression of labels on one score, by Newton's method. How often a gap occurs differs from
 * source to source for reasons that no prompt shows: each source has a level of its own, and the offset is their mean.
 */
export function calibrate(
  scores: readonly number[],
  labels: readonly number[],
  sources: readonly string[],
): { slope: number; offset: number } {
  const names = [...new Set(sources)];
  const place = sources.map((source) => names.indexOf(source));
  // From here Newton's method meets no curvature of nought.
  const levels = names.map((_, at) => logit(meanOf(labels.filter((_, i) => place[i] === at))));
  let slope = 0;
  for (let round = 0; round < 50; round += 1) {
    // A little is added to the curvature, so that one class alone does not run away.
    let [gs, ss] = [0, 1e-6];
    const go = names.map(() => 0);
    const so = names.map(() => 0);
    const oo = names.map(() => 1e-6);
    scores.forEach((score, i) => {
      const at = place[i]!;
      const chance = sigmoid(slope * score + levels[at]!);
      const error = chance - labels[i]!;
      const curve = chance * (1 - chance);
      gs += error * score;
      ss += curve * score * score;
      go[at]! += error;
      so[at]! += curve * score;
      oo[at]! += curve;
    });
    // The levels are eliminated: what is left is one equation for the slope.
    const step =
      (gs - so.reduce((sum, value, at) => sum + (value * go[at]!) / oo[at]!, 0)) /
      (ss - so.reduce((sum, value, at) => sum + value ** 2 / oo[at]!, 0));
    slope -= step;
    for (const at of levels.keys()) levels[at]! -= (go[at]! - so[at]! * step) / oo[at]!;
  }
  return { slope, offset: meanOf(levels) };
}

/** What each row scores by weights that have not seen its source: by its features, and by its length, in deviations. */
interface UnseenScore {
  features: number;
  length: number;
}

const sourcesOf = (rows: readonly Row[]): string[] => [...new Set(rows.map(({ source }) => source))];

function unseenScores(rows: readonly Row[], pair: TierPair): UnseenScore[] {
  const scores = new Array<UnseenScore>(rows.length);
  for (const source of sourcesOf(rows)) {
    const others = rows.filter((row) => row.source !== source);
    const scale = scaleOf(others);
    const { weights, lengthWeight } = weigh(others, pair, scale, 1);
    const plain = { weights, lengthWeight: 0 };
    rows.forEach((row, i) => {
      if (row.source !== source) return;
      const features = pairScore(scale, plain, row.values);
      scores[i] = { features, length: lengthWeight * standardLength(scale, row.values) };
    });
  }
  return scores;
}

/** The length's share that ranks best on sources left out, both pairs together. One choice of four: it cannot fit much. */
function bestShare(rows: readonly Row[], scores: Record<TierPair, readonly UnseenScore[]>): number {
  const qualityAt = (share: number): number => {
    const areas = sourcesOf(rows).flatMap((source) => {
      const at = rows.flatMap((row, i) => (row.source === source ? [i] : []));
      // In a set of two models both pairs are the same.
      return TIER_PAIRS.slice(0, rows[at[0]!]!.mid === null ? 1 : 2).map((pair) => {
        const outcomes = at.map((i) => outcomeOf(rows[i]!, pair));
        const hasGap = meanOf(outcomes.map(({ weak, strong }) => strong - weak)) > 0;
        if (!hasGap) return 0.5;
        return scoreRouter(
          outcomes,
          at.map((i) => scores[pair][i]!.features + share * scores[pair][i]!.length),
        ).apgr;
      });
    });
    return meanOf(areas);
  };
  return LENGTH_SHARES.map((share) => ({ share, quality: qualityAt(share) })).reduce((best, each) =>
    each.quality > best.quality ? each : best,
  ).share;
}

function fitPair(
  rows: readonly Row[],
  pair: TierPair,
  scale: Scale,
  { scores: unseen, share }: { scores: readonly UnseenScore[]; share: number },
): PairModel {
  const scores = unseen.map(({ features, length }) => features + share * length);
  const labels = rows.map((row) => isGap(outcomeOf(row, pair)));
  const { slope, offset } = calibrate(
    scores,
    labels,
    rows.map(({ source }) => source),
  );
  const least = LEAST_SLOPE / deviationOf(scores);
  const level = slope >= least ? offset : logit(meanOf(labels));
  const model = { ...weigh(rows, pair, scale, share), slope: Math.max(least, slope), offset: level };
  const odds = rows
    .map(({ values }) => model.slope * pairScore(scale, model, values) + level)
    .sort((a, b) => a - b);
  const at = (part: number): number => odds[Math.round(part * (odds.length - 1))]!;
  return {
    ...model,
    gapShare: gapShareOf(rows, pair),
    odds: Array.from({ length: QUANTILES }, (_, i) => at(i / (QUANTILES - 1))),
  };
}

/** Mean over the sources of where the rate of gaps lies in the span that accuracies allow. */
function gapShareOf(rows: readonly Row[], pair: TierPair): number {
  const shares = sourcesOf(rows).flatMap((source) => {
    const outcomes = rows.filter((row) => row.source === source).map((row) => outcomeOf(row, pair));
    const [weak, strong] = [
      meanOf(outcomes.map((each) => each.weak)),
      meanOf(outcomes.map((each) => each.strong)),
    ];
    return shareOfSpan(weak, strong, meanOf(outcomes.map(isGap))) ?? [];
  });
  return meanOf(shares);
}

/** @param rows of two sources at least @param version the date written into the model. */
export function fitGapModel(rows: readonly Row[], version: string): GapModel {
  const scale = scaleOf(rows);
  const unseen = { '1|2': unseenScores(rows, '1|2'), '2|3': unseenScores(rows, '2|3') };
  const share = bestShare(rows, unseen);
  const pairOf = (pair: TierPair): PairModel => fitPair(rows, pair, scale, { scores: unseen[pair], share });
  return {
    version,
    features: [...GAP_FEATURES],
    ...scale,
    pairs: { '1|2': pairOf('1|2'), '2|3': pairOf('2|3') },
  };
}
