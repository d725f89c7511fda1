// <|tools_prefix|>[{"f": {"a": 1}}]<|tools_suffix|>. Apertus. Source: Swiss AI, Apertus chat template.
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
import { readString } from '../answer-format/json-text.ts';
import { readMarkedCalls } from '../answer-format/marked-calls.ts';
import { defineToolCallFamily, type Tools } from '../answer-format/tool-call-family.ts';

const BEGIN = '<|tools_prefix|>';
const END = '<|tools_suffix|>';

function* readName(reader: AnswerReader, tools: Tools): Reading<string | null> {
  yield* reader.space();
  if ((yield* reader.accept('{')) === null) return null;
  yield* reader.space();
  const name = yield* readString(reader);
  yield* reader.space();
  return (yield* reader.accept(':')) !== null && name !== null && tools.has(name) ? name : null;
}

function* readCalls(reader: AnswerReader, tools: Tools): Reading<true | null> {
  yield* reader.space();
  yield* reader.accept('[');
  let name = yield* readName(reader, tools);
  if (name === null) return null;
  while (name !== null) {
    reader.tellCall(name);
    yield* readArguments(reader);
    yield* reader.space();
    yield* reader.accept('}');
    name = yield* reader.attempt(function* () {
      yield* reader.space();
      return (yield* reader.accept(',')) === null ? null : yield* readName(reader, tools);
    });
  }
  yield* reader.space();
  yield* reader.accept(']');
  return true;
}

export default defineToolCallFamily({
  detect: (template) => template.includes(BEGIN),
  markers: [BEGIN, END],
  constraint(tools, choice) {
    const calls = chosenTools(tools, choice).map((tool) =>
      sequence(literal(`[{${JSON.stringify(tool.name)}: `), argumentsOf(tool), literal('}]')),
    );
    return taggedCalls({ begin: BEGIN, content: choiceOf(calls), end: END }, choice, false);
  },
  read: (reader, tools) =>
    readMarkedCalls(reader, { begins: [BEGIN], ends: [END], readCall: () => readCalls(reader, tools) }),
});
