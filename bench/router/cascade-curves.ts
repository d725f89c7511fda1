// Curves of quality against cost, with intervals by bootstrap over prompts.
import { meanOf } from '../../policies/gap/training/fit.ts';
import { measured } from './bootstrap.ts';
import type { Setting } from './cascade-policy.ts';
import { type Measured, randomBelow } from './unseen.ts';

const STEPS = 100;
/** Thresholds that a score is tried at. */
const MOST_SETTINGS = 150;

/** Mean quality at each cost from `least` to 1, between settings on a line. @param weights of the prompts */
export function qualities(
  settings: readonly Setting[],
  weights: ArrayLike<number>,
  costs: readonly number[],
): number[] {
  const total = Array.from(weights).reduce((sum, weight) => sum + weight, 0);
  const points = settings
    .map(({ costs: paid, rights }) => {
      let [cost, quality] = [0, 0];
      for (let i = 0; i < paid.length; i += 1) {
        cost += weights[i]! * paid[i]!;
        quality += weights[i]! * rights[i]!;
      }
      return { cost: cost / total, quality: quality / total };
    })
    .sort((a, b) => a.cost - b.cost);
  let after = 0;
  return costs.map((cost) => {
    while (after < points.length && points[after]!.cost < cost - 1e-12) after += 1;
    if (after === points.length) return points.at(-1)!.quality;
    const [a, b] = [points[Math.max(0, after - 1)]!, points[after]!];
    return b.cost === a.cost
      ? b.quality
      : a.quality + ((cost - a.cost) / (b.cost - a.cost)) * (b.quality - a.quality);
  });
}

export const costsFrom = (least: number): number[] =>
  Array.from({ length: STEPS + 1 }, (_, i) => least + ((1 - least) * i) / STEPS);

/**
 * Settings of a router that sends up what scores highest.
 * @param right of the weaker answers @param strong of the stronger ones
 * @param drafts what every request pays before it is scored; what is kept low has then been paid @param kept paid for those alone that
 * are kept low
 */
export function settingsOf(
  scores: readonly number[],
  { right, strong }: { right: readonly number[]; strong: readonly number[] },
  { drafts, kept }: { drafts: number; kept: number },
): Setting[] {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  // Between equal scores there is no threshold.
  const ends = order.flatMap((i, at) => (scores[order[at + 1]!] === scores[i] ? [] : [at + 1]));
  const every = Math.ceil(ends.length / MOST_SETTINGS);
  const sent = [0, ...ends.filter((_, i) => i % every === 0 || i === ends.length - 1)];
  return sent.map((count) => {
    const isUp = new Set(order.slice(0, count));
    return {
      costs: Float64Array.from(right, (_, i) => drafts + (isUp.has(i) ? 1 : kept)),
      rights: Float64Array.from(right, (weak, i) => (isUp.has(i) ? strong[i]! : weak)),
    };
  });
}

export interface Bands {
  /** At each cost; 95 % by bootstrap. */
  quality: Measured[];
  meanQuality: Measured;
  /** Less the best of the routers by the prompt. */
  above: Measured[];
  meanAbove: Measured;
}

/** Of each of `curves`, beside the better of `routers` at each cost, on the prompts and on `rounds` draws of them. */
export function bandsOf(
  curves: readonly (readonly Setting[])[],
  routers: readonly (readonly Setting[])[],
  costs: readonly number[],
  rounds: number,
): Bands[] {
  const count = curves[0]![0]!.costs.length;
  const next = randomBelow(13);
  const lookAt = (weights: ArrayLike<number>): { quality: number[]; above: number[] }[] => {
    const others = routers.map((settings) => qualities(settings, weights, costs));
    const best = costs.map((_, at) => Math.max(...others.map((each) => each[at]!)));
    return curves.map((settings) => {
      const quality = qualities(settings, weights, costs);
      return { quality, above: quality.map((each, at) => each - best[at]!) };
    });
  };
  const whole = lookAt(new Uint32Array(count).fill(1));
  const draws = Array.from({ length: rounds }, () => {
    const weights = new Uint32Array(count);
    for (let i = 0; i < count; i += 1) weights[next(count)]! += 1;
    return lookAt(weights);
  });
  return whole.map(({ quality, above }, curve): Bands => {
    const drawn = draws.map((draw) => draw[curve]!);
    return {
      quality: quality.map((value, at) =>
        measured(
          value,
          drawn.map((each) => each.quality[at]!),
        ),
      ),
      meanQuality: measured(
        meanOf(quality),
        drawn.map((each) => meanOf(each.quality)),
      ),
      above: above.map((value, at) =>
        measured(
          value,
          drawn.map((each) => each.above[at]!),
        ),
      ),
      meanAbove: measured(
        meanOf(above),
        drawn.map((each) => meanOf(each.above)),
      ),
    };
  });
}
