// OpenAI response bodies of the engine host: chunks, completions, usage; and our `tiergate` extension with the
// answer's confidence. Source: OpenAI API reference, "The chat completion object" and "... chunk object".
import type { ChatChunk, ChatCompletion, ChatDelta, ChatMessage, ToolCall, Usage } from '../contract/chat.ts';
import type { DraftConfidence, TokenSignals } from '../contract/draft.ts';
import {
  type AnswerParser,
  type AnswerPlan,
  createAnswerParser,
  thinks,
} from './answer-format/answer-format.ts';
import type { TokenLogprob } from './generate.ts';

/** One request's identity, the same in all of its chunks. */
export interface AnswerHead {
  id: string;
  created: number;
  model: string;
  system_fingerprint: string;
}

/** One choice, finished. */
export interface FinishedChoice {
  text: string;
  reasoning: string;
  toolCalls: FunctionCall[];
  logprobs: TokenLogprob[];
  reason: 'stop' | 'length' | 'tool_calls';
  completionTokens: number;
  /** Of those, the ones of the thoughts. */
  reasoningTokens: number;
  cachedTokens: number;
  confidence: DraftConfidence;
}

export interface FunctionCall extends ToolCall {
  type: 'function';
  /** `arguments`: JSON text as the model wrote it. */
  function: { name: string; arguments: string };
}

/** An answer's part with its place among the calls. */
export type DeltaPart =
  | { type: 'reasoning' | 'content'; text: string }
  | { type: 'call'; index: number; id: string; name: string }
  | { type: 'arguments'; index: number; text: string };

const signalsBody = (signals: TokenSignals) => ({
  tokens: signals.tokens,
  mean_logprob: signals.meanLogprob,
  min_logprob: signals.minLogprob,
  mean_entropy: signals.meanEntropy,
  min_margin: signals.minMargin,
  second_margin: signals.secondMargin,
  near_ties: signals.nearTies,
  close_ties: signals.closeTies,
  rivals_1: signals.rivals1,
  rivals_3: signals.rivals3,
  rivals_10: signals.rivals10,
  rivals_30: signals.rivals30,
});

export const confidenceBody = ({ early, ...whole }: DraftConfidence) => ({
  confidence: { ...signalsBody(whole), ...(early && { early: signalsBody(early) }) },
});

const logprobsBody = (logprobs: readonly TokenLogprob[] | null) =>
  logprobs ? { content: [...logprobs], refusal: null } : null;

/** Usage of prompts that have equally many choices each, in their order. `thinks`: thoughts are counted. */
export function usageBody(
  prompts: readonly Int32Array[],
  choices: readonly FinishedChoice[],
  thinks: boolean,
): Usage {
  const promptTokens = prompts.reduce((sum, prompt) => sum + prompt.length, 0);
  const n = choices.length / prompts.length;
  const cachedTokens = prompts
    .map((_, index) => choices.slice(index * n, (index + 1) * n).map((choice) => choice.cachedTokens))
    .reduce((sum, cached) => sum + Math.max(0, ...cached), 0);
  const completionTokens = choices.reduce((sum, choice) => sum + choice.completionTokens, 0);
  const reasoningTokens = choices.reduce((sum, choice) => sum + choice.reasoningTokens, 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
    ...(thinks && { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
  };
}

export interface Delta {
  /** Null: the choice has begun, with nothing said yet. */
  part: DeltaPart | null;
  /** Null: not asked for. */
  logprobs: TokenLogprob[] | null;
  /** Of the answer so far, where it is asked for. */
  confidence?: DraftConfidence | null;
}

export interface BodyShape {
  /** Control tokens that the parser reads as text. */
  markers: ReadonlySet<number>;
  /** Thoughts are told from the answer. */
  thinks: boolean;
  /** For one choice. */
  parser(): AnswerParser;
  chunk(head: AnswerHead, index: number, delta: Delta): object;
  /** The last chunk of a choice. */
  finish(head: AnswerHead, index: number, choice: FinishedChoice): object;
  usage(head: AnswerHead, usage: Usage): object;
  whole(head: AnswerHead, choices: readonly FinishedChoice[], usage: Usage, withLogprobs: boolean): object;
}

const chunkHead = (head: AnswerHead) => ({ ...head, object: 'chat.completion.chunk' as const });

function chatDelta(part: DeltaPart | null): ChatDelta {
  switch (part?.type) {
    case undefined:
      return { role: 'assistant', content: '' };
    case 'content':
      return { content: part.text };
    case 'reasoning':
      return { reasoning_content: part.text };
    case 'call': {
      const { index, id, name } = part;
      return { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] };
    }
    case 'arguments':
      return { tool_calls: [{ index: part.index, function: { arguments: part.text } }] };
  }
}

const chatMessage = ({ text, reasoning, toolCalls }: FinishedChoice): ChatMessage => ({
  role: 'assistant',
  content: toolCalls.length > 0 && text === '' ? null : text,
  refusal: null,
  ...(reasoning !== '' && { reasoning_content: reasoning }),
  ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
});

/** `/v1/chat/completions`. `markers`: those of the plan as tokens. */
export const createChatShape = (plan: AnswerPlan, markers: ReadonlySet<number>): BodyShape => ({
  markers,
  thinks: thinks(plan.format),
  parser: () => createAnswerParser(plan),
  chunk: (head, index, { part, logprobs, confidence }): ChatChunk => ({
    ...chunkHead(head),
    choices: [{ index, delta: chatDelta(part), logprobs: logprobsBody(logprobs), finish_reason: null }],
    ...(confidence && { tiergate: confidenceBody(confidence) }),
  }),
  finish: (head, index, choice): ChatChunk => ({
    ...chunkHead(head),
    choices: [{ index, delta: {}, logprobs: null, finish_reason: choice.reason }],
    tiergate: confidenceBody(choice.confidence),
  }),
  usage: (head, usage): ChatChunk => ({ ...chunkHead(head), choices: [], usage }),
  whole: (head, choices, usage, withLogprobs): ChatCompletion => ({
    ...head,
    object: 'chat.completion',
    choices: choices.map((choice, index) => ({
      index,
      message: chatMessage(choice),
      logprobs: logprobsBody(withLogprobs ? choice.logprobs : null),
      finish_reason: choice.reason,
    })),
    usage,
    tiergate: confidenceBody(choices[0]!.confidence),
  }),
});
