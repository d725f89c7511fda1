// Arguments written one by one between marks: <parameter=name>value</parameter>. Texts stand there as they are; what
// may be something else is JSON where it parses.
import type { Constraint, JsonSchema } from '../constraint.ts';
import type { AnswerReader, Reading } from './answer-reader.ts';
import type { ArgumentWriter } from './argument-writer.ts';
import { choice, isText, literal, propertiesOf, sequence } from './call-constraints.ts';
import { parsed } from './json-text.ts';
import { upTo } from './reasoning.ts';
import type { FunctionTool } from './tool-call-family.ts';

/** What a parameter's schema is, undefined where the tool has no such parameter. */
export const parameterOf = (tool: FunctionTool | undefined, name: string): JsonSchema | undefined =>
  tool && propertiesOf(tool).find((property) => property.name === name)?.schema;

/**
 * A value up to and over `ends`, without one line break on either side: told while it comes where only a text is
 * possible. Returns the mark that ended it; null: the text ended.
 */
export function* readParameter(
  reader: AnswerReader,
  writer: ArgumentWriter,
  { name, schema, ends }: { name: string; schema: JsonSchema | undefined; ends: readonly string[] },
): Reading<string | null> {
  yield* reader.accept('\n');
  const marks = ends.flatMap((end) => [end, `\n${end}`]);
  if (isText(schema)) {
    writer.beginText(name);
    const end = yield* reader.until(marks, (text) => writer.addText(text));
    if (end !== null) writer.endText();
    return end;
  }
  let text = '';
  const end = yield* reader.until(marks, (piece) => {
    text += piece;
  });
  if (end !== null || text !== '') writer.member(name, jsonOf(text));
  return end;
}

/** Python's names are what models trained on rendered dicts write. */
const PYTHON_NAMES: Record<string, string> = { True: 'true', False: 'false', None: 'null' };

function jsonOf(text: string): string {
  const trimmed = text.trim();
  if (Object.hasOwn(PYTHON_NAMES, trimmed)) return PYTHON_NAMES[trimmed]!;
  return parsed(trimmed) === undefined ? JSON.stringify(text) : trimmed;
}

/** All of a function's parameters in the schema's order, each as `begin`, value, `end`. */
export const parametersConstraint = (
  tool: FunctionTool,
  begin: (name: string) => string,
  end: string,
): Constraint =>
  sequence(
    ...propertiesOf(tool).map(({ name, schema, required }) => {
      const parameter = sequence(literal(begin(name)), valueConstraint(schema, end));
      return required ? parameter : choice([parameter, literal('')]);
    }),
  );

/** The value with its end. */
function valueConstraint(schema: JsonSchema, end: string): Constraint {
  const texts = typeof schema === 'object' && isText(schema) ? (schema['enum'] ?? null) : undefined;
  if (texts === undefined) return sequence({ kind: 'json_schema', schema }, literal(end));
  if (Array.isArray(texts)) return sequence(choice(texts.map((text) => literal(String(text)))), literal(end));
  const mark = end.trimEnd();
  return sequence({ kind: 'regex', pattern: upTo(mark) }, literal(end.slice(mark.length)));
}
