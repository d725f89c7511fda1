// The schema of exactly the values that another one refuses, where that can be said without `not`.
import type { JsonSchema } from '../../constraint.ts';
import { isObject, type SchemaDocument, type SchemaObject } from './document.ts';
import { ALL_TYPES } from './facets.ts';
import { SchemaRefused } from './refused.ts';

/** A keyword of ours, which no document can hold: symbols do not come out of JSON. Values that are not allowed. */
export const NOT_VALUES: unique symbol = Symbol('not values');
/** Patterns that must not match. */
export const NOT_PATTERN: unique symbol = Symbol('not pattern');
export const NOT_INTEGER: unique symbol = Symbol('not integer');

type Made = SchemaObject & { [NOT_VALUES]?: unknown[]; [NOT_PATTERN]?: string; [NOT_INTEGER]?: boolean };

const MAX_DEPTH = 12;
const ANNOTATIONS = new Set([
  'title',
  'description',
  'default',
  'examples',
  '$comment',
  '$schema',
  '$id',
  '$defs',
  'definitions',
  '$anchor',
  'deprecated',
  'readOnly',
  'writeOnly',
  'contentEncoding',
  'contentMediaType',
]);

/** By keyword, the schema that is true where the keyword's own demand is not met. */
const NEGATIONS: Record<string, (value: never, not: (schema: JsonSchema) => JsonSchema) => JsonSchema> = {
  enum: (values: unknown[]) => ({ [NOT_VALUES]: values }) as Made,
  const: (value: unknown) => ({ [NOT_VALUES]: [value] }) as Made,
  minimum: (value: number) => ({ type: 'number', exclusiveMaximum: value }),
  maximum: (value: number) => ({ type: 'number', exclusiveMinimum: value }),
  exclusiveMinimum: (value: number) => ({ type: 'number', maximum: value }),
  exclusiveMaximum: (value: number) => ({ type: 'number', minimum: value }),
  minLength: (value: number) => (value === 0 ? false : { type: 'string', maxLength: value - 1 }),
  maxLength: (value: number) => ({ type: 'string', minLength: value + 1 }),
  minItems: (value: number) => (value === 0 ? false : { type: 'array', maxItems: value - 1 }),
  maxItems: (value: number) => ({ type: 'array', minItems: value + 1 }),
  pattern: (value: string) => ({ type: 'string', [NOT_PATTERN]: value }) as Made,
  required: (keys: string[]) => ({
    type: 'object',
    anyOf: keys.length === 0 ? [false] : keys.map((key) => ({ properties: { [key]: false } })),
  }),
  properties: (schemas: Record<string, JsonSchema>, not) => ({
    type: 'object',
    anyOf: [
      false,
      ...Object.entries(schemas)
        .filter(([, schema]) => schema !== true)
        .map(([key, schema]) => ({ required: [key], properties: { [key]: not(schema) } })),
    ],
  }),
  allOf: (schemas: JsonSchema[], not) => ({ anyOf: schemas.map(not) }),
  anyOf: (schemas: JsonSchema[], not) => ({ allOf: schemas.map(not) }),
  not: (schema: JsonSchema) => schema,
};

/** @throws {SchemaRefused} for a keyword whose opposite cannot be said */
export function negate(schema: JsonSchema, document: SchemaDocument, depth = 0): JsonSchema {
  if (typeof schema === 'boolean') return !schema;
  const refuse = (keyword: string): never => {
    throw new SchemaRefused(
      keyword,
      document.path(schema),
      'cannot be enforced under "not", "if" or "oneOf"',
    );
  };
  if (depth > MAX_DEPTH) refuse('$ref');
  const not = (inner: JsonSchema): JsonSchema => negate(inner, document, depth + 1);
  const options: JsonSchema[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    if (ANNOTATIONS.has(keyword)) continue;
    if (keyword === '$ref') options.push(not(document.target(String(value), schema)));
    else if (keyword === 'type') options.push(...otherTypes(value));
    else if (NEGATIONS[keyword]) options.push(NEGATIONS[keyword](value as never, not));
    else refuse(keyword);
  }
  const made: SchemaObject = { anyOf: options };
  for (const option of options) if (isObject(option)) document.adopt(option, schema);
  return document.adopt(made, schema);
}

function otherTypes(value: unknown): JsonSchema[] {
  const types = (Array.isArray(value) ? value : [value]) as string[];
  const others: string[] = ALL_TYPES.filter(
    (type) => !types.includes(type) && !(type === 'number' && types.includes('integer')),
  );
  const fractions = types.includes('integer') && !types.includes('number');
  return [
    ...(others.length > 0 ? [{ type: others }] : []),
    ...(fractions ? [{ type: 'number', [NOT_INTEGER]: true } as Made] : []),
  ];
}
