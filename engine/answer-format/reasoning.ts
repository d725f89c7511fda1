// The thoughts that a model writes before its answer, between two marks. Which marks is seen from the chat template.
import type { Constraint } from '../constraint.ts';
import type { AnswerReader, Reading } from './answer-reader.ts';

export interface ReasoningFormat {
  open: string;
  close: string;
  /** Marks around the answer proper that some models add after their thoughts. */
  answer?: { open: string; close: string };
}

/** Recognised by `close`; the first that a template holds. Sources: the models' own templates. */
const FORMATS: readonly ReasoningFormat[] = [
  // Qwen 3, QwQ, DeepSeek R1 and V3.1, GLM 4.5, Kimi K2 Thinking, SmolLM3, Granite 3.3, ...
  { open: '<think>', close: '</think>', answer: { open: '<response>', close: '</response>' } },
  // Magistral, Ministral 3 Reasoning
  { open: '[THINK]', close: '[/THINK]' },
  // ByteDance Seed-OSS
  { open: '<seed:think>', close: '</seed:think>' },
  // Gemma 4
  { open: '<|channel>thought', close: '<channel|>' },
  // Apertus
  { open: '<|inner_prefix|>', close: '<|inner_suffix|>' },
  // Command R7B
  {
    open: '<|START_THINKING|>',
    close: '<|END_THINKING|>',
    answer: { open: '<|START_RESPONSE|>', close: '<|END_RESPONSE|>' },
  },
  { open: '<thinking>', close: '</thinking>' },
];

/** Templates that write the closing mark in two pieces are known by the opening one. */
export const reasoningFormatOf = (template: string): ReasoningFormat | null =>
  FORMATS.find(({ close }) => template.includes(close)) ??
  FORMATS.find(({ open }) => template.includes(open)) ??
  null;

/** Tokens to be read as text although they are control tokens. */
export const reasoningMarkers = ({ open, close, answer }: ReasoningFormat): string[] => [
  open.replace(/thought$/, ''),
  open,
  close,
  ...(answer ? [answer.open, answer.close] : []),
];

/** The prompt ends inside the thoughts: the template opened them. */
export const opensReasoning = (prompt: string, { open }: ReasoningFormat): boolean =>
  prompt.trimEnd().endsWith(open);

/**
 * Reads the thoughts at the beginning of an answer, if there are any; they lose the white space around them. `opened`:
 * the prompt opened them.
 */
export function* readReasoning(
  reader: AnswerReader,
  { open, close }: ReasoningFormat,
  opened: boolean,
): Reading<boolean> {
  reader.isReasoning = opened;
  const isOpen = yield* reader.attempt(function* () {
    yield* reader.space();
    return yield* reader.accept(open);
  });
  if (isOpen === null && !opened) return false;
  reader.isReasoning = true;
  yield* reader.space();
  let space = '';
  const closed = yield* reader.until([close], (text) => {
    const kept = text.trimEnd();
    if (kept !== '') {
      reader.tell('reasoning', space + kept);
      space = '';
    }
    space += text.slice(kept.length);
  });
  reader.isReasoning = false;
  if (closed === null) return true;
  yield* reader.space();
  return true;
}

/** `constraint` for what follows the thoughts, which are free. */
export function afterReasoning(
  constraint: Constraint,
  { open, close }: ReasoningFormat,
  opened: boolean,
): Constraint {
  const thoughts: Constraint = { kind: 'regex', pattern: `${upTo(close)}\\n{0,2}` };
  const thinking: Constraint = { kind: 'sequence', parts: [thoughts, constraint] };
  if (opened) return thinking;
  const opening: Constraint = { kind: 'literal', text: open };
  return { kind: 'choice', options: [constraint, { kind: 'sequence', parts: [opening, thinking] }] };
}

export const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/**
 * A regular expression for any text up to and over the first `marker`. The marker's first character must occur in it
 * only once.
 */
export function upTo(marker: string): string {
  const first = escaped(marker[0]!);
  const prefixes = Array.from(marker.slice(1), (_, index) => escaped(marker.slice(0, index + 1)));
  const begun = prefixes.length === 0 ? '' : `(?:${prefixes.join('|')})*`;
  const broken = prefixes.map((prefix, index) => `${prefix}[^${first}${escaped(marker[index + 1]!)}]`);
  return `(?:${[`[^${first}]`, ...broken.map((each) => `${begun}${each}`)].join('|')})*${begun}${escaped(marker)}`;
}
