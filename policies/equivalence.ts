// Are two answers to one request worth the same? What can be told without a model: calls, JSON, and texts up to their form. Pure.
import type { ChatMessage } from '../contract/chat.ts';

const textOf = ({ content }: ChatMessage): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('');

/** Case, blanks, punctuation at the ends and accents as written in pieces make no difference. */
export const normalised = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/^[\s"'`*.,:;!?()[\]]+|[\s"'`*.,:;!?()[\]]+$/g, '');

/** Objects have no order; numbers that are written otherwise are the same. */
function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return normalised(a) === normalised(b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  return (
    keys.length === others.length &&
    keys.every(
      (key) =>
        Object.hasOwn(b, key) &&
        sameValue((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
    )
  );
}

/** The value of a text that is JSON, a fence around it left away; undefined where it is none, or a bare word or number. */
function jsonIn(text: string): object | undefined {
  const bare = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text)?.[1] ?? text;
  try {
    const value: unknown = JSON.parse(bare);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const callsOf = ({ tool_calls }: ChatMessage): unknown[] =>
  (tool_calls ?? []).map((call) => ({
    name: call.function?.name,
    arguments: jsonIn(call.function?.arguments || '{}') ?? call.function?.arguments,
  }));

/** True or false where form alone decides; null: both are prose and differ, which only their meaning can tell. */
export function sameAnswer(a: ChatMessage, b: ChatMessage): boolean | null {
  const [calls, others] = [callsOf(a), callsOf(b)];
  if (calls.length > 0 || others.length > 0) return sameValue(calls, others);
  const [text, other] = [textOf(a), textOf(b)];
  const [value, otherValue] = [jsonIn(text), jsonIn(other)];
  if (value !== undefined && otherValue !== undefined) return sameValue(value, otherValue);
  if (value !== undefined || otherValue !== undefined) return false;
  if (normalised(text) === normalised(other)) return true;
  return normalised(text) === '' || normalised(other) === '' ? false : null;
}

/** Words of a text up to case and composition; scripts without spaces, character by character. */
const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{M}\p{N}]+/gu) ?? [];

/** F1 of the words that two texts share, 0 ... 1, order ignored (SQuAD's measure, without its English articles rule). */
export function wordOverlap(a: string, b: string): number {
  const [words, others] = [wordsOf(a), wordsOf(b)];
  if (words.length === 0 || others.length === 0) return words.length === others.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of others) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of words) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    shared += 1;
  }
  return (2 * shared) / (words.length + others.length);
}

/** Whether all words of `part`, in their order and without others between them, stand in `text`. */
export function containsWords(text: string, part: string): boolean {
  const words = wordsOf(part);
  return words.length > 0 && ` ${wordsOf(text).join(' ')} `.includes(` ${words.join(' ')} `);
}
