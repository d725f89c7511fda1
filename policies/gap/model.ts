// The gap model: the chance that the stronger of two tiers gets a request right and the weaker does not. A weighted sum of the
// features of a prompt, each by how far it is from its average, and a calibration for each pair of tiers.
import type { Gap } from '../../contract/policy.ts';

export interface PairModel {
  /** Of each feature, per deviation. */
  weights: number[];
  /** Of the length once more, which carries over best to traffic never seen. */
  lengthWeight: number;
  /** Calibration: chance = sigmoid(slope * score + offset). */
  slope: number;
  offset: number;
  /** Where the rate of gaps lies between the least and the most that both models' accuracies allow, 0 ... 1: mean of the sources. */
  gapShare: number;
  /** Quantiles of the log odds over the training prompts. */
  odds: number[];
}

export interface GapModel {
  /** Date of training. */
  version: string;
  /** Names, in the order of the values. */
  features: string[];
  /** Of each feature over the training prompts. */
  mean: number[];
  deviation: number[];
  pairs: Record<TierPair, PairModel>;
}

export type TierPair = keyof Gap;
export const TIER_PAIRS: readonly TierPair[] = ['1|2', '2|3'];

/** Index of the feature that `lengthWeight` belongs to. */
export const LENGTH_FEATURE = 0;

/** Deviations beyond which a feature counts no more, and beyond which the length does not. */
const CLIP = 2;
const LENGTH_CLIP = 4;

export const sigmoid = (odds: number): number => 1 / (1 + Math.exp(-odds));

const clipped = (value: number, most: number): number => Math.max(-most, Math.min(most, value));

type Scale = Pick<GapModel, 'mean' | 'deviation'>;
type PairWeights = Pick<PairModel, 'weights' | 'lengthWeight'>;

const distance = ({ mean, deviation }: Scale, values: readonly number[], at: number): number =>
  (values[at]! - mean[at]!) / deviation[at]!;

/** Deviations from the average, clipped. */
export const standardised = (scale: Scale, values: readonly number[]): number[] =>
  values.map((_, at) => clipped(distance(scale, values, at), CLIP));

export const standardLength = (scale: Scale, values: readonly number[]): number =>
  clipped(distance(scale, values, LENGTH_FEATURE), LENGTH_CLIP);

/** What a feature adds to the score. */
const partOf = (scale: Scale, pair: PairWeights, values: readonly number[], at: number): number =>
  pair.weights[at]! * clipped(distance(scale, values, at), CLIP) +
  (at === LENGTH_FEATURE ? pair.lengthWeight * standardLength(scale, values) : 0);

export function pairScore(scale: Scale, pair: PairWeights, values: readonly number[]): number {
  let score = 0;
  for (let at = 0; at < values.length; at += 1) score += partOf(scale, pair, values, at);
  return score;
}

/** Calibrated log odds. Pure and total. */
export function gapOdds(model: GapModel, name: TierPair, values: readonly number[]): number {
  const pair = model.pairs[name];
  return pair.slope * pairScore(model, pair, values) + pair.offset;
}

/** How much each feature moves the log odds away from those of a prompt that has its average there: exact; the largest first. */
export function gapReasons(
  model: GapModel,
  name: TierPair,
  values: readonly number[],
  count: number,
): { feature: string; odds: number }[] {
  const pair = model.pairs[name];
  return model.features
    .map((feature, at) => ({ feature, odds: pair.slope * partOf(model, pair, values, at) }))
    .sort((a, b) => Math.abs(b.odds) - Math.abs(a.odds))
    .slice(0, count)
    .filter(({ odds }) => Math.abs(odds) >= 0.01);
}
