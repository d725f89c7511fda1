// What judged pairs of answers teach: a correction of the gap model, certified thresholds, and what they would save. The labels are
// split: the correction learns from some, the thresholds are certified on the others, so that the promise holds for what it says.
import type { RequestFacts, Task } from '../../contract/policy.ts';
import { CALIBRATION_VERSION, type Calibration } from '../../policies/gap/calibration.ts';
import { ownInputs } from '../../policies/gap/gap.ts';
import { fitLevel, fitOwnTraffic, kindOf, type OwnTraffic } from '../../policies/gap/own-traffic.ts';
import { type GapPrior, movedPrior } from '../../policies/gap/prior.ts';
import { type CurvePoint, lossCurve } from '../../policies/guarantee/curve.ts';
import { certify, certifyGroups, type RiskBound } from '../../policies/guarantee/thresholds.ts';
import { askOf, gatherFacts } from '../facts.ts';
import type { JudgedCapture } from './answers.ts';
import { type DraftOptions, fitDrafts, isForLearning, type ScoredCapture } from './fit-drafts.ts';

/** Labels below which the gap model is left as it is. */
const LEAST_LABELS = 50;

export interface CalibrationResult {
  calibration: Calibration;
  /** Labels used for certifying. */
  certifiedOn: number;
  /** By the gap alone, before an answer; and by the acceptance of the whole low answer, which pays for every low answer. */
  router: CurvePoint[];
  cascade: CurvePoint[] | null;
  /** Mean cost of a request when all go high, micro-USD. */
  highMicrousd: number;
}

export interface FitOptions extends DraftOptions {
  /** ISO 8601. */
  at: string;
  /** What the config knows of the levels' quality. */
  prior: GapPrior;
}

function correctionOf(judged: readonly JudgedCapture[], prior: GapPrior): OwnTraffic | null {
  const learning = judged.filter(({ capture }) => isForLearning(capture.id));
  if (judged.length < LEAST_LABELS || learning.length === 0) return null;
  return fitOwnTraffic(
    learning.map(({ request, capture, isLoss }) => ({
      ...ownInputs(askOf(request), capture.task as Task, prior),
      kind: kindOf(capture.caller, capture.task),
      label: isLoss ? 1 : 0,
    })),
  );
}

/** A level of its own from few labels, shrunk as the correction's; moving all scores alike leaves what is certified as it was. */
function measuredRate(judged: readonly JudgedCapture[], prior: GapPrior): Calibration['rate'] {
  const examples = judged.map(({ request, capture, isLoss }) => ({
    ...ownInputs(askOf(request), capture.task as Task, prior),
    ...{ values: [], kind: '', label: isLoss ? 1 : 0 },
  }));
  const gap = examples.reduce((sum, { label }) => sum + label, 0) / examples.length;
  return { gap, judged: examples.length, offset: fitLevel(examples) };
}

/** The facts that routing would see. */
const factsOfJudged = (
  { request, capture: { id, caller } }: JudgedCapture,
  own: OwnTraffic | null,
  prior: GapPrior,
): RequestFacts => {
  const context = {
    requestId: id,
    surface: 'chat.completions',
    caller,
    headers: {},
    now: new Date(0),
    own,
    prior,
  };
  return gatherFacts(request, context, { counts: {}, sensitivity: 'public' });
};

/** Pure. */
export function fitCalibration(
  judged: readonly JudgedCapture[],
  bound: RiskBound,
  options: FitOptions,
): CalibrationResult {
  const own = correctionOf(judged, options.prior);
  const rate = own === null && judged.length > 0 ? measuredRate(judged, options.prior) : null;
  const prior = movedPrior(options.prior, rate?.offset ?? 0);
  const scored = judged.map((each): ScoredCapture => {
    const { gap, promptTokens } = factsOfJudged(each, own, prior);
    const { caller, task } = each.capture;
    return {
      ...{
        caller,
        task,
        score: gap['1|2'],
        isLoss: each.isLoss,
        isForLearning: isForLearning(each.capture.id),
      },
      lowMicrousd: each.low.costMicrousd,
      highMicrousd: each.high.costMicrousd,
      prompt: { gap: gap['1|2'], promptTokens, kind: kindOf(caller, task) },
      confidence: each.low.confidence,
    };
  });
  const requests = own === null ? scored : scored.filter((each) => !each.isForLearning);
  const groups = certifyGroups(requests, bound);
  // Tasks of a caller that were not judged take the caller's threshold.
  const callers = [...new Set(requests.map(({ caller }) => caller))].map((caller) => ({
    caller,
    task: '*',
    testedOn: 'caller' as const,
    ...certify(
      requests.filter((each) => each.caller === caller),
      bound,
    ),
  }));
  const learned = own === null ? null : fitDrafts(scored, bound, options);
  return {
    calibration: {
      ...{ version: CALIBRATION_VERSION, at: options.at, ...bound, own, rate },
      acceptance: learned?.acceptance ?? null,
      thresholds: [...groups, ...callers],
    },
    certifiedOn: requests.length,
    router: lossCurve(requests, bound.delta),
    cascade: learned?.curve ?? null,
    highMicrousd: requests.reduce((sum, each) => sum + each.highMicrousd, 0) / Math.max(1, requests.length),
  };
}

/** The point that keeps the most low while the loss is below a limit with the curve's certainty; undefined: none does. */
export const bestPoint = (curve: readonly CurvePoint[], mostLoss: number): CurvePoint | undefined =>
  curve.findLast(({ lossHigh }) => lossHigh <= mostLoss);
