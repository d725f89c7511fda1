// Sources left out in turn: how well our gap model and simple routers rank prompts of a kind that they have not seen.
import { type GapModel, gapOdds, sigmoid, TIER_PAIRS, type TierPair } from '../../policies/gap/model.ts';
import { offsetTo, priorOf } from '../../policies/gap/prior.ts';
import { fitGapModel, isGap, meanOf, outcomeOf } from '../../policies/gap/training/fit.ts';
import {
  calibrationError,
  type Outcome,
  type RouterScore,
  routerScorer,
} from '../../policies/gap/training/metrics.ts';
import { type Row, SOURCES } from '../../policies/gap/training/rows.ts';
import { BASELINES } from './baselines.ts';

/** A small generator of its own, so that figures are the same in every run. */
export function randomBelow(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Mean calibration error of chances that are right, over labels drawn from them. */
export function calibrationFloor(chances: readonly number[], draws = 20): number {
  const next = randomBelow(5);
  const error = (): number =>
    calibrationError(
      chances,
      chances.map((chance) => (next(2 ** 30) / 2 ** 30 < chance ? 1 : 0)),
    );
  return Array.from({ length: draws }, error).reduce((sum, each) => sum + each, 0) / draws;
}

export interface Measured {
  value: number;
  /** 95 %, by bootstrap over prompts. */
  low: number;
  high: number;
}

export interface Line {
  set: string;
  pair: TierPair;
  prompts: number;
  router: string;
  apgr: Measured;
  cpt50: Measured;
  cpt80: Measured;
  auc: Measured;
  /** Null for scores that are no chances. */
  calibrationError: number | null;
  /** With both models' accuracy on the set given, as `routing.known.accuracy`; and with the rate of gaps, over these prompts. */
  accuracyKnownError: number | null;
  rateKnownError: number | null;
  /** What it would be by chance alone, were every predicted chance right: small sets cannot show less. */
  calibrationFloor: number | null;
}

const METRICS = ['apgr', 'cpt50', 'cpt80', 'auc'] as const;

export function measure(
  outcomes: readonly Outcome[],
  scores: readonly number[],
  rounds: number,
): Record<(typeof METRICS)[number], Measured> {
  const next = randomBelow(7);
  const scorer = routerScorer(outcomes, scores);
  const whole = scorer(new Uint32Array(outcomes.length).fill(1));
  const drawn: RouterScore[] = Array.from({ length: rounds }, () => {
    const counts = new Uint32Array(outcomes.length);
    for (let i = 0; i < counts.length; i += 1) counts[next(counts.length)]! += 1;
    return scorer(counts);
  });
  const measured = (metric: (typeof METRICS)[number]): Measured => {
    const sorted = drawn.map((each) => each[metric]).sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? whole[metric];
    return { value: whole[metric], low: at(0.025), high: at(0.975) };
  };
  return { apgr: measured('apgr'), cpt50: measured('cpt50'), cpt80: measured('cpt80'), auc: measured('auc') };
}

/** Calibration errors where something is known of the set: that is a look at its outcomes. */
function knownErrors(
  model: GapModel,
  pair: TierPair,
  tested: readonly Row[],
): { accuracy: number; rate: number } {
  const outcomes = tested.map((row) => outcomeOf(row, pair));
  const labels = outcomes.map(isGap);
  const odds = tested.map((row) => gapOdds(model, pair, row.values));
  const errorAt = (offset: number): number =>
    calibrationError(
      odds.map((each) => sigmoid(each + offset)),
      labels,
    );
  const levels = pair === '1|2' ? (['level1', 'level2'] as const) : (['level2', 'level3'] as const);
  const accuracy = {
    [levels[0]]: meanOf(outcomes.map(({ weak }) => weak)),
    [levels[1]]: meanOf(outcomes.map(({ strong }) => strong)),
  };
  return {
    accuracy: errorAt(priorOf({ accuracy }, model).all[pair]),
    rate: errorAt(offsetTo(odds, meanOf(labels))),
  };
}

/** Every row's chances by a model that has not seen its source. */
export type UnseenChances = ReadonlyMap<Row, Record<TierPair, number>>;

/** @param rounds of bootstrap; null: the chances alone, no table */
export function compareUnseen(
  rows: readonly Row[],
  rounds: number | null,
  onLine: (line: Line) => void,
): { lines: Line[]; chances: UnseenChances } {
  const lines: Line[] = [];
  const chances = new Map<Row, Record<TierPair, number>>();
  for (const source of SOURCES) {
    const others = rows.filter((row) => row.source !== source);
    const model = fitGapModel(others, 'left-out');
    const tested = rows.filter((row) => row.source === source);
    const chanceOf = (row: Row, pair: TierPair): number => sigmoid(gapOdds(model, pair, row.values));
    for (const row of tested) chances.set(row, { '1|2': chanceOf(row, '1|2'), '2|3': chanceOf(row, '2|3') });
    if (rounds === null) continue;
    for (const pair of tested[0]!.mid === null ? TIER_PAIRS.slice(0, 1) : TIER_PAIRS) {
      const outcomes = tested.map((row) => outcomeOf(row, pair));
      const next = randomBelow(3);
      const routers: [string, readonly number[]][] = [
        ['ours', tested.map((row) => chances.get(row)![pair])],
        ['length', tested.map(({ prompt }) => prompt.length)],
        ...BASELINES.map(({ name, trained }): [string, readonly number[]] => [
          name,
          tested.map(trained(others, pair)),
        ]),
        ['random', tested.map(() => next(2 ** 30))],
        ['oracle', outcomes.map(({ weak, strong }) => strong - weak)],
      ];
      for (const [router, scores] of routers) {
        const isChance = router === 'ours';
        const line: Line = {
          ...{ set: source, pair, prompts: tested.length, router },
          calibrationError: isChance ? calibrationError(scores, outcomes.map(isGap)) : null,
          accuracyKnownError: isChance ? knownErrors(model, pair, tested).accuracy : null,
          rateKnownError: isChance ? knownErrors(model, pair, tested).rate : null,
          calibrationFloor: isChance ? calibrationFloor(scores) : null,
          ...measure(outcomes, scores, rounds),
        };
        lines.push(line);
        onLine(line);
      }
    }
  }
  return { lines, chances };
}
