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
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
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
