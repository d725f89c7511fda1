// What judged pairs of answers teach: a correction of the gap model, certified thresholds, and what they would save. The labels are
// split: the correction learns from some, the thresholds are certified on the others, so that the promise holds for what it says.
import { createHash } from 'node:crypto';
import type { Task } from '../../contract/policy.ts';
import type { Calibration } from '../../policies/gap/calibration.ts';
import { ownInputs } from '../../policies/gap/gap.ts';
import { fitOwnTraffic, kindOf, type OwnTraffic } from '../../policies/gap/own-traffic.ts';
import { type CurvePoint, lossCurve } from '../../policies/guarantee/curve.ts';
import {
  type Certified,
  certify,
  certifyGroups,
  type RiskBound,
} from '../../policies/guarantee/thresholds.ts';
import { askOf, gatherFacts } from '../facts.ts';
import type { JudgedCapture } from './answers.ts';

/** Labels below which the gap model is left as it is. */
const LEAST_LABELS = 50;
/** Share of the labels that the correction learns from. */
const LEARNING_SHARE = 0.4;

export interface CalibrationResult {
  calibration: Calibration;
  /** Labels used for certifying. */
  certifiedOn: number;
  /** By the gap alone, before an answer; and by the low answer's own confidence, which pays for every low answer. */
  router: CurvePoint[];
  cascade: CurvePoint[] | null;
  /** Of the cascade; its limit is the calibration's `minMeanLogprob`. */
  drafts: Certified | null;
  /** Mean cost of a request when all go high, micro-USD. */
  highMicrousd: number;
}

const isForLearning = ({ capture }: JudgedCapture): boolean =>
  createHash('sha256').update(capture.id).digest().readUInt32BE(0) / 2 ** 32 < LEARNING_SHARE;

function correctionOf(judged: readonly JudgedCapture[]): OwnTraffic | null {
  const learning = judged.filter(isForLearning);
  if (judged.length < LEAST_LABELS || learning.length === 0) return null;
  return fitOwnTraffic(
    learning.map(({ request, capture, isLoss }) => ({
      ...ownInputs(askOf(request), capture.task as Task),
      kind: kindOf(capture.caller, capture.task),
      label: isLoss ? 1 : 0,
    })),
  );
}

/** The score that routing would see. */
function scoreOf({ request, capture: { id, caller } }: JudgedCapture, own: OwnTraffic | null): number {
  const context = { requestId: id, surface: 'chat.completions', caller, headers: {}, now: new Date(0), own };
  return gatherFacts(request, context, { counts: {}, sensitivity: 'public' }).gap['1|2'];
}

/** @param at ISO 8601 */
export function fitCalibration(
  judged: readonly JudgedCapture[],
  bound: RiskBound,
  at: string,
): CalibrationResult {
  const own = correctionOf(judged);
  const held = own === null ? judged : judged.filter((each) => !isForLearning(each));
  const requests = held.map((each) => ({
    caller: each.capture.caller,
    task: each.capture.task,
    score: scoreOf(each, own),
    isLoss: each.isLoss,
    lowMicrousd: each.low.costMicrousd,
    highMicrousd: each.high.costMicrousd,
    // 0 sure ... 1 unsure.
    doubt: each.low.meanLogprob === null ? null : 1 - Math.exp(each.low.meanLogprob),
  }));
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
  const sure = requests.flatMap(({ doubt, ...rest }) => (doubt === null ? [] : [{ ...rest, score: doubt }]));
  const drafts = sure.length === requests.length && sure.length > 0 ? certify(sure, bound) : null;
  return {
    calibration: {
      ...{ version: 1, at, ...bound, own },
      minMeanLogprob: drafts && drafts.threshold > 0 ? Math.log(Math.max(1e-6, 1 - drafts.threshold)) : null,
      thresholds: [...groups, ...callers],
    },
    certifiedOn: requests.length,
    router: lossCurve(requests, bound.delta),
    cascade: drafts && lossCurve(sure, bound.delta, { alwaysLow: true }),
    drafts,
    highMicrousd: requests.reduce((sum, each) => sum + each.highMicrousd, 0) / Math.max(1, requests.length),
  };
}

/** The point that keeps the most low while the loss is below a limit with the curve's certainty; undefined: none does. */
export const bestPoint = (curve: readonly CurvePoint[], mostLoss: number): CurvePoint | undefined =>
  curve.findLast(({ lossHigh }) => lossHigh <= mostLoss);
