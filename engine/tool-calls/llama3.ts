// {"name": "f", "parameters": {"a": 1}} as the whole answer, or after <|python_tag|>, where a built-in tool is called as
// f.call(a="text") and any other text is code for the tool "python". Llama 3.1, 3.2, 3.3. Source: Meta, "Llama 3.1 model
// card and prompt formats", JSON based tool calling.
import type { AnswerReader, Reading } from '../answer-format/answer-reader.ts';
import { ArgumentWriter } from '../answer-format/argument-writer.ts';
import { chosenTools, jsonCall, sequence } from '../answer-format/call-constraints.ts';
import { readJsonCalls } from '../answer-format/json-call.ts';
import { readMarkedCalls } from '../answer-format/marked-calls.ts';
import { readPythonArguments } from '../answer-format/python-text.ts';
import { defineToolCallFamily, type Tools } from '../answer-format/tool-call-family.ts';
import type { Constraint } from '../constraint.ts';

const PYTHON_TAG = '<|python_tag|>';
const PYTHON_TOOLS = ['python', 'code_interpreter', 'ipython'];

/** f.call(a="text", b=1) */
function* readBuiltIn(reader: AnswerReader, tools: Tools): Reading<string | null> {
  yield* reader.space();
  let name = '';
  yield* reader.takeWhile(
    (character) => /[\w-]/.test(character),
    (text) => {
      name += text;
    },
  );
  return (yield* reader.accept('.call(')) !== null && tools.has(name) ? name : null;
}

function* readTagged(reader: AnswerReader, tools: Tools): Reading<true | null> {
  if ((yield* reader.attempt(() => readJsonCalls(reader, tools))) !== null) return true;
  const name = yield* reader.attempt(() => readBuiltIn(reader, tools));
  if (name !== null) {
    reader.tellCall(name);
    yield* readPythonArguments(reader);
    return true;
  }
  const python = PYTHON_TOOLS.find((each) => tools.has(each));
  if (python === undefined) return null;
  reader.tellCall(python);
  const writer = new ArgumentWriter(reader);
  writer.beginText('code');
  yield* reader.until([], (text) => writer.addText(text));
  writer.endText();
  writer.end();
  return true;
}

const free = (
  tags: { begin: string; content: Constraint; end: string }[],
  required: boolean,
): Constraint => ({
  kind: 'tagged',
  tags,
  required,
  // The model was trained on one call an answer.
  parallel: false,
});

export default defineToolCallFamily({
  detect: (template) => template.includes('"parameters": dictionary of argument name'),
  markers: [PYTHON_TAG],
  constraint(tools, choice) {
    const content = jsonCall(chosenTools(tools, choice), 'parameters');
    if (choice !== 'auto') return content;
    const text = sequence(
      { kind: 'regex', pattern: '[^{<\\s]' },
      free([{ begin: PYTHON_TAG, content, end: '' }], false),
    );
    return {
      kind: 'choice',
      options: [content, text, free([{ begin: PYTHON_TAG, content, end: '' }], true)],
    };
  },
  read: (reader, tools) =>
    readMarkedCalls(reader, {
      begins: [PYTHON_TAG],
      ends: [],
      isBegun: true,
      readCall: (begin) => (begin === '' ? readJsonCalls(reader, tools) : readTagged(reader, tools)),
    }),
});
