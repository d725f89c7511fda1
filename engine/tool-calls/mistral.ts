// [TOOL_CALLS]name[ARGS]{"a": 1} (also name[CALL_ID]id[ARGS]{...} and name{...}), or the older
// [TOOL_CALLS][{"name": "f", "arguments": {"a": 1}}]. Mistral 7B 0.3, Nemo, Small, Ministral, Magistral, Devstral.
// Source: mistral-common, instruct tokenizers v3 to v13.
import type { AnswerReader, Reading } from '../answer-format/answer-reader.ts';
import {
  argumentsOf,
  choice as choiceOf,
  chosenTools,
  jsonCallList,
  literal,
  sequence,
  taggedCalls,
} from '../answer-format/call-constraints.ts';
import { readArguments, readJsonCalls } from '../answer-format/json-call.ts';
import { readMarkedCalls } from '../answer-format/marked-calls.ts';
import { defineToolCallFamily, type Tools } from '../answer-format/tool-call-family.ts';

const BEGIN = '[TOOL_CALLS]';

function* readNamed(reader: AnswerReader, tools: Tools): Reading<string | null> {
  let name = '';
  yield* reader.takeWhile(
    (character) => /[\w.-]/.test(character),
    (text) => {
      name += text;
    },
  );
  if (!tools.has(name)) return null;
  if ((yield* reader.accept('[CALL_ID]')) !== null) {
    yield* reader.takeWhile((character) => /\w/.test(character));
  }
  yield* reader.accept('[ARGS]');
  yield* reader.space();
  return (yield* reader.peek()) === '{' ? name : null;
}

function* readCall(reader: AnswerReader, tools: Tools): Reading<true | null> {
  yield* reader.space();
  if ((yield* reader.peek()) === '[') return yield* readJsonCalls(reader, tools);
  const name = yield* readNamed(reader, tools);
  if (name === null) return null;
  reader.tellCall(name);
  yield* readArguments(reader);
  return true;
}

export default defineToolCallFamily({
  detect: (template) => template.includes(BEGIN),
  markers: [BEGIN, '[ARGS]', '[CALL_ID]'],
  // Either form: which one a model was trained on is not always seen from its template.
  constraint: (tools, choice, parallel) =>
    taggedCalls(
      {
        begin: BEGIN,
        content: choiceOf([
          ...chosenTools(tools, choice).map((tool) =>
            sequence(literal(`${tool.name}[ARGS]`), argumentsOf(tool)),
          ),
          jsonCallList(chosenTools(tools, choice), parallel && typeof choice !== 'object'),
        ]),
        end: '',
      },
      choice,
      parallel,
    ),
  read: (reader, tools) =>
    readMarkedCalls(reader, { begins: [BEGIN], ends: [], readCall: () => readCall(reader, tools) }),
});
