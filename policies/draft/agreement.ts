// Self-consistency (Wang et al. 2022): a model that knows says the same again when it is asked again at random; one that
// guesses does not. Answers whose form decides agree or do not; prose agrees as far as its words do. Pure.
import type { ChatMessage } from '../../contract/chat.ts';
import type { Draft } from '../../contract/draft.ts';
import { sameAnswer, wordOverlap } from '../equivalence.ts';

const messageOf = ({ text, toolCalls }: Draft): ChatMessage => ({
  role: 'assistant',
  content: text,
  ...(toolCalls.length > 0 && {
    tool_calls: toolCalls.map((called, index) => ({
      id: String(index),
      type: 'function' as const,
      function: called,
    })),
  }),
});

/** 0 ... 1 */
function agreement(draft: Draft, sample: Draft): number {
  const same = sameAnswer(messageOf(draft), messageOf(sample));
  return same === null ? wordOverlap(draft.text, sample.text) : Number(same);
}

/** Mean agreement with samples, one at least. 0 ... 1 */
export const meanAgreement = (draft: Draft, samples: readonly Draft[]): number =>
  samples.reduce((sum, sample) => sum + agreement(draft, sample), 0) / samples.length;

/** Why a draft does not stand beside what the model said when asked again; null: it does, or there was no second answer. */
export function disagreement(draft: Draft, samples: readonly Draft[], least: number): string | null {
  if (samples.length === 0) return null;
  const mean = meanAgreement(draft, samples);
  return mean < least
    ? `asked again ${samples.length} times it agreed with itself by ${mean.toFixed(2)} < ${least}`
    : null;
}
