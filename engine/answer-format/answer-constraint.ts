// What a request's answers must spell: its tools' calls, the constraint of its own, or either one; thoughts stay free.
import type { Constraint } from '../constraint.ts';
import type { AnswerPlan } from './answer-format.ts';
import { afterReasoning } from './reasoning.ts';
import type { ToolChoice } from './tool-call-family.ts';

/** `own`: what the request asks of its answer where it calls no tool, e.g. by response_format. */
export function answerConstraint(
  { format, opensReasoning, tools }: AnswerPlan,
  own: Constraint | null,
  use: { choice: ToolChoice; parallel: boolean } | null,
): Constraint | null {
  const { family, reasoning } = format;
  const text = own && (family.answer?.(own) ?? own);
  const afterThoughts = (constraint: Constraint): Constraint =>
    reasoning ? afterReasoning(constraint, reasoning, opensReasoning) : constraint;
  if (!tools || !use) return text && afterThoughts(text);
  const { choice, parallel } = use;
  const calls = (how: ToolChoice) => family.constraint([...tools.values()], how, parallel);
  if (choice !== 'auto') return afterThoughts(calls(choice));
  if (text !== null) return afterThoughts({ kind: 'choice', options: [calls('required'), text] });
  const free = calls('auto');
  // Free text with calls in it may begin with thoughts; marks in those that the prompt opened are none.
  return free.kind === 'tagged' && !opensReasoning ? free : afterThoughts(free);
}
