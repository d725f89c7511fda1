// Gradient boosting of small trees of fixed depth on the logistic loss, over histograms of the features. Deterministic.
import { sigmoid, type Tree } from '../model.ts';

export interface Example {
  values: readonly number[];
  /** 0 ... 1: a chance, not only a class. */
  label: number;
  weight: number;
}

export interface TreeOptions {
  trees: number;
  depth: number;
  rate: number;
  /** Least share of the total weight in a leaf. */
  leafShare: number;
  /** Added to a leaf's curvature. */
  penalty: number;
}

const BINS = 48;

/** Values that part a feature into bins of about equal numbers. */
function edgesOf(examples: readonly Example[], feature: number): number[] {
  const sorted = examples.map(({ values }) => values[feature]!).sort((a, b) => a - b);
  const edges = new Set<number>();
  for (let bin = 1; bin < BINS; bin += 1) edges.add(sorted[Math.floor((bin * sorted.length) / BINS)]!);
  edges.delete(sorted.at(-1)!);
  return [...edges];
}

/** Trees whose log odds add to the logit of the mean label (left out: calibration sets the level). */
export function fitTrees(examples: readonly Example[], options: TreeOptions): Tree[] {
  const features = examples[0]!.values.length;
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const prior = examples.reduce((sum, { weight, label }) => sum + weight * label, 0) / total;
  const base = Math.log(prior / (1 - prior));
  const edges = Array.from({ length: features }, (_, feature) => edgesOf(examples, feature));
  const bins = edges.map((list, feature) =>
    Uint8Array.from(examples, ({ values }) => {
      let bin = 0;
      while (bin < list.length && values[feature]! > list[bin]!) bin += 1;
      return bin;
    }),
  );
  const odds = new Float64Array(examples.length).fill(base);
  const gradient = new Float64Array(examples.length);
  const curve = new Float64Array(examples.length);
  const trees: Tree[] = [];
  for (let round = 0; round < options.trees; round += 1) {
    examples.forEach(({ label, weight }, at) => {
      const chance = sigmoid(odds[at]!);
      gradient[at] = (weight * (label - chance)) / total;
      curve[at] = (weight * chance * (1 - chance)) / total;
    });
    const tree: Tree = { feature: [], threshold: [], leaf: [] };
    let level = [Uint32Array.from(examples, (_, at) => at)];
    for (let depth = 0; depth < options.depth; depth += 1) {
      const next: Uint32Array<ArrayBuffer>[] = [];
      for (const members of level) {
        const { feature, bin } = bestSplit(members, bins, edges, gradient, curve, options);
        // No split helps: everything goes left.
        tree.feature.push(Math.max(0, feature));
        tree.threshold.push(feature < 0 ? Number.MAX_VALUE : edges[feature]![bin]!);
        const column = bins[Math.max(0, feature)]!;
        next.push(
          feature < 0 ? members : members.filter((at) => column[at]! <= bin),
          feature < 0 ? new Uint32Array() : members.filter((at) => column[at]! > bin),
        );
      }
      level = next;
    }
    for (const members of level) {
      let [g, h] = [0, 0];
      for (const at of members) {
        g += gradient[at]!;
        h += curve[at]!;
      }
      const value = (options.rate * g) / (h + options.penalty);
      tree.leaf.push(value);
      for (const at of members) odds[at]! += value;
    }
    trees.push(tree);
  }
  return trees;
}

function bestSplit(
  members: Uint32Array,
  bins: readonly Uint8Array[],
  edges: readonly (readonly number[])[],
  gradient: Float64Array,
  curve: Float64Array,
  { leafShare, penalty }: TreeOptions,
): { feature: number; bin: number } {
  let best = { feature: -1, bin: 0 };
  let bestGain = 1e-9;
  let [allG, allH] = [0, 0];
  for (const at of members) {
    allG += gradient[at]!;
    allH += curve[at]!;
  }
  const gain = (g: number, h: number): number => (g * g) / (h + penalty);
  // The curvature of one row is at most a quarter of its weight.
  const least = leafShare / 4;
  for (let feature = 0; feature < bins.length; feature += 1) {
    const count = edges[feature]!.length;
    if (count === 0) continue;
    const column = bins[feature]!;
    const sumG = new Float64Array(count + 1);
    const sumH = new Float64Array(count + 1);
    for (const at of members) {
      sumG[column[at]!]! += gradient[at]!;
      sumH[column[at]!]! += curve[at]!;
    }
    let [g, h] = [0, 0];
    for (let bin = 0; bin < count; bin += 1) {
      g += sumG[bin]!;
      h += sumH[bin]!;
      if (h < least || allH - h < least) continue;
      const won = gain(g, h) + gain(allG - g, allH - h) - gain(allG, allH);
      if (won > bestGain) {
        bestGain = won;
        best = { feature, bin };
      }
    }
  }
  return best;
}
