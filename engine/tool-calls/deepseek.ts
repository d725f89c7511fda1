// <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{"a": 1}<｜tool▁call▁end｜><｜tool▁calls▁end｜> (V3.1); before that
// function<｜tool▁sep｜>f with the arguments in a ```json block (V3, R1). Source: the models' chat templates.
import type { AnswerReader, Reading } from '../answer-format/answer-reader.ts';
import {
  argumentsOf,
  choice as choiceOf,
  chosenTools,
  literal,
  sequence,
  taggedCalls,
} from '../answer-format/call-constraints.ts';
import { readArguments } from '../answer-format/json-call.ts';
import { readMarkedCalls } from '../answer-format/marked-calls.ts';
import { defineToolCallFamily, type Tools } from '../answer-format/tool-call-family.ts';

const CALLS_BEGIN = '<｜tool▁calls▁begin｜>';
const CALLS_END = '<｜tool▁calls▁end｜>';
const BEGIN = '<｜tool▁call▁begin｜>';
const SEPARATOR = '<｜tool▁sep｜>';
const END = '<｜tool▁call▁end｜>';

function* readWord(reader: AnswerReader): Reading<string> {
  let word = '';
  yield* reader.space();
  yield* reader.takeWhile(
    (character) => /[\w.-]/.test(character),
    (text) => {
      word += text;
    },
  );
  return word;
}

function* readCall(reader: AnswerReader, tools: Tools, begin: string): Reading<true | null> {
  yield* reader.space();
  if (begin === CALLS_BEGIN && (yield* reader.accept(BEGIN)) === null) return null;
  const first = yield* readWord(reader);
  if ((yield* reader.accept(SEPARATOR)) === null) return null;
  const second = tools.has(first) ? null : yield* readWord(reader);
  const name = second ?? first;
  yield* reader.space();
  const fence = yield* reader.accept('```json');
  yield* reader.space();
  if (!tools.has(name) || (yield* reader.peek()) !== '{') return null;
  reader.tellCall(name);
  yield* readArguments(reader);
  if (fence !== null) {
    yield* reader.attempt(function* () {
      yield* reader.space();
      return yield* reader.accept('```');
    });
  }
  yield* reader.attempt(function* () {
    yield* reader.space();
    return yield* reader.accept(END);
  });
  return true;
}

export default defineToolCallFamily({
  detect: (template) => template.includes(BEGIN),
  markers: [CALLS_BEGIN, CALLS_END, BEGIN, SEPARATOR, END],
  constraint(tools, choice, parallel) {
    const calls = chosenTools(tools, choice).map((tool) =>
      sequence(literal(`${tool.name}${SEPARATOR}`), argumentsOf(tool), literal(END)),
    );
    return taggedCalls(
      { begin: `${CALLS_BEGIN}${BEGIN}`, content: choiceOf(calls), end: CALLS_END },
      choice,
      parallel,
    );
  },
  read: (reader, tools) =>
    readMarkedCalls(reader, {
      begins: [CALLS_BEGIN, BEGIN],
      ends: [CALLS_END],
      readCall: (begin) => readCall(reader, tools, begin),
    }),
});
