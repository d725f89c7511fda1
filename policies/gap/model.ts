// The gap model: the chance that the stronger of two tiers gets a request right and the weaker does not. Boosted trees over
// the features of a prompt, a slope over its length, and a calibration for each pair of tiers.
import type { Gap } from '../../contract/policy.ts';

/** A tree of fixed depth as arrays; node i has children 2i+1 and 2i+2, the last level holds the leaves. */
export interface Tree {
  /** Feature of each inner node. */
  feature: number[];
  /** Goes left when value <= threshold. */
  threshold: number[];
  /** Log odds added, by leaf from left to right. */
  leaf: number[];
}

export interface PairModel {
  trees: Tree[];
  /** Log odds per deviation of the prompt's length: what carries over best to traffic never seen. */
  lengthWeight: number;
  /** Calibration: chance = sigmoid(slope * odds + offset). */
  slope: number;
  offset: number;
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

export const sigmoid = (odds: number): number => 1 / (1 + Math.exp(-odds));

function treeValue(tree: Tree, values: readonly number[]): number {
  let node = 0;
  const inner = tree.feature.length;
  while (node < inner) node = 2 * node + (values[tree.feature[node]!]! <= tree.threshold[node]! ? 1 : 2);
  return tree.leaf[node - inner]!;
}

export function treeOdds(trees: readonly Tree[], values: readonly number[]): number {
  let odds = 0;
  for (const tree of trees) odds += treeValue(tree, values);
  return odds;
}

/** Calibrated log odds. Pure and total. */
export function gapOdds(model: GapModel, name: TierPair, values: readonly number[]): number {
  const pair = model.pairs[name];
  const length = (values[LENGTH_FEATURE]! - model.mean[LENGTH_FEATURE]!) / model.deviation[LENGTH_FEATURE]!;
  return pair.slope * (treeOdds(pair.trees, values) + pair.lengthWeight * length) + pair.offset;
}

/** How much each feature moves the log odds away from those of a prompt that has its average there; the largest first. */
export function gapReasons(
  model: GapModel,
  name: TierPair,
  values: readonly number[],
  count: number,
): { feature: string; odds: number }[] {
  const whole = gapOdds(model, name, values);
  return model.features
    .map((feature, i) => ({ feature, odds: whole - gapOdds(model, name, values.with(i, model.mean[i]!)) }))
    .sort((a, b) => Math.abs(b.odds) - Math.abs(a.odds))
    .slice(0, count)
    .filter(({ odds }) => Math.abs(odds) >= 0.01);
}
