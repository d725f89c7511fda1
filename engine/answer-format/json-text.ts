// JSON inside an answer, read as it comes: strings, whole values, and values passed on while they grow.
import type { AnswerReader, Reading } from './answer-reader.ts';

/** A string with its quotes, as its value; null where there is none. */
export function* readString(reader: AnswerReader): Reading<string | null> {
  if ((yield* reader.peek()) !== '"') return null;
  const text = yield* readValue(reader);
  const value = text === null ? null : parsed(text);
  return typeof value === 'string' ? value : null;
}

/** A value's text as it is written; null where it is no JSON or not complete. */
export function* readValue(reader: AnswerReader): Reading<string | null> {
  let text = '';
  yield* passValue(reader, (piece) => {
    text += piece;
  });
  return parsed(text) === undefined ? null : text;
}

/**
 * Passes a value's text on while it comes. Objects, arrays and strings end with their last bracket or quote, everything
 * else before a delimiter. What is inside is not checked.
 */
export function* passValue(reader: AnswerReader, tell: (text: string) => void): Reading {
  const first = yield* reader.peek();
  if (!'{["'.includes(first)) {
    yield* reader.takeWhile((character) => !/[\s,\]}]/.test(character), tell);
    return;
  }
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let ended = false;
  yield* reader.takeWhile((character) => {
    if (ended) return false;
    if (inString) {
      if (isEscaped) isEscaped = false;
      else if (character === '\\') isEscaped = true;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    ended = !inString && depth === 0;
    return true;
  }, tell);
}

/** Undefined: not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
