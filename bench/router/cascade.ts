// Cascades of real local models: the weaker answers, and its own confidence decides whether the answer stands. Beside them routers
// that see the prompt alone.
import { acceptanceOf } from '../../policies/draft/acceptance.ts';
import { gapOf } from '../../policies/gap/gap.ts';
import { meanOf } from '../../policies/gap/training/fit.ts';
import { areaUnderRoc, scoreRouter } from '../../policies/gap/training/metrics.ts';
import { bootstrapped } from './bootstrap.ts';
import { type Bands, bandsOf, costsFrom, settingsOf } from './cascade-curves.ts';
import { FIRST_TOKENS, type Pair } from './cascade-pairs.ts';
import { learnedCascade, type Setting } from './cascade-policy.ts';
import { BOUNDS, largestShare, rankingOf } from './split.ts';
import { type Measured, measure } from './unseen.ts';

/** What a call of the weaker model costs, of one of the stronger. Whoever is kept low pays it; the cascade pays it for all that it drafts. */
export const WEAK_COST = 0.05;

export interface CascadeCurve extends Bands {
  router: string;
  /** Sees the prompt alone: one of those that the others are compared with. */
  isByPrompt: boolean;
  /** Of "the weaker model's answer is wrong". */
  auc: number;
  /** Over the share that is sent up; the weaker call is paid for all. Of "a look at the first tokens" that of whole drafts. */
  apgr: Measured;
  /** The most that can stay with the weaker model within each of BOUNDS below the stronger one alone. */
  shares: Measured[];
}

export interface CascadeResult extends Omit<Pair, 'requests'> {
  prompts: number;
  weakRight: number;
  strongRight: number;
  /** APGR of who knows both outcomes: no ranking has more. */
  oracleApgr: number;
  oracleShares: Measured[];
  /** Of a request, of a call of the stronger model: where the curves are looked at. */
  costs: number[];
  curves: CascadeCurve[];
}

/** @param rounds of bootstrap @param samples times that a draft was asked for again; 0: agreement is not looked at */
export function cascadeCurves(
  { requests, ...pair }: Pair,
  { rounds, samples }: { rounds: number; samples: number },
): CascadeResult {
  const right = requests.map(({ weak }) => weak);
  const strong = requests.map((each) => each.strong);
  const outcomes = requests.map((each) => ({ weak: each.weak, strong: each.strong }));
  const wrong = right.map((each) => 1 - each);
  const gains = requests.map((each) => each.strong - each.weak);
  const shippedGaps = requests.map(({ prompt }) => gapOf(prompt)['1|2']);
  const learned = learnedCascade(requests, { draft: WEAK_COST, earlyTokens: FIRST_TOKENS });
  const ranked = (router: string, isByPrompt: boolean, scores: readonly number[], settings: Setting[]) => ({
    ...{ router, isByPrompt, auc: areaUnderRoc(wrong, scores), settings },
    apgr: measure(outcomes, scores, rounds).apgr,
    shares: sharesWithin(gains, scores, rounds),
  });
  const byPrompt = (router: string, scores: readonly number[]) =>
    ranked(
      `prompt: ${router}`,
      true,
      scores,
      settingsOf(scores, { right, strong }, { drafts: 0, kept: WEAK_COST }),
    );
  const byAnswer = (router: string, scores: readonly number[], calls = 1) =>
    ranked(
      `answer: ${router}`,
      false,
      scores,
      settingsOf(scores, { right, strong }, { drafts: WEAK_COST * calls, kept: 0 }),
    );
  const doubts = learned.acceptances.map((chance) => 1 - chance);
  const signal = (of: (each: Pair['requests'][number]) => number | null): number[] =>
    requests.map((each) => of(each) ?? 0);
  const curves = [
    byPrompt('gap model', shippedGaps),
    byPrompt(
      'length',
      requests.map(({ chars }) => chars),
    ),
    byPrompt('gap model, own labels', learned.gaps),
    byAnswer(
      'mean log probability',
      signal(({ confidence }) => -confidence.meanLogprob!),
    ),
    byAnswer(
      'mean entropy',
      signal(({ confidence }) => confidence.meanEntropy),
    ),
    byAnswer(
      'smallest margin',
      signal(({ confidence }) => -confidence.minMargin!),
    ),
    ...(samples === 0
      ? []
      : [
          byAnswer(
            `${samples} samples of it`,
            signal(({ agreement }) => -agreement!),
            1 + samples,
          ),
        ]),
    byAnswer(
      'shipped acceptance',
      requests.map(
        ({ confidence, prompt }, i) =>
          1 -
          acceptanceOf('whole', confidence, {
            gap: shippedGaps[i]!,
            ...{ promptTokens: prompt.promptTokens, kind: prompt.kind },
          }),
      ),
    ),
    ranked('acceptance, own labels', false, doubts, learned.whole),
    ranked(`the same, a look at ${FIRST_TOKENS} tokens`, false, doubts, learned.early),
  ];
  const costs = costsFrom(WEAK_COST);
  const bands = bandsOf(
    curves.map(({ settings }) => settings),
    curves.flatMap(({ settings, isByPrompt }) => (isByPrompt ? [settings] : [])),
    costs,
    rounds,
  );
  return {
    ...pair,
    ...{ prompts: requests.length, costs, weakRight: meanOf(right), strongRight: meanOf(strong) },
    oracleApgr: scoreRouter(outcomes, gains).apgr,
    oracleShares: sharesWithin(gains, gains, rounds),
    curves: curves.map(({ settings: _, ...curve }, i) => ({
      ...curve,
      ...bands[i]!,
    })),
  };
}

function sharesWithin(gains: readonly number[], scores: readonly number[], rounds: number): Measured[] {
  const ranking = rankingOf(scores);
  return bootstrapped(gains.length, rounds, (weights) =>
    BOUNDS.map((bound) => largestShare(gains, ranking, weights, bound)),
  );
}
