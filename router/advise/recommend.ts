// Which model to take: of those that lose no more than allowed on the best one's quality, the one that needs the least memory. Pure.
import { upperBound } from '../../policies/guarantee/clopper-pearson.ts';

export interface JudgedModel {
  name: string;
  /** By prompt, 0 ... 1; null: nothing to judge by. The same prompts in the same order for all models. */
  scores: readonly (number | null)[];
  memoryBytes: number;
  tokensPerSecond: number | null;
}

export interface Standing {
  name: string;
  /** Mean over judged prompts; null: none was judged. */
  quality: number | null;
  /** Less than the best model's, on the same prompts. */
  loss: number | null;
  /** Prompts on which it is worse than the best model. */
  worse: number;
  /** The share of such prompts is at most this, with 95 %; so is the loss, as a prompt can lose 1 at most. */
  lossBound: number | null;
  isGoodEnough: boolean;
}

export interface Recommendation {
  judged: number;
  best: string | null;
  recommended: string | null;
  standings: Standing[];
  /** Why, in a sentence. */
  reason: string;
}

const DELTA = 0.05;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const judgedOf = ({ scores }: JudgedModel): number[] => scores.filter((score) => score !== null);

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Least memory first; of the same memory the faster, then by name: never by chance. */
const bySize = (a: JudgedModel, b: JudgedModel): number =>
  a.memoryBytes - b.memoryBytes ||
  (b.tokensPerSecond ?? 0) - (a.tokensPerSecond ?? 0) ||
  (a.name < b.name ? -1 : 1);

/** @param allowedLoss share of the best quality's own scale, 0 ... 1 @param leastQuality what a model must reach at all */
export function recommend(
  models: readonly JudgedModel[],
  allowedLoss: number,
  leastQuality = 0,
): Recommendation {
  const sorted = [...models].sort(bySize);
  const judged = sorted[0] === undefined ? 0 : judgedOf(sorted[0]).length;
  if (judged === 0) {
    const standings = models.map(({ name }) => ({
      ...{ name, quality: null, loss: null, worse: 0, lossBound: null, isGoodEnough: false },
    }));
    const reason =
      models.length === 0
        ? 'no model could be run'
        : 'nothing to judge answers by: give "expected" answers, a "schema", or a second model as --reference';
    return { judged, best: null, recommended: null, standings, reason };
  }
  const qualityOf = (model: JudgedModel): number => mean(judgedOf(model));
  const best = sorted.reduce((top, model) => (qualityOf(model) > qualityOf(top) ? model : top));
  const bestScores = judgedOf(best);
  const standingOf = (model: JudgedModel): Standing => {
    const scores = judgedOf(model);
    const quality = mean(scores);
    const worse = scores.filter((score, i) => score < bestScores[i]!).length;
    const loss = mean(bestScores) - quality;
    return {
      ...{ name: model.name, quality, loss, worse },
      lossBound: model === best ? 0 : upperBound(worse, judged, DELTA),
      isGoodEnough: loss <= allowedLoss + 1e-12 && quality >= leastQuality,
    };
  };
  const byName = new Map(sorted.map((model) => [model.name, standingOf(model)]));
  const chosen = sorted.find(({ name }) => byName.get(name)!.isGoodEnough);
  const standings = models.map(({ name }) => byName.get(name)!);
  if (chosen === undefined)
    return {
      ...{ judged, best: best.name, recommended: null, standings },
      reason: `no model reaches a quality of ${leastQuality}; the best, ${best.name}, has ${qualityOf(best).toFixed(3)}`,
    };
  const { loss, lossBound } = byName.get(chosen.name)!;
  const reason =
    chosen === best
      ? models.length === 1
        ? 'it is the only model that could be run'
        : `it has the best quality, and ${sorted[0] === best ? 'needs the least memory' : `every smaller model loses more than ${percent(allowedLoss)}`}`
      : `the smallest that loses at most ${percent(allowedLoss)} on ${best.name}: ${percent(Math.max(0, loss!))} on ${judged} prompts; ${
          lossBound! <= allowedLoss
            ? `at most ${percent(lossBound!)} with 95 %`
            : `so few prompts allow no more than "at most ${percent(lossBound!)}" with 95 %`
        }`;
  return { judged, best: best.name, recommended: chosen.name, standings, reason };
}
