// What an answer is worth, 0 ... 1: against the expected answers where some are given, else by agreement with a reference model;
// an answer that breaks the form that was asked for is worth nothing either way. Pure.
import type { ChatMessage } from '../../contract/chat.ts';
import type { Draft } from '../../contract/draft.ts';
import { formProblem } from '../../policies/draft/validity.ts';
import { containsWords, sameAnswer, wordOverlap } from '../../policies/equivalence.ts';
import type { AdvisePrompt, Match } from './prompts.ts';

/** What the score was judged by. */
export type Basis = 'expected' | 'form' | 'reference';

export interface Score {
  value: number;
  basis: Basis;
}

const asMessage = ({ text, toolCalls }: Draft): ChatMessage => ({
  role: 'assistant',
  content: text,
  ...(toolCalls.length > 0 && {
    tool_calls: toolCalls.map((call) => ({ id: '', type: 'function', function: call })),
  }),
});

function agreement(answer: Draft, other: ChatMessage, match: Match): number {
  const message = asMessage(answer);
  const same = sameAnswer(message, other);
  if (same !== null) return same ? 1 : 0;
  const text = other.content as string;
  if (match === 'same') return 0;
  return match === 'contains' ? (containsWords(answer.text, text) ? 1 : 0) : wordOverlap(answer.text, text);
}

const asksForForm = ({ request }: AdvisePrompt): boolean =>
  request.response_format?.type === 'json_object' ||
  request.response_format?.type === 'json_schema' ||
  (request.tools?.length ?? 0) > 0;

/**
 * @param answer null: the call failed
 * @param reference the reference model's answer; "self" where this model is the reference, which agrees with itself; null where
 * there is none
 * @returns null where nothing is there to judge by
 */
export function scoreAnswer(
  prompt: AdvisePrompt,
  answer: Draft | null,
  reference: Draft | 'self' | null,
): Score | null {
  const hasExpected = prompt.expected.length > 0;
  const basis: Basis = hasExpected ? 'expected' : reference !== null ? 'reference' : 'form';
  if (!hasExpected && reference === null && !asksForForm(prompt)) return null;
  if (answer === null || formProblem(prompt.request, answer) !== null) return { value: 0, basis };
  if (hasExpected) {
    const values = prompt.expected.map((content) =>
      agreement(answer, { role: 'assistant', content }, prompt.match),
    );
    return { value: Math.max(...values), basis };
  }
  if (reference === null || reference === 'self') return { value: 1, basis };
  return { value: agreement(answer, asMessage(reference), 'overlap'), basis };
}
