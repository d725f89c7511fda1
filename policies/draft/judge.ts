// Whether a draft stands. Free signs first (nothing said, cut off, declined, in circles, wrong form), then how sure the model
// was of its tokens, then whether it would say so again. An early judgement sees the first tokens only, so it asks only what
// they can tell.
import type { ChatRequest } from '../../contract/chat.ts';
import type { CascadeMode, Draft, DraftConfidence, DraftJudge } from '../../contract/draft.ts';
import { disagreement } from './agreement.ts';
import { declines } from './refusal-phrases.ts';
import { repetitionIn } from './repetition.ts';
import { formProblem } from './validity.ts';

export interface DraftLimits {
  /** Tokens that an early judgement waits for. */
  earlyTokens: number;
  /** A draft below or above one of these moves up; null: not looked at. */
  minMeanLogprob: number | null;
  /** Nats. */
  maxMeanEntropy: number | null;
  /** 0 ... 1. */
  minMargin: number | null;
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

/** What is unsure about it; null: it is sure enough, or reports nothing. */
export function doubtOf(confidence: DraftConfidence | null, limits: DraftLimits): string | null {
  if (confidence === null) return null;
  const { meanLogprob, meanEntropy, minMargin } = confidence;
  const below = (name: string, value: number | null, limit: number | null): string | null =>
    value !== null && limit !== null && value < limit ? `${name} ${value.toFixed(2)} < ${limit}` : null;
  return (
    below('mean log probability', meanLogprob, limits.minMeanLogprob) ??
    (meanEntropy !== null && limits.maxMeanEntropy !== null && meanEntropy > limits.maxMeanEntropy
      ? `mean entropy ${meanEntropy.toFixed(2)} > ${limits.maxMeanEntropy}`
      : null) ??
    below('smallest margin', minMargin, limits.minMargin)
  );
}

export function draftJudge(request: ChatRequest, mode: CascadeMode, limits: DraftLimits): DraftJudge {
  return {
    mode,
    earlyTokens: limits.earlyTokens,
    samples: limits.samples,
    compare: (draft, samples) => disagreement(draft, samples, limits.minAgreement),
    judge(draft) {
      const checks = draft.finishReason === null ? ANY_TIME : [...WHEN_WHOLE, ...ANY_TIME];
      for (const check of checks) {
        const objection = check(draft, request);
        if (objection !== null) return objection;
      }
      return doubtOf(draft.confidence, limits);
    },
  };
}
