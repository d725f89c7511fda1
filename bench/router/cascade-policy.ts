// A cascade that learns when to draft, when to break a draft off and when to let it stand, from outcomes on other prompts. What is
// known of a request grows stage by stage: its prompt, the draft's first tokens, the whole draft. At each stage a logistic
// model of all that is known gives the chance that the weaker answer is right; going on is worth what the next stage is expected to
// be worth, less its tokens. Source: Dekoninck et al., "A unified approach to routing and cascading for LLMs" (arXiv 2410.10347).
import { sigmoid } from '../../policies/gap/model.ts';
import { fitOwnTraffic, ownOdds } from '../../policies/gap/own-traffic.ts';
import { meanOf } from '../../policies/gap/training/fit.ts';

/** One way to run a router: what each prompt then costs and whether its answer is right. */
export interface Setting {
  /** Of a call of the stronger model. */
  costs: Float64Array;
  /** 0 or 1, or between in expectation. */
  rights: Float64Array;
}

export interface Stage {
  /** What has been paid when this is known, of a call of the stronger model. */
  paid: number;
  /** What is known of each prompt, the stages before included. */
  values: readonly number[][];
}

/** Prices of quality: how much of it a call of the stronger model must gain. From "all strong" to "all weak". */
const RATES = [...Array.from({ length: 121 }, (_, i) => i / 100), 2, 5, 100];
const FOLDS = 5;

/** The chance of 1 for each of `values`, by a logistic model of other rows. */
function chancesOf(
  known: readonly number[][],
  labels: readonly number[],
  values: readonly number[][],
): number[] {
  const fitted = fitOwnTraffic(
    known.map((each, i) => ({ values: each, baseOdds: 0, kind: '', label: labels[i]! })),
  );
  return values.map((each) => sigmoid(ownOdds(fitted, each, 0, '')));
}

/** Each row's chance by a model that was fitted without its fold. */
export function unseenChances(values: readonly number[][], labels: readonly number[]): number[] {
  const chances = new Array<number>(values.length);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const [others, own] = [values, values].map((rows, side) =>
      rows.flatMap((_, i) => ((i % FOLDS === fold) === (side === 1) ? [i] : [])),
    ) as [number[], number[]];
    const found = chancesOf(
      others.map((i) => values[i]!),
      others.map((i) => labels[i]!),
      own.map((i) => values[i]!),
    );
    own.forEach((i, at) => {
      chances[i] = found[at]!;
    });
  }
  return chances;
}

/** The line of least squares. */
function lineThrough(xs: readonly number[], ys: readonly number[]): (x: number) => number {
  const [x0, y0] = [meanOf(xs), meanOf(ys)];
  const spread = meanOf(xs.map((x) => (x - x0) ** 2));
  const slope = spread === 0 ? 0 : meanOf(xs.map((x, i) => (x - x0) * (ys[i]! - y0))) / spread;
  return (x) => y0 + slope * (x - x0);
}

interface Learned {
  /** By stage: chances of the prompts that were learned from, each by folds without it, and of the others. */
  known: number[][];
  fresh: number[][];
}

/** For each stage but the last, whether going on is worth it; of fresh prompts. */
function goesOn({ known, fresh }: Learned, stages: readonly Stage[], rate: number): boolean[][] {
  const up = 1 - rate;
  let worth = known.at(-1)!.map((chance) => Math.max(chance, up));
  const decisions: boolean[][] = [];
  for (let at = stages.length - 2; at >= 0; at -= 1) {
    const step = rate * (stages[at + 1]!.paid - stages[at]!.paid);
    const expected = lineThrough(known[at]!, worth);
    decisions.unshift(fresh[at]!.map((chance) => expected(chance) - step > up));
    worth = worth.map((value, i) => (expected(known[at]![i]!) - step > up ? value - step : up));
  }
  return decisions;
}

/**
 * One setting for each rate; every prompt is decided by what the other folds have taught. The chances of the last stage are returned
 * too. @param stages first: the prompt alone; last: the whole draft @param right 1 where the weaker answer is right
 */
export function learnedCascade(
  stages: readonly Stage[],
  right: readonly number[],
): { settings: Setting[]; chances: number[] } {
  const settings = RATES.map(
    (): Setting => ({ costs: new Float64Array(right.length), rights: new Float64Array(right.length) }),
  );
  const chances = new Array<number>(right.length);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const others = right.flatMap((_, i) => (i % FOLDS === fold ? [] : [i]));
    const own = right.flatMap((_, i) => (i % FOLDS === fold ? [i] : []));
    const labels = others.map((i) => right[i]!);
    const of = (places: readonly number[], { values }: Stage): number[][] => places.map((i) => values[i]!);
    const learned: Learned = {
      known: stages.map((stage) => unseenChances(of(others, stage), labels)),
      fresh: stages.map((stage) => chancesOf(of(others, stage), labels, of(own, stage))),
    };
    own.forEach((i, at) => {
      chances[i] = learned.fresh.at(-1)![at]!;
    });
    RATES.forEach((rate, setting) => {
      const decisions = goesOn(learned, stages, rate);
      own.forEach((i, at) => {
        const stopped = decisions.findIndex((each) => !each[at]!);
        const isUp = stopped >= 0 || learned.fresh.at(-1)![at]! < 1 - rate;
        const { paid } = stages[stopped < 0 ? stages.length - 1 : stopped]!;
        settings[setting]!.costs[i] = paid + Number(isUp);
        settings[setting]!.rights[i] = isUp ? 1 : right[i]!;
      });
    });
  }
  return { settings, chances };
}
