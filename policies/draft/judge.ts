// Whether a draft stands. Free signs first (nothing said, cut off, declined, in circles, wrong form), then its acceptance, by how sure
// the model was of its tokens, then whether it would say so again. An early judgement sees the first tokens only, so it asks
// only what they can tell.
import type { ChatRequest } from '../../contract/chat.ts';
import type { CascadeMode, Draft, DraftJudge, DraftVerdict } from '../../contract/draft.ts';
import type { OwnTraffic } from '../gap/own-traffic.ts';
import { type AcceptanceStage, acceptanceOf, type DraftPrompt, signalsAt } from './acceptance.ts';
import { disagreement } from './agreement.ts';
import { declines } from './refusal-phrases.ts';
import { repetitionIn } from './repetition.ts';
import { formProblem } from './validity.ts';

/** What a draft must reach to stand. */
export interface DraftLimits {
  /** Tokens after which a stream is looked at. */
  earlyTokens: number;
  acceptance: {
    /** What was learned from own traffic; null: the shipped weights alone. */
    own: Record<AcceptanceStage, OwnTraffic | null>;
    /** Least acceptance, 0 ... 1: of a whole draft, and of a stream that is decided by its first tokens. */
    least: Record<AcceptanceStage, number>;
    /** A held stream whose first tokens have less is broken off; 0: none is. */
    breakOff: number;
  };
  /** Of a whole draft that stands otherwise; 0: none. */
  samples: number;
  /** Mean agreement of a draft with its samples, 0 ... 1, below which it moves up. */
  minAgreement: number;
}

type Check = (draft: Draft, request: ChatRequest) => string | null;

/** An answer that reached the client's own limit is as long as was asked for. */
const hasLimit = ({ max_tokens, max_completion_tokens }: ChatRequest): boolean =>
  (max_completion_tokens ?? max_tokens ?? null) !== null;

const ANY_TIME: readonly Check[] = [
  ({ refusal, text }) => (refusal || declines(text) ? 'it declines to answer' : null),
  ({ text }) => repetitionIn(text),
];

const WHEN_WHOLE: readonly Check[] = [
  ({ text, toolCalls }) => (text.trim() === '' && toolCalls.length === 0 ? 'it is empty' : null),
  ({ finishReason }) => (finishReason === 'content_filter' ? 'a content filter stopped it' : null),
  ({ finishReason }, request) =>
    finishReason === 'length' && !hasLimit(request) ? 'it ran out of context' : null,
  (draft, request) => formProblem(request, draft),
];

/** By how sure the model was of its tokens; a target that reports nothing is not doubted. */
function byAcceptance(
  { confidence, finishReason }: Draft,
  { mode, prompt }: JudgedRequest,
  { earlyTokens, acceptance }: DraftLimits,
): DraftVerdict {
  const stage = finishReason === null ? 'early' : 'whole';
  // Servers that count no tokens as they come may be a token off.
  const signals = signalsAt(stage, confidence) ?? signalsAt('whole', confidence);
  if (signals === null) return { stands: true, reason: null };
  const score = acceptanceOf(stage, signals, prompt, acceptance.own[stage]);
  const least = stage === 'early' && mode === 'hold' ? acceptance.breakOff : acceptance.least[stage];
  const stands = score >= least;
  const at = stage === 'early' ? ` after ${earlyTokens} tokens` : '';
  return { stands, reason: `acceptance ${score.toFixed(3)} ${stands ? '>=' : '<'} ${least.toFixed(3)}${at}` };
}

export interface JudgedRequest {
  mode: CascadeMode;
  prompt: DraftPrompt;
}

export function draftJudge(request: ChatRequest, judged: JudgedRequest, limits: DraftLimits): DraftJudge {
  return {
    mode: judged.mode,
    earlyTokens: limits.earlyTokens,
    samples: limits.samples,
    compare: (draft, samples) => disagreement(draft, samples, limits.minAgreement),
    judge(draft) {
      const checks = draft.finishReason === null ? ANY_TIME : [...WHEN_WHOLE, ...ANY_TIME];
      for (const check of checks) {
        const reason = check(draft, request);
        if (reason !== null) return { stands: false, reason };
      }
      return byAcceptance(draft, judged, limits);
    },
  };
}
