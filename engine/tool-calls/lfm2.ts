// <|tool_call_start|>[f(a="text", b=1), g()]<|tool_call_end|>: a Python list of calls. LFM2 and 2.5. Source: Liquid AI,
// LFM2 model card, "Tool use".
import type { AnswerReader, Reading } from '../answer-format/answer-reader.ts';
import {
  choice as choiceOf,
  chosenTools,
  literal,
  propertiesOf,
  sequence,
  taggedCalls,
} from '../answer-format/call-constraints.ts';
import { parsed } from '../answer-format/json-text.ts';
import { readMarkedCalls } from '../answer-format/marked-calls.ts';
import { readPythonArguments } from '../answer-format/python-text.ts';
import { defineToolCallFamily, type FunctionTool, type Tools } from '../answer-format/tool-call-family.ts';
import type { Constraint } from '../constraint.ts';

const BEGIN = '<|tool_call_start|>';
const END = '<|tool_call_end|>';

function* readName(reader: AnswerReader, tools: Tools): Reading<string | null> {
  yield* reader.space();
  let name = '';
  yield* reader.takeWhile(
    (character) => /[\w.-]/.test(character),
    (text) => {
      name += text;
    },
  );
  return (yield* reader.accept('(')) !== null && tools.has(name) ? name : null;
}

function* readCalls(reader: AnswerReader, tools: Tools): Reading<true | null> {
  yield* reader.space();
  yield* reader.accept('[');
  const first = yield* readName(reader, tools);
  if (first === null) return null;
  let name: string | null = first;
  while (name !== null) {
    reader.tellCall(name);
    yield* readPythonArguments(reader);
    name = yield* reader.attempt(function* () {
      yield* reader.space();
      return (yield* reader.accept(',')) === null ? null : yield* readName(reader, tools);
    });
  }
  yield* reader.accept(']');
  return true;
}

/** Arguments in the schema's order; JSON's literals are as good as Python's. */
function callConstraint(tool: FunctionTool): Constraint {
  const parts: Constraint[] = [literal(`${tool.name}(`)];
  const properties = propertiesOf(tool).toSorted((a, b) => Number(b.required) - Number(a.required));
  properties.forEach(({ name, schema, required }, index) => {
    // Only what is required comes before, so that the first one is never left out where others follow.
    const isFirst = index === 0;
    const member = sequence(literal(`${isFirst ? '' : ', '}${name}=`), { kind: 'json_schema', schema });
    const hasRequired = properties[0]?.required === true;
    if (required) parts.push(member);
    else if (hasRequired) parts.push(choiceOf([member, literal('')]));
  });
  if (properties.length > 0 && properties[0]!.required === false) parts.push(anyOneOf(properties));
  return sequence(...parts, literal(')'));
}

/** Where nothing is required: none of the arguments, or a run of them from any one on. */
const anyOneOf = (properties: ReturnType<typeof propertiesOf>): Constraint =>
  choiceOf([
    literal(''),
    ...properties.map((_, first) =>
      sequence(
        ...properties.slice(first).map(({ name, schema }, index) => {
          const value: Constraint = { kind: 'json_schema', schema };
          return index === 0
            ? sequence(literal(`${name}=`), value)
            : choiceOf([sequence(literal(`, ${name}=`), value), literal('')]);
        }),
      ),
    ),
  ]);

const pythonText = (value: unknown): string => {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${pythonText(each)}`);
  return `{${members.join(', ')}}`;
};

export default defineToolCallFamily({
  detect: (template) => ['<|tool_list_start|>', BEGIN].some((each) => template.includes(each)),
  markers: [BEGIN, END],
  constraint: (tools, choice, parallel) =>
    taggedCalls(
      {
        begin: `${BEGIN}[`,
        content: choiceOf(chosenTools(tools, choice).map(callConstraint)),
        end: `]${END}`,
      },
      choice,
      parallel,
    ),
  read: (reader, tools) =>
    readMarkedCalls(reader, { begins: [BEGIN], ends: [END], readCall: () => readCalls(reader, tools) }),
  write(calls) {
    const written = calls.map(({ function: call }) => {
      const members = Object.entries((parsed(call?.arguments ?? '{}') ?? {}) as object);
      return `${call?.name}(${members.map(([name, value]) => `${name}=${pythonText(value)}`).join(', ')})`;
    });
    return `${BEGIN}[${written.join(', ')}]${END}`;
  },
});
