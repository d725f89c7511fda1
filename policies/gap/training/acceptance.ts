// Whether a gap model may be shipped: fitted without a source, it must rank that source's prompts better than their length
// does, and better than chance (the same share of calls at random: APGR 0.5), on the mean of all sources left out in turn.
import { gapOdds, TIER_PAIRS, type TierPair } from '../model.ts';
import { fitGapModel, meanOf, outcomeOf } from './fit.ts';
import { scoreRouter } from './metrics.ts';
import type { Row } from './rows.ts';

export interface UnseenRanking {
  source: string;
  pair: TierPair;
  prompts: number;
  /** APGR of each; random's is 0.5 whatever the set. */
  ours: number;
  length: number;
}

const RANDOM = 0.5;

/** Of three sources at least: one for each source and pair of tiers in it where the stronger model gains anything. */
export function rankUnseen(rows: readonly Row[]): UnseenRanking[] {
  return [...new Set(rows.map(({ source }) => source))].flatMap((source) => {
    const model = fitGapModel(
      rows.filter((row) => row.source !== source),
      'left-out',
    );
    const tested = rows.filter((row) => row.source === source);
    // In a set of two models both pairs are the same.
    return TIER_PAIRS.slice(0, tested[0]!.mid === null ? 1 : 2).flatMap((pair): UnseenRanking[] => {
      const outcomes = tested.map((row) => outcomeOf(row, pair));
      if (meanOf(outcomes.map(({ weak, strong }) => strong - weak)) <= 0) return [];
      const apgr = (scores: readonly number[]): number => scoreRouter(outcomes, scores).apgr;
      return [
        {
          ...{ source, pair, prompts: tested.length },
          ours: apgr(tested.map(({ values }) => gapOdds(model, pair, values))),
          length: apgr(tested.map(({ prompt }) => prompt.length)),
        },
      ];
    });
  });
}

/** Why a model that was fitted like these is refused; null: it is better than both baselines. */
export function refusalOf(rankings: readonly UnseenRanking[]): string | null {
  const ours = meanOf(rankings.map((each) => each.ours));
  const length = meanOf(rankings.map((each) => each.length));
  const best = Math.max(length, RANDOM);
  // Not a number, of no source at all, is no proof either.
  if (ours > best) return null;
  const names = length > RANDOM ? 'the length of the prompt' : 'chance';
  return `refused: on sources left out in turn the model's mean APGR is ${ours.toFixed(3)}, not above ${names} (${best.toFixed(3)}); policies/gap/model.json is left as it was`;
}
