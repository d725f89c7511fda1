// OpenAI response bodies of the engine host: chunks, completions, usage; and our `tiergate` extension with the
// answer's confidence. Source: OpenAI API reference, "The chat completion object" and "... chunk object".
import type { ChatChunk, ChatCompletion, Usage } from '../contract/chat.ts';
import type { Confidence, TokenLogprob } from './generate.ts';

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
  logprobs: TokenLogprob[];
  reason: 'stop' | 'length';
  completionTokens: number;
  cachedTokens: number;
  confidence: Confidence;
}

export const confidenceBody = ({ tokens, meanLogprob, meanEntropy, minMargin }: Confidence) => ({
  confidence: { tokens, mean_logprob: meanLogprob, mean_entropy: meanEntropy, min_margin: minMargin },
});

const logprobsBody = (logprobs: readonly TokenLogprob[] | null) =>
  logprobs ? { content: [...logprobs], refusal: null } : null;

/** Usage of prompts that have equally many choices each, in their order. */
export function usageBody(prompts: readonly Int32Array[], choices: readonly FinishedChoice[]): Usage {
  const promptTokens = prompts.reduce((sum, prompt) => sum + prompt.length, 0);
  const n = choices.length / prompts.length;
  const cachedTokens = prompts
    .map((_, index) => choices.slice(index * n, (index + 1) * n).map((choice) => choice.cachedTokens))
    .reduce((sum, cached) => sum + Math.max(0, ...cached), 0);
  const completionTokens = choices.reduce((sum, choice) => sum + choice.completionTokens, 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}

export interface Delta {
  text: string;
  first: boolean;
  /** Null: not asked for. */
  logprobs: TokenLogprob[] | null;
}

export interface BodyShape {
  chunk(head: AnswerHead, index: number, delta: Delta): object;
  /** The last chunk of a choice. */
  finish(head: AnswerHead, index: number, choice: FinishedChoice): object;
  usage(head: AnswerHead, usage: Usage): object;
  whole(head: AnswerHead, choices: readonly FinishedChoice[], usage: Usage, withLogprobs: boolean): object;
}

const chunkHead = (head: AnswerHead) => ({ ...head, object: 'chat.completion.chunk' as const });

/** `/v1/chat/completions` */
export const chatShape: BodyShape = {
  chunk: (head, index, { text, first, logprobs }): ChatChunk => ({
    ...chunkHead(head),
    choices: [
      {
        index,
        delta: first ? { role: 'assistant', content: text } : { content: text },
        logprobs: logprobsBody(logprobs),
        finish_reason: null,
      },
    ],
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
      message: { role: 'assistant', content: choice.text, refusal: null },
      logprobs: logprobsBody(withLogprobs ? choice.logprobs : null),
      finish_reason: choice.reason,
    })),
    usage,
    tiergate: confidenceBody(choices[0]!.confidence),
  }),
};
