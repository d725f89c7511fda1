// <|tool_call>call:f{a:1,b:<|"|>text<|"|>}<tool_call|>: keys without quotes, texts between marks of their own. Gemma 4;
// FunctionGemma with <start_function_call> and <escape>. Source: the models' chat templates; Google, "FunctionGemma
// formatting and best practices".
import type { AnswerReader, Reading } from '../answer-format/answer-reader.ts';
import { ArgumentWriter } from '../answer-format/argument-writer.ts';
import {
  choice as choiceOf,
  chosenTools,
  isText,
  literal,
  propertiesOf,
  sequence,
  taggedCalls,
} from '../answer-format/call-constraints.ts';
import { parsed } from '../answer-format/json-text.ts';
import { readMarkedCalls } from '../answer-format/marked-calls.ts';
import { upTo } from '../answer-format/reasoning.ts';
import { defineToolCallFamily, type FunctionTool, type Tools } from '../answer-format/tool-call-family.ts';
import type { Constraint, JsonSchema } from '../constraint.ts';

const BEGIN = '<|tool_call>';
const END = '<tool_call|>';
const QUOTE = '<|"|>';
const QUOTES = [QUOTE, '<escape>'];
const OLD_BEGIN = '<start_function_call>';
const OLD_END = '<end_function_call>';

/** Up to and over the next mark. */
function* readText(reader: AnswerReader, marks: readonly string[]): Reading<string | null> {
  let text = '';
  const mark = yield* reader.until(marks, (piece) => {
    text += piece;
  });
  return mark === null ? null : text;
}

function* readKey(reader: AnswerReader): Reading<string | null> {
  yield* reader.space();
  const quote = yield* reader.accept(...QUOTES, '"');
  if (quote === null) return (yield* readText(reader, [':']))?.trim() ?? null;
  const key = yield* readText(reader, [quote]);
  yield* reader.space();
  return (yield* reader.accept(':')) === null ? null : key;
}

const MAX_DEPTH = 100;

/** A value as JSON text; null: it is not complete, or too deep. */
function* readValue(reader: AnswerReader, depth = 0): Reading<string | null> {
  if (depth > MAX_DEPTH) return null;
  yield* reader.space();
  const begin = yield* reader.accept(...QUOTES, '{', '[');
  if (begin === '{' || begin === '[') return yield* readItems(reader, begin === '{' ? '}' : ']', depth + 1);
  if (begin !== null) {
    const text = yield* readText(reader, [begin]);
    return text === null ? null : JSON.stringify(text);
  }
  let bare = '';
  yield* reader.takeWhile(
    (character) => !/[,}\]]/.test(character),
    (text) => {
      bare += text;
    },
  );
  if ((yield* reader.peek()) === '') return null;
  return parsed(bare) === undefined ? JSON.stringify(bare.trim()) : bare.trim();
}

function* readItems(reader: AnswerReader, close: '}' | ']', depth: number): Reading<string | null> {
  const items: string[] = [];
  while (true) {
    yield* reader.space();
    if ((yield* reader.accept(close)) !== null)
      return `${close === '}' ? '{' : '['}${items.join(', ')}${close}`;
    const key = close === '}' ? yield* readKey(reader) : '';
    const value = yield* readValue(reader, depth);
    if (key === null || value === null) return null;
    items.push(close === '}' ? `${JSON.stringify(key)}: ${value}` : value);
    yield* reader.space();
    if ((yield* reader.accept(',')) === null && (yield* reader.peek()) !== close) return null;
  }
}

/** Texts are told while they come. */
function* readMember(reader: AnswerReader, writer: ArgumentWriter): Reading<true | null> {
  const key = yield* readKey(reader);
  if (key === null) return null;
  yield* reader.space();
  const quote = yield* reader.accept(...QUOTES);
  if (quote === null) {
    const value = yield* readValue(reader);
    if (value === null) return null;
    writer.member(key, value);
    return true;
  }
  writer.beginText(key);
  if ((yield* reader.until([quote], (text) => writer.addText(text))) === null) return null;
  writer.endText();
  return true;
}

function* readCall(reader: AnswerReader, tools: Tools): Reading<true | null> {
  yield* reader.space();
  if ((yield* reader.accept('call:')) === null) return null;
  let name = '';
  yield* reader.takeWhile(
    (character) => /[\w.-]/.test(character),
    (text) => {
      name += text;
    },
  );
  if (!tools.has(name) || (yield* reader.accept('{')) === null) return null;
  reader.tellCall(name);
  const writer = new ArgumentWriter(reader);
  while (true) {
    yield* reader.space();
    yield* reader.accept(',');
    yield* reader.space();
    if ((yield* reader.accept('}')) !== null) {
      writer.end();
      return true;
    }
    if ((yield* reader.peek()) === '' || (yield* readMember(reader, writer)) === null) return true;
  }
}

const text: Constraint = sequence(literal(QUOTE), { kind: 'regex', pattern: upTo(QUOTE) });
const SCALARS = new Set(['integer', 'number', 'boolean', 'null']);

/** Objects and arrays, which no schema describes in this form, are free text up to their end. */
function valueConstraint(schema: JsonSchema): Constraint {
  if (typeof schema === 'boolean') return text;
  if (Array.isArray(schema['enum']) && schema['enum'].every((each) => typeof each === 'string')) {
    return choiceOf(schema['enum'].map((each) => literal(`${QUOTE}${each}${QUOTE}`)));
  }
  if (isText(schema)) return text;
  if (SCALARS.has(String(schema['type']))) return { kind: 'json_schema', schema };
  return { kind: 'regex', pattern: schema['type'] === 'array' ? '\\[[^\\]]*\\]' : '\\{[^}]*\\}' };
}

/** Required arguments in the schema's order, then those of the others that the model wants. */
function argumentsConstraint(tool: FunctionTool): Constraint {
  const properties = propertiesOf(tool).toSorted((a, b) => Number(b.required) - Number(a.required));
  const hasRequired = properties[0]?.required === true;
  const members = properties.map(({ name, schema, required }, index) => {
    const member = sequence(
      literal(`${index > 0 && hasRequired ? ',' : ''}${name}:`),
      valueConstraint(schema),
    );
    return required ? member : choiceOf([member, literal('')]);
  });
  // Without a required one, at most one argument: the comma's place would not be known.
  return hasRequired ? sequence(...members) : choiceOf([literal(''), ...members]);
}

export default defineToolCallFamily({
  detect: (template) => template.includes(BEGIN) || template.includes(OLD_BEGIN),
  markers: [BEGIN, END, QUOTE, OLD_BEGIN, OLD_END, '<escape>'],
  constraint(tools, choice, parallel) {
    const calls = chosenTools(tools, choice).map((tool) =>
      sequence(literal(`${tool.name}{`), argumentsConstraint(tool), literal('}')),
    );
    return taggedCalls({ begin: `${BEGIN}call:`, content: choiceOf(calls), end: END }, choice, parallel);
  },
  read: (reader, tools) =>
    readMarkedCalls(reader, {
      begins: [BEGIN, OLD_BEGIN],
      ends: [END, OLD_END],
      readCall: () => readCall(reader, tools),
    }),
});
