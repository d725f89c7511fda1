// What a request says of its answer's form: OpenAI's response_format, and the fields by which vLLM (guided_json,
// guided_regex, guided_choice, guided_grammar) and llama-server (grammar, json_schema) say the same.
import { z } from 'zod';
import { GatewayError } from '../contract/errors.ts';
import type { Constraint, JsonSchema } from './constraint.ts';

const schema = z.union([z.boolean(), z.record(z.string(), z.unknown())]);

const responseFormat = z.looseObject({
  type: z.string(),
  json_schema: z.looseObject({ name: z.string().nullish(), schema: schema.nullish() }).nullish(),
});

export const constraintFields = {
  response_format: responseFormat.nullish(),
  guided_json: schema.nullish(),
  guided_regex: z.string().nullish(),
  guided_choice: z.array(z.string()).min(1).nullish(),
  guided_grammar: z.string().nullish(),
  grammar: z.string().nullish(),
  json_schema: schema.nullish(),
};

type Fields = z.infer<z.ZodObject<typeof constraintFields>>;

/** Null: the answer may be anything. @throws {GatewayError} INVALID_REQUEST */
export function constraintOf(fields: Fields): Constraint | null {
  const given: [param: string, constraint: Constraint][] = [];
  const format = fields.response_format && ofResponseFormat(fields.response_format);
  if (format) given.push(['response_format', format]);
  const add = <T>(param: keyof Fields, value: T | null | undefined, make: (value: T) => Constraint) => {
    if (value !== null && value !== undefined) given.push([param, make(value)]);
  };
  for (const param of ['guided_json', 'json_schema'] as const)
    add(param, fields[param], (value) => ({ kind: 'json_schema', schema: value as JsonSchema }));
  add('guided_regex', fields.guided_regex, (pattern) => ({ kind: 'regex', pattern }));
  add('guided_choice', fields.guided_choice, (texts) => ({
    kind: 'choice',
    options: texts.map((text) => ({ kind: 'literal', text })),
  }));
  for (const param of ['guided_grammar', 'grammar'] as const)
    add(param, fields[param] || null, (grammar) => ({ kind: 'gbnf', grammar }));
  if (given.length > 1)
    throw new GatewayError(
      'INVALID_REQUEST',
      `${given.map(([param]) => param).join(' and ')} each say what the answer must be; give one of them`,
      { param: given[1]![0] },
    );
  return given[0]?.[1] ?? null;
}

function ofResponseFormat({ type, json_schema: given }: z.infer<typeof responseFormat>): Constraint | null {
  if (type === 'text') return null;
  if (type === 'json_object') return { kind: 'json' };
  if (type !== 'json_schema')
    throw new GatewayError(
      'INVALID_REQUEST',
      `response_format.type is ${JSON.stringify(type)}; it must be "text", "json_object" or "json_schema"`,
      { param: 'response_format.type' },
    );
  const wanted = given?.schema;
  if (wanted === null || wanted === undefined)
    throw new GatewayError(
      'INVALID_REQUEST',
      'response_format of type json_schema needs json_schema.schema',
      {
        param: 'response_format.json_schema',
      },
    );
  return { kind: 'json_schema', schema: wanted as JsonSchema };
}
