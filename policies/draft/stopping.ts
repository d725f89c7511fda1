// When a cascade goes on, from outcomes of other requests. What is known of a request grows stage by stage: its prompt, the draft's first
// tokens, the whole draft; at each stage there is a chance that the draft is good. Going on is worth what the next stage is expected
// to be worth, less what it costs; else the stronger tier is asked at once.
// Source: Dekoninck et al., "A unified approach to routing and cascading for LLMs" (arXiv 2410.10347).

export interface KnownStage {
  /** What has been paid when this is known, of a call of the stronger tier. */
  paid: number;
  /** That the draft is good, of each request that was learned from, by a model that had not seen it. */
  chances: readonly number[];
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The least chance to go on with where `worth` is what going on gives: by the line of least squares through them. */
function leastChance(chances: readonly number[], worth: readonly number[], needed: number): number {
  const [x0, y0] = [mean(chances), mean(worth)];
  const spread = mean(chances.map((x) => (x - x0) ** 2));
  const slope = spread === 0 ? 0 : mean(chances.map((x, i) => (x - x0) * (worth[i]! - y0))) / spread;
  // Chances that say nothing: all or none go on.
  if (slope <= 1e-9) return y0 > needed ? 0 : Number.POSITIVE_INFINITY;
  return x0 + (needed - y0) / slope;
}

/**
 * For each stage but the last the least chance to go on with, from 0; infinity: nobody does.
 * @param stages first the prompt, last the whole draft; of at least one request
 * @param accepts least chance of a whole draft that stands: what the stronger answer is worth, less its price
 */
export function stoppingRule(stages: readonly KnownStage[], accepts: number): number[] {
  const rate = 1 - accepts;
  let worth = stages.at(-1)!.chances.map((chance) => Math.max(chance, accepts));
  const least: number[] = [];
  for (let at = stages.length - 2; at >= 0; at -= 1) {
    const { chances, paid } = stages[at]!;
    const step = rate * (stages[at + 1]!.paid - paid);
    const limit = Math.max(0, leastChance(chances, worth, accepts + step));
    least.unshift(limit);
    worth = worth.map((value, i) => (chances[i]! >= limit ? value - step : accepts));
  }
  return least;
}
