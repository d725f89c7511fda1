// <tool_call>f
// <arg_key>a</arg_key>
// <arg_value>1</arg_value>
// </tool_call>
// GLM 4.5 to 4.7. Source: the models' chat templates.
import type { AnswerReader, Reading } from '../answer-format/answer-reader.ts';
import { ArgumentWriter } from '../answer-format/argument-writer.ts';
import {
  choice as choiceOf,
  chosenTools,
  literal,
  sequence,
  taggedCalls,
} from '../answer-format/call-constraints.ts';
import { readMarkedCalls } from '../answer-format/marked-calls.ts';
import { parameterOf, parametersConstraint, readParameter } from '../answer-format/tagged-parameters.ts';
import { defineToolCallFamily, type Tools } from '../answer-format/tool-call-family.ts';

const BEGIN = '<tool_call>';
const END = '</tool_call>';

function* readUpTo(
  reader: AnswerReader,
  marks: readonly string[],
): Reading<{ text: string; mark: string } | null> {
  let text = '';
  const mark = yield* reader.until(marks, (piece) => {
    text += piece;
  });
  return mark === null ? null : { text: text.trim(), mark };
}

function* readCall(reader: AnswerReader, tools: Tools): Reading<true | null> {
  yield* reader.space();
  let name = '';
  yield* reader.takeWhile(
    (character) => /[\w.-]/.test(character),
    (text) => {
      name += text;
    },
  );
  const tool = tools.get(name);
  yield* reader.space();
  const next = yield* reader.attempt(() => reader.accept('<arg_key>', END));
  if (tool === undefined || next === null) return null;
  reader.tellCall(name);
  const writer = new ArgumentWriter(reader);
  let mark: string | null = next;
  while (mark === '<arg_key>') {
    const key = yield* readUpTo(reader, ['</arg_key>']);
    if (key === null || (yield* readUpTo(reader, ['<arg_value>'])) === null) return true;
    const schema = parameterOf(tool, key.text);
    const end = yield* readParameter(reader, writer, { name: key.text, schema, ends: ['</arg_value>'] });
    if (end === null) return true;
    yield* reader.space();
    mark = yield* reader.accept('<arg_key>', END);
  }
  if (mark === END) writer.end();
  return true;
}

export default defineToolCallFamily({
  detect: (template) => template.includes('<arg_key>'),
  markers: [BEGIN, END, '<arg_key>', '</arg_key>', '<arg_value>', '</arg_value>'],
  constraint(tools, choice, parallel) {
    const calls = chosenTools(tools, choice).map((tool) =>
      sequence(
        literal(tool.name),
        parametersConstraint(tool, (name) => `<arg_key>${name}</arg_key><arg_value>`, '</arg_value>'),
      ),
    );
    return taggedCalls({ begin: BEGIN, content: choiceOf(calls), end: END }, choice, parallel);
  },
  read: (reader, tools) =>
    readMarkedCalls(reader, { begins: [BEGIN], ends: [END], readCall: () => readCall(reader, tools) }),
});
