// The product's learned cascade on pairs of models whose answers are known: what `tiergate calibrate` learns from the requests of four
// folds decides those of the fifth, at every price that quality may have.
import type { DraftConfidence } from '../../contract/draft.ts';
import type { Task } from '../../contract/policy.ts';
import { acceptanceOf, signalsAt } from '../../policies/draft/acceptance.ts';
import { type GapInput, gapOf, ownInputs } from '../../policies/gap/gap.ts';
import { fitOwnTraffic } from '../../policies/gap/own-traffic.ts';
import { isForLearning, learnDrafts, type ScoredCapture } from '../../router/calibrate/fit-drafts.ts';

/** One request with the answers of both models. */
export interface PairRequest {
  id: string;
  prompt: GapInput & { task: Task; kind: string };
  /** Of the weaker one's answer. */
  confidence: DraftConfidence;
  /** 0 or 1: the answer is right. */
  weak: number;
  strong: number;
}

/** One way to run a router: what each prompt then costs and whether its answer is right. */
export interface Setting {
  /** Of a call of the stronger model. */
  costs: Float64Array;
  /** 0 or 1, or between in expectation. */
  rights: Float64Array;
}

export interface CascadeCosts {
  /** Of a whole draft, of a call of the stronger model. */
  draft: number;
  earlyTokens: number;
}

/** Least acceptances of a whole draft: from "all strong" to "all weak". */
const LEASTS = Array.from({ length: 121 }, (_, i) => 1 - i / 100);
const FOLDS = 5;

const isLoss = ({ weak, strong }: PairRequest): boolean => strong > weak;

/** Gap 1|2 of every request as `calibrate` would see it after learning from `others`. */
function ownGap(others: readonly PairRequest[]): (request: PairRequest) => number {
  const own = fitOwnTraffic(
    others.map((each) => ({
      ...ownInputs(each.prompt.ask, each.prompt.task),
      kind: each.prompt.kind,
      label: Number(isLoss(each)),
    })),
  );
  return ({ prompt }) => gapOf(prompt, own)['1|2'];
}

export interface LearnedCascade {
  /** One for each least acceptance: by whole drafts alone, and with a look at the first tokens. */
  whole: Setting[];
  early: Setting[];
  /** Of each request: its gap by the prompt, and its acceptance, by models that had not seen it. */
  gaps: number[];
  acceptances: number[];
}

/** @param requests enough of them that every fold has some */
export function learnedCascade(
  requests: readonly PairRequest[],
  { draft, earlyTokens }: CascadeCosts,
): LearnedCascade {
  const settings = (): Setting[] =>
    LEASTS.map(() => ({
      costs: new Float64Array(requests.length),
      rights: new Float64Array(requests.length),
    }));
  const result: LearnedCascade = {
    ...{ whole: settings(), early: settings() },
    gaps: new Array<number>(requests.length),
    acceptances: new Array<number>(requests.length),
  };
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const others = requests.filter((_, i) => i % FOLDS !== fold);
    const gapOfRequest = ownGap(others.filter(({ id }) => isForLearning(id)));
    const promptOf = (each: PairRequest): ScoredCapture['prompt'] => ({
      gap: gapOfRequest(each),
      promptTokens: each.prompt.promptTokens,
      kind: each.prompt.kind,
    });
    const learned = learnDrafts(
      others.map((each) => {
        const prompt = promptOf(each);
        return {
          ...{ caller: 'bench', task: each.prompt.task, score: prompt.gap, isLoss: isLoss(each), prompt },
          ...{ isForLearning: isForLearning(each.id), confidence: each.confidence },
          ...{ lowMicrousd: 0, highMicrousd: 1 },
        };
      }),
      { earlyTokens, draftCost: draft },
    );
    if (learned === null) throw new Error('too few drafts to learn from');
    const rules = LEASTS.map((least) => learned.ruleFor(least));
    requests.forEach((each, i) => {
      if (i % FOLDS !== fold) return;
      const prompt = promptOf(each);
      const acceptance = acceptanceOf('whole', each.confidence, prompt, learned.whole.own);
      const first = signalsAt('early', each.confidence);
      const atFirst =
        first === null || learned.early === null
          ? null
          : { chance: acceptanceOf('early', first, prompt, learned.early.own), tokens: first.tokens };
      result.gaps[i] = prompt.gap;
      result.acceptances[i] = acceptance;
      LEASTS.forEach((least, at) => {
        const { breakOff, skipGap } = rules[at]!;
        const place = (setting: Setting, paid: number, isUp: boolean): void => {
          setting.costs[i] = paid + Number(isUp);
          setting.rights[i] = isUp ? each.strong : each.weak;
        };
        const isSkipped = prompt.gap >= skipGap;
        const isUp = acceptance < least;
        place(result.whole[at]!, isSkipped ? 0 : draft, isSkipped || isUp);
        if (!isSkipped && atFirst !== null && atFirst.chance < breakOff)
          place(result.early[at]!, (draft * atFirst.tokens) / each.confidence.tokens, true);
        else place(result.early[at]!, isSkipped ? 0 : draft, isSkipped || isUp);
      });
    });
  }
  return result;
}
