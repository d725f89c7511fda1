// Answers captured requests again on the lowest and on the highest tier and judges the pairs. All calls go through the pipeline, and
// so through its sensitivity gate; it stops before the budget would be passed.
import { Cancellation } from '../../contract/cancellation.ts';
import type { ChatCompletion, ChatMessage, ChatRequest } from '../../contract/chat.ts';
import type { DraftConfidence } from '../../contract/draft.ts';
import { toGatewayError } from '../../contract/errors.ts';
import type { Ledger } from '../../contract/ledger.ts';
import type { RequestFacts, TargetView } from '../../contract/policy.ts';
import type { TierLevel } from '../../contract/tier.ts';
import { decide } from '../../policies/decide.ts';
import { worstCaseMicrousd } from '../../policies/fold.ts';
import type { Capture } from '../../store/requests.ts';
import { reportedConfidence } from '../../tiers/draft-reader.ts';
import { answer, type Gateway } from '../pipeline.ts';

/** Rows of calibration stand in the ledger under this caller, so that they can be told from traffic. */
export const CALIBRATION_CALLER = 'tiergate:calibrate';

export interface TierAnswer {
  message: ChatMessage;
  costMicrousd: number;
  /** Null: the target does not say how sure it was. */
  confidence: DraftConfidence | null;
}

export interface AnsweredCapture {
  capture: Capture;
  request: ChatRequest;
  low: TierAnswer;
  high: TierAnswer;
}

export interface JudgedCapture {
  capture: Capture;
  request: ChatRequest;
  low: Pick<TierAnswer, 'costMicrousd' | 'confidence'>;
  high: Pick<TierAnswer, 'costMicrousd'>;
  /** The low answer is not worth the high one's. */
  isLoss: boolean;
}

/** What the calls have cost so far, and the last of them. */
export class CostMeter {
  spentMicrousd = 0;
  lastMicrousd: number | null = null;

  note(microusd: number | null): void {
    this.lastMicrousd = microusd;
    this.spentMicrousd += microusd ?? 0;
  }
}

export interface Judgement {
  judged: JudgedCapture[];
  /** By why. */
  skipped: Record<string, number>;
  /** The budget ended it before all captures were answered. */
  isCut: boolean;
}

export interface AnswerOptions {
  low: TierLevel;
  high: TierLevel;
  budgetMicrousd: number;
  meter: CostMeter;
  judge(pair: AnsweredCapture): Promise<boolean>;
  onProgress(done: number, total: number): void;
}

/** The ledger under another caller's name, with a meter. */
export function calibrationLedger(ledger: Ledger, meter: Pick<CostMeter, 'note'>): Ledger {
  return {
    record(entry) {
      meter.note(entry.request.costMicrousd);
      const { capture: _, ...rest } = entry;
      return ledger.record({ ...rest, request: { ...entry.request, caller: CALIBRATION_CALLER } });
    },
    problem: () => ledger.problem(),
    close: () => ledger.close(),
  };
}

const viewsOf = (gateway: Gateway): TargetView[] =>
  [...gateway.runners.values()].map((guarded) => ({ ...guarded.runner.target, state: guarded.state() }));

/** What the call of a tier may cost; null where policies, or what is known of prices, forbid it. */
function allowance(
  gateway: Gateway,
  facts: RequestFacts,
  tier: TierLevel,
): { microusd: number } | { refused: string } {
  const views = viewsOf(gateway);
  // By the facts of the original: what was found in it must not go where policies forbade it, redacted or not.
  const { candidates } = decide({ ...facts, override: { ...facts.override, tier } }, views, gateway.policies);
  if (candidates.length === 0) return { refused: `Level ${tier} is not allowed for it, or not there` };
  const costs = candidates.map(({ target }) =>
    worstCaseMicrousd(views.find(({ id }) => id === target)!, facts),
  );
  if (costs.includes(null)) return { refused: `the price of Level ${tier} is unknown` };
  return { microusd: Math.max(...(costs as number[])) };
}

async function ask(
  gateway: Gateway,
  capture: Capture,
  request: ChatRequest,
  tier: TierLevel,
): Promise<ChatCompletion> {
  const reply = await answer(gateway, {
    request,
    requestId: `${capture.id}-calibrate-${tier}-${Date.now().toString(36)}`,
    surface: 'chat.completions',
    caller: capture.caller,
    headers: { 'x-tiergate-tier': `${tier}`, 'x-tiergate-cascade': 'off' },
    confidenceTokens: gateway.draftLimits.earlyTokens,
    cancellation: new Cancellation(),
  });
  if (reply.kind !== 'completion') throw new Error('a whole answer was asked for');
  return JSON.parse(reply.body) as ChatCompletion;
}

export async function judgeCaptures(
  gateway: Gateway,
  captures: readonly Capture[],
  knownFacts: (capture: Capture) => RequestFacts | null,
  { low, high, budgetMicrousd, meter, judge, onProgress }: AnswerOptions,
): Promise<Judgement> {
  const result: Judgement = { judged: [], skipped: {}, isCut: false };
  const skip = (why: string): void => {
    result.skipped[why] = (result.skipped[why] ?? 0) + 1;
  };
  for (const [index, capture] of captures.entries()) {
    onProgress(index, captures.length);
    const facts = knownFacts(capture);
    if (facts === null) {
      skip('its facts are not in the ledger');
      continue;
    }
    let most = 0;
    let refused: string | null = null;
    for (const tier of [low, high]) {
      const allowed = allowance(gateway, facts, tier);
      if ('refused' in allowed) refused ??= allowed.refused;
      else most += allowed.microusd;
    }
    if (refused !== null) {
      skip(refused);
      continue;
    }
    if (meter.spentMicrousd + most > budgetMicrousd) {
      result.isCut = true;
      break;
    }
    const { stream: _, stream_options: __, ...rest } = JSON.parse(capture.request) as ChatRequest;
    const request: ChatRequest = { ...rest, model: 'auto' };
    const answerOf = async (tier: TierLevel): Promise<TierAnswer> => {
      const completion = await ask(gateway, capture, request, tier);
      return {
        message: completion.choices[0]!.message,
        costMicrousd: meter.lastMicrousd ?? most,
        confidence: reportedConfidence(completion),
      };
    };
    try {
      const pair = { capture, request, low: await answerOf(low), high: await answerOf(high) };
      result.judged.push({ ...pair, isLoss: !(await judge(pair)) });
    } catch (thrown) {
      skip(`a call failed (${toGatewayError(thrown).code})`);
    }
  }
  onProgress(captures.length, captures.length);
  return result;
}
