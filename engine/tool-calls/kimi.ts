// <|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a": 1}<|tool_call_end|>
// <|tool_calls_section_end|>. Kimi K2. Source: Moonshot AI, "Kimi-K2 tool call guidance".
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

const SECTION_BEGIN = '<|tool_calls_section_begin|>';
const SECTION_END = '<|tool_calls_section_end|>';
const BEGIN = '<|tool_call_begin|>';
const ARGUMENTS = '<|tool_call_argument_begin|>';
const END = '<|tool_call_end|>';

function* readCall(reader: AnswerReader, tools: Tools, begin: string): Reading<true | null> {
  yield* reader.space();
  if (begin === SECTION_BEGIN && (yield* reader.accept(BEGIN)) === null) return null;
  yield* reader.space();
  let id = '';
  yield* reader.takeWhile(
    (character) => /[\w.:-]/.test(character),
    (text) => {
      id += text;
    },
  );
  const name = id.replace(/^functions\./, '').replace(/:\d+$/, '');
  yield* reader.space();
  if (!tools.has(name) || (yield* reader.accept(ARGUMENTS)) === null) return null;
  reader.tellCall(name);
  yield* readArguments(reader);
  yield* reader.attempt(function* () {
    yield* reader.space();
    return yield* reader.accept(END);
  });
  return true;
}

export default defineToolCallFamily({
  detect: (template) => template.includes(BEGIN),
  markers: [SECTION_BEGIN, SECTION_END, BEGIN, ARGUMENTS, END],
  constraint(tools, choice, parallel) {
    const calls = chosenTools(tools, choice).map((tool) =>
      sequence(
        literal(`functions.${tool.name}:`),
        { kind: 'regex', pattern: '[0-9]{1,3}' },
        literal(ARGUMENTS),
        argumentsOf(tool),
        literal(END),
      ),
    );
    return taggedCalls(
      { begin: `${SECTION_BEGIN}${BEGIN}`, content: choiceOf(calls), end: SECTION_END },
      choice,
      parallel,
    );
  },
  read: (reader, tools) =>
    readMarkedCalls(reader, {
      begins: [SECTION_BEGIN, BEGIN],
      ends: [SECTION_END],
      readCall: (begin) => readCall(reader, tools, begin),
    }),
  write(calls) {
    const written = calls.map(
      ({ function: call }, index) =>
        `${BEGIN}functions.${call?.name}:${index}${ARGUMENTS}${call?.arguments || '{}'}${END}`,
    );
    return `${SECTION_BEGIN}${written.join('')}${SECTION_END}`;
  },
});
