// Calls written as JSON objects, {"name": ..., "arguments": {...}}, alone or in a list. The name is told as soon as it
// is certain, then the arguments while they come.
import type { AnswerReader, Reading } from './answer-reader.ts';
import { parsed, passValue, readString, readValue } from './json-text.ts';
import type { Tools } from './tool-call-family.ts';

const ARGUMENT_KEYS = new Set(['arguments', 'parameters']);

interface CallHead {
  name: string;
  /** Null: they come next. */
  argumentsText: string | null;
}

/** Up to the arguments' value; to the end where they stand before the name or are left out. */
function* readHead(reader: AnswerReader, tools: Tools): Reading<CallHead | null> {
  let name: string | null = null;
  let argumentsText: string | null = null;
  yield* reader.space();
  if ((yield* reader.accept('{')) === null) return null;
  while (true) {
    yield* reader.space();
    const key = yield* readString(reader);
    yield* reader.space();
    if (key === null || (yield* reader.accept(':')) === null) return null;
    yield* reader.space();
    if (key === 'name') {
      name = yield* readString(reader);
      if (name === null || !tools.has(name)) return null;
    } else if (ARGUMENT_KEYS.has(key) && name !== null) return { name, argumentsText: null };
    else {
      const value = yield* readValue(reader);
      if (value === null) return null;
      if (ARGUMENT_KEYS.has(key)) argumentsText = value;
    }
    yield* reader.space();
    const next = yield* reader.accept(',', '}');
    if (next === null) return null;
    if (next === '}') return name === null ? null : { name, argumentsText: argumentsText ?? '{}' };
  }
}

/** Some models write the arguments as a string with JSON in it, or null for none. */
function plainArguments(text: string): string {
  const value = parsed(text);
  if (typeof value === 'string') return value;
  return value === null ? '{}' : text;
}

/** The arguments' value, told while it comes. */
export function* readArguments(reader: AnswerReader): Reading {
  yield* reader.space();
  const first = yield* reader.peek();
  if (first === '{') return yield* passValue(reader, (text) => reader.tell('arguments', text));
  let text = '';
  yield* passValue(reader, (piece) => {
    text += piece;
  });
  reader.tell('arguments', plainArguments(text));
}

/** The members after the arguments, and the bracket. */
function* readTail(reader: AnswerReader): Reading<true | null> {
  while (true) {
    yield* reader.space();
    const next = yield* reader.accept(',', '}');
    if (next === null) return null;
    if (next === '}') return true;
    yield* reader.space();
    if ((yield* readString(reader)) === null) return null;
    yield* reader.space();
    if ((yield* reader.accept(':')) === null) return null;
    yield* reader.space();
    if ((yield* readValue(reader)) === null) return null;
  }
}

/** One call; null: there is none, and nothing was told. */
export function* readJsonCall(reader: AnswerReader, tools: Tools): Reading<true | null> {
  const head = yield* reader.attempt(() => readHead(reader, tools));
  if (head === null) return null;
  reader.tellCall(head.name);
  if (head.argumentsText !== null) {
    reader.tell('arguments', plainArguments(head.argumentsText));
    return true;
  }
  yield* readArguments(reader);
  yield* reader.attempt(() => readTail(reader));
  return true;
}

/** One call, several one after the other (also with `;` or `,` between them), or a list of them. */
export function* readJsonCalls(reader: AnswerReader, tools: Tools): Reading<true | null> {
  yield* reader.space();
  const isList = (yield* reader.accept('[')) !== null;
  if ((yield* readJsonCall(reader, tools)) === null) return null;
  const next = function* (): Reading<true | null> {
    yield* reader.space();
    yield* reader.accept(',', ';');
    return yield* readJsonCall(reader, tools);
  };
  while ((yield* reader.attempt(next)) !== null);
  if (isList) {
    yield* reader.attempt(function* () {
      yield* reader.space();
      return yield* reader.accept(']');
    });
  }
  return true;
}
