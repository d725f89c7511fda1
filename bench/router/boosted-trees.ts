// Gradient boosted trees over the gap model's features, for squared loss on the gain; monotone ones may split a feature only in the
// direction of its covariance with the gain. Source: Friedman, "Greedy function approximation" (2001).
import type { TierPair } from '../../policies/gap/model.ts';
import { meanOf } from '../../policies/gap/training/fit.ts';
import type { Row } from '../../policies/gap/training/rows.ts';

const TREES = 60;
const DEPTH = 3;
const RATE = 0.1;
const BINS = 16;
const LEAST_IN_LEAF = 200;
const SHRINKAGE = 50;

interface Node {
  /** Index of the feature; -1: a leaf. */
  feature: number;
  /** Bins above it go right. */
  bin: number;
  left: Node | null;
  right: Node | null;
  value: number;
}

type Edges = readonly (readonly number[])[];

/** Quantiles of each feature. */
function edgesOf(rows: readonly Row[]): Edges {
  return rows[0]!.values.map((_, feature) => {
    const sorted = rows.map(({ values }) => values[feature]!).sort((a, b) => a - b);
    const cuts = Array.from(
      { length: BINS - 1 },
      (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / BINS)]!,
    );
    return [...new Set(cuts)];
  });
}

function binsOf(values: readonly number[], edges: Edges): Uint8Array {
  return Uint8Array.from(values, (value, feature) => {
    let bin = 0;
    for (const edge of edges[feature]!) if (value > edge) bin += 1;
    return bin;
  });
}

interface Split {
  feature: number;
  bin: number;
  gain: number;
}

function bestSplit(
  members: readonly number[],
  bins: readonly Uint8Array[],
  residuals: Float64Array,
  directions: readonly number[] | null,
): Split | null {
  const features = bins[0]!.length;
  const counts = new Float64Array(features * BINS);
  const sums = new Float64Array(features * BINS);
  let total = 0;
  for (const i of members) {
    const [row, residual] = [bins[i]!, residuals[i]!];
    total += residual;
    for (let feature = 0; feature < features; feature += 1) {
      const at = feature * BINS + row[feature]!;
      counts[at]! += 1;
      sums[at]! += residual;
    }
  }
  const scoreOf = (sum: number, count: number): number => (sum * sum) / (count + SHRINKAGE);
  const whole = scoreOf(total, members.length);
  let best: Split | null = null;
  for (let feature = 0; feature < features; feature += 1) {
    let [count, sum] = [0, 0];
    for (let bin = 0; bin < BINS - 1; bin += 1) {
      count += counts[feature * BINS + bin]!;
      sum += sums[feature * BINS + bin]!;
      const others = members.length - count;
      if (count < LEAST_IN_LEAF) continue;
      if (others < LEAST_IN_LEAF) break;
      const rise = (total - sum) / (others + SHRINKAGE) - sum / (count + SHRINKAGE);
      if (directions !== null && rise * directions[feature]! < 0) continue;
      const gain = scoreOf(sum, count) + scoreOf(total - sum, others) - whole;
      if (gain > (best?.gain ?? 0)) best = { feature, bin, gain };
    }
  }
  return best;
}

export function boostedTrees(
  rows: readonly Row[],
  pair: TierPair,
  { isMonotone }: { isMonotone: boolean },
): (row: Row) => number {
  const edges = edgesOf(rows);
  const bins = rows.map(({ values }) => binsOf(values, edges));
  const gains = rows.map((row) => row.gains[pair]);
  const mean = meanOf(gains);
  const residuals = Float64Array.from(gains, (gain) => gain - mean);
  const directions = isMonotone
    ? rows[0]!.values.map((_, feature) => {
        const middle = meanOf(rows.map(({ values }) => values[feature]!));
        return Math.sign(
          meanOf(rows.map(({ values }, i) => (values[feature]! - middle) * (gains[i]! - mean))),
        );
      })
    : null;
  const grow = (members: readonly number[], depth: number): Node => {
    const split = depth === 0 ? null : bestSplit(members, bins, residuals, directions);
    if (split === null) {
      const value =
        (RATE * members.reduce((sum, i) => sum + residuals[i]!, 0)) / (members.length + SHRINKAGE);
      return { feature: -1, bin: 0, left: null, right: null, value };
    }
    const { feature, bin } = split;
    return {
      ...{ feature, bin, value: 0 },
      left: grow(
        members.filter((i) => bins[i]![feature]! <= bin),
        depth - 1,
      ),
      right: grow(
        members.filter((i) => bins[i]![feature]! > bin),
        depth - 1,
      ),
    };
  };
  const leafValue = (tree: Node, row: Uint8Array): number => {
    let node = tree;
    while (node.feature >= 0) node = (row[node.feature]! <= node.bin ? node.left : node.right)!;
    return node.value;
  };
  const all = rows.map((_, i) => i);
  const trees = Array.from({ length: TREES }, () => {
    const tree = grow(all, DEPTH);
    for (const i of all) residuals[i]! -= leafValue(tree, bins[i]!);
    return tree;
  });
  return ({ values }) => {
    const row = binsOf(values, edges);
    return trees.reduce((sum, tree) => sum + leafValue(tree, row), 0);
  };
}
