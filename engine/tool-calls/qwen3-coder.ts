// <tool_call>
// <function=f>
// <parameter=a>
// 1
// </parameter>
// </function>
// </tool_call>
// Qwen3-Coder, Qwen3.5, Nemotron 3; ByteDance Seed-OSS with <seed:tool_call>. Source: Qwen3-Coder chat template.
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

const FUNCTION = '<function=';
const END_FUNCTION = '</function>';
const END_PARAMETER = '</parameter>';
const ENDS = ['</tool_call>', '</seed:tool_call>'];

/** Up to and over `>`. */
function* readTagName(reader: AnswerReader): Reading<string | null> {
  let name = '';
  yield* reader.takeWhile(
    (character) => !/[>\n]/.test(character),
    (text) => {
      name += text;
    },
  );
  return (yield* reader.accept('>')) === null ? null : name.trim();
}

function* readCall(reader: AnswerReader, tools: Tools, begin: string): Reading<true | null> {
  yield* reader.space();
  if (begin !== FUNCTION && (yield* reader.accept(FUNCTION)) === null) return null;
  const name = yield* readTagName(reader);
  const tool = name === null ? undefined : tools.get(name);
  if (name === null || tool === undefined) return null;
  reader.tellCall(name);
  const writer = new ArgumentWriter(reader);
  let mark: string | null = null;
  while (true) {
    if (mark === null || mark.trim() === END_PARAMETER) {
      mark = yield* reader.attempt(function* () {
        yield* reader.space();
        return yield* reader.accept('<parameter=', END_FUNCTION, ...ENDS);
      });
      if (mark === null) return true;
    }
    if (mark.trim() !== '<parameter=') {
      writer.end();
      return true;
    }
    const key = yield* readTagName(reader);
    if (key === null) return true;
    // A forgotten end is made up for by what comes next.
    const ends: string[] = [END_PARAMETER, '<parameter=', END_FUNCTION];
    mark = yield* readParameter(reader, writer, { name: key, schema: parameterOf(tool, key), ends });
    if (mark === null) return true;
  }
}

export default defineToolCallFamily({
  detect: (template) => template.includes(FUNCTION) && template.includes('<parameter='),
  markers: ['<tool_call>', '<seed:tool_call>', ...ENDS],
  constraint(tools, choice, parallel) {
    const calls = chosenTools(tools, choice).map((tool) =>
      sequence(
        literal(`\n${FUNCTION}${tool.name}>\n`),
        parametersConstraint(tool, (name) => `<parameter=${name}>\n`, `\n${END_PARAMETER}\n`),
        literal(`${END_FUNCTION}\n`),
      ),
    );
    return taggedCalls(
      { begin: '<tool_call>', content: choiceOf(calls), end: '</tool_call>' },
      choice,
      parallel,
    );
  },
  read: (reader, tools) =>
    readMarkedCalls(reader, {
      begins: ['<tool_call>', '<seed:tool_call>', FUNCTION],
      ends: ENDS,
      readCall: (begin) => readCall(reader, tools, begin),
    }),
});
