// What a user's own traffic adds to the gap model: a ridge logistic regression over the same features, with a term for each
// kind of request (who asks, for what task). Few labels move little; with some hundreds it knows the traffic better than any
// model of other people's.
import { sigmoid } from './model.ts';

export interface OwnTraffic {
  /** Labelled requests it was fitted to. */
  labels: number;
  /** Of the features over the own traffic. */
  mean: number[];
  deviation: number[];
  /** Log odds per deviation of a feature. */
  weights: number[];
  /** Of the shipped model's log odds. */
  baseWeight: number;
  /** Log odds of each kind of request, and of a kind not seen. */
  kinds: Record<string, number>;
  offset: number;
}

export interface OwnExample {
  values: readonly number[];
  /** The shipped model's log odds. */
  baseOdds: number;
  /** `kindOf(caller, task)`. */
  kind: string;
  /** 1 where the stronger tier was needed. */
  label: number;
}

export const kindOf = (caller: string, task: string): string => `${caller} ${task}`;

/** Precision of each weight's prior, in labels: the larger, the more labels it takes to move. */
interface Prior {
  feature: number;
  kind: number;
  /** Of the shipped model's weight, around 1. */
  base: number;
  offset: number;
}

/** A weight that stays where its prior has it. */
const FIXED = 1e9;
/** How often a gap occurs differs from source to source by about half a unit of log odds (development sets). */
const OFFSET = 3.5;
/** From "only how often a gap occurs is other here" to "the features tell something else here": the first are the safer. */
const PRIORS: readonly Prior[] = [
  { feature: FIXED, kind: FIXED, base: FIXED, offset: OFFSET },
  { feature: FIXED, kind: 4, base: 10, offset: OFFSET },
  { feature: 640, kind: 4, base: 10, offset: OFFSET },
  { feature: 160, kind: 4, base: 10, offset: OFFSET },
  { feature: 40, kind: 4, base: 10, offset: OFFSET },
];
const FOLDS = 5;

/** Beyond so many deviations a feature counts no more: own traffic has outliers. */
const CLIP = 3;

const standard = (own: Pick<OwnTraffic, 'mean' | 'deviation'>, values: readonly number[]): number[] =>
  values.map((value, i) => Math.max(-CLIP, Math.min(CLIP, (value - own.mean[i]!) / own.deviation[i]!)));

/** Log odds. Pure and total. */
export function ownOdds(own: OwnTraffic, values: readonly number[], baseOdds: number, kind: string): number {
  let odds = own.offset + own.baseWeight * baseOdds + (own.kinds[kind] ?? 0);
  const z = standard(own, values);
  for (let i = 0; i < z.length; i += 1) odds += own.weights[i]! * z[i]!;
  return odds;
}

/** Without overflow. */
function logLoss(odds: number, label: number): number {
  const wrong = label === 1 ? -odds : odds;
  return Math.max(0, wrong) + Math.log1p(Math.exp(-Math.abs(wrong)));
}

/** Losses of examples that a fit has not seen, each fold left out in turn. */
function unseenLosses(examples: readonly OwnExample[], prior: Prior): number[] {
  const losses = new Array<number>(examples.length);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const own = fitWith(
      examples.filter((_, i) => i % FOLDS !== fold),
      prior,
    );
    examples.forEach(({ values, baseOdds, kind, label }, i) => {
      if (i % FOLDS === fold) losses[i] = logLoss(ownOdds(own, values, baseOdds, kind), label);
    });
  }
  return losses;
}

/**
 * As much of a correction as the labels bear out on examples left out: each step to a weaker prior must lower the loss by more
 * than its own standard error. Deterministic. @param examples at least one
 */
export function fitOwnTraffic(examples: readonly OwnExample[]): OwnTraffic {
  let [chosen, losses] = [PRIORS[0]!, [] as number[]];
  if (examples.length >= 2 * FOLDS) {
    losses = unseenLosses(examples, chosen);
    for (const prior of PRIORS.slice(1)) {
      const others = unseenLosses(examples, prior);
      const gains = losses.map((loss, i) => loss - others[i]!);
      const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
      const square = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / gains.length;
      if (mean > Math.sqrt(square / gains.length)) [chosen, losses] = [prior, others];
    }
  }
  return fitWith(examples, chosen);
}

/** The level alone, shrunk to the shipped model's. @param examples at least one */
export const fitLevel = (examples: readonly OwnExample[]): number => fitWith(examples, PRIORS[0]!).offset;

/** Newton's method. */
function fitWith(examples: readonly OwnExample[], strengths: Prior): OwnTraffic {
  const n = examples.length;
  const size = examples[0]!.values.length;
  const meanOf = (at: number): number => examples.reduce((sum, { values }) => sum + values[at]!, 0) / n;
  const mean = Array.from({ length: size }, (_, at) => meanOf(at));
  const deviation = mean.map((middle, at) =>
    Math.max(0.02, Math.sqrt(examples.reduce((sum, { values }) => sum + (values[at]! - middle) ** 2, 0) / n)),
  );
  const kinds = [...new Set(examples.map(({ kind }) => kind))].sort();
  const columns = size + 2 + kinds.length;
  const rows = examples.map(({ values, baseOdds, kind }) => {
    const row = new Float64Array(columns);
    row.set(standard({ mean, deviation }, values));
    row[size] = baseOdds;
    row[size + 1] = 1;
    row[size + 2 + kinds.indexOf(kind)] = 1;
    return row;
  });
  const prior = Float64Array.from({ length: columns }, (_, at) =>
    at < size
      ? strengths.feature
      : at === size
        ? strengths.base
        : at === size + 1
          ? strengths.offset
          : strengths.kind,
  );
  // The shipped model is right until labels say otherwise.
  const centre = Float64Array.from({ length: columns }, (_, at) => (at === size ? 1 : 0));
  let weights = centre.slice();
  const oddsOf = (row: Float64Array, at: Float64Array): number => {
    let odds = 0;
    for (let i = 0; i < columns; i += 1) odds += at[i]! * row[i]!;
    return odds;
  };
  /** What is minimised. */
  const cost = (at: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < columns; i += 1) sum += (prior[i]! * (at[i]! - centre[i]!) ** 2) / 2;
    rows.forEach((row, i) => {
      sum += logLoss(oddsOf(row, at), examples[i]!.label);
    });
    return sum;
  };
  let reached = cost(weights);
  for (let round = 0; round < 25; round += 1) {
    const gradient = weights.map((weight, at) => prior[at]! * (weight - centre[at]!));
    const curve = Array.from({ length: columns }, (_, at) => {
      const line = new Float64Array(columns);
      line[at] = prior[at]!;
      return line;
    });
    rows.forEach((row, i) => {
      const chance = sigmoid(oddsOf(row, weights));
      const error = chance - examples[i]!.label;
      const weight = chance * (1 - chance);
      for (let at = 0; at < columns; at += 1) {
        if (row[at] === 0) continue;
        gradient[at]! += error * row[at]!;
        const scaled = weight * row[at]!;
        for (let other = 0; other <= at; other += 1) curve[at]![other]! += scaled * row[other]!;
      }
    });
    const step = solve(curve, gradient);
    // Where the shipped model is far off, a whole step may lead further away: half of it, and so on.
    let share = 1;
    let [next, found] = [weights, reached];
    for (; share > 1e-6; share /= 2) {
      next = weights.map((weight, at) => weight - share * step[at]!);
      found = cost(next);
      if (found <= reached) break;
    }
    if (!(found <= reached)) break;
    const moved = share * Math.max(...step.map(Math.abs));
    [weights, reached] = [next, found];
    if (moved < 1e-8) break;
  }
  return {
    labels: n,
    mean,
    deviation,
    weights: [...weights.slice(0, size)],
    baseWeight: weights[size]!,
    offset: weights[size + 1]!,
    kinds: Object.fromEntries(kinds.map((kind, at) => [kind, weights[size + 2 + at]!])),
  };
}

/** Cholesky: `lower` is the lower triangle of a positive definite matrix, and is overwritten. */
function solve(lower: Float64Array[], right: Float64Array): Float64Array {
  const n = right.length;
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = lower[i]![j]!;
      for (let k = 0; k < j; k += 1) sum -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(sum) : sum / lower[j]![j]!;
    }
  }
  const x = right.slice();
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < i; k += 1) x[i]! -= lower[i]![k]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < n; k += 1) x[i]! -= lower[k]![i]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  return x;
}
