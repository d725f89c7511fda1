// <function=f>{"a": 1}</function>. Functionary 3.1 and the custom form of Llama 3.1. Source: MeetKai, functionary v3.1
// chat template.
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

const BEGIN = '<function=';
const END = '</function>';

function* readCall(reader: AnswerReader, tools: Tools): Reading<true | null> {
  let name = '';
  yield* reader.takeWhile(
    (character) => /[\w.-]/.test(character),
    (text) => {
      name += text;
    },
  );
  if (!tools.has(name) || (yield* reader.accept('>')) === null) return null;
  yield* reader.space();
  if ((yield* reader.peek()) !== '{') return null;
  reader.tellCall(name);
  yield* readArguments(reader);
  return true;
}

export default defineToolCallFamily({
  detect: (template) => template.includes(BEGIN) && !template.includes('<parameter='),
  markers: [],
  constraint(tools, choice, parallel) {
    const calls = chosenTools(tools, choice).map((tool) =>
      sequence(literal(`${tool.name}>`), argumentsOf(tool)),
    );
    return taggedCalls({ begin: BEGIN, content: choiceOf(calls), end: END }, choice, parallel);
  },
  read: (reader, tools) =>
    readMarkedCalls(reader, { begins: [BEGIN], ends: [END], readCall: () => readCall(reader, tools) }),
});
