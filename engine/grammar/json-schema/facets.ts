// What a value must be, as one conjunction: bounds by type, without alternatives (those are several conjunctions).
import type { JsonSchema } from '../../constraint.ts';
import type { Bound } from '../numbers.ts';

export type TypeName = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';
export const ALL_TYPES: readonly TypeName[] = ['null', 'boolean', 'number', 'string', 'array', 'object'];

/** One schema object's say about members: `additional` is for keys that neither of the other two names. */
export interface ObjectShape {
  properties: Map<string, JsonSchema>;
  patterns: [pattern: string, schema: JsonSchema][];
  additional: JsonSchema;
}

export interface ArrayShape {
  prefix: JsonSchema[];
  rest: JsonSchema;
}

export interface Facets {
  types: Set<TypeName>;
  integer: boolean;
  least: Bound | null;
  greatest: Bound | null;
  multiplesOf: number[];
  minLength: number;
  maxLength: number;
  /** Each must match, or must not. */
  patterns: { pattern: string; negated: boolean }[];
  formats: string[];
  arrays: ArrayShape[];
  minItems: number;
  maxItems: number;
  contains: { schema: JsonSchema; least: number } | null;
  objects: ObjectShape[];
  /** In the order in which they were met. */
  required: Set<string>;
  minProperties: number;
  maxProperties: number;
  names: JsonSchema[];
  /** Null: any. */
  values: unknown[] | null;
  notValues: unknown[];
  /** What to name when one of these cannot be enforced: keyword → where it stands. */
  places: Map<string, string>;
}

export const anything = (): Facets => ({
  types: new Set(ALL_TYPES),
  integer: false,
  least: null,
  greatest: null,
  multiplesOf: [],
  minLength: 0,
  maxLength: Number.POSITIVE_INFINITY,
  patterns: [],
  formats: [],
  arrays: [],
  minItems: 0,
  maxItems: Number.POSITIVE_INFINITY,
  contains: null,
  objects: [],
  required: new Set(),
  minProperties: 0,
  maxProperties: Number.POSITIVE_INFINITY,
  names: [],
  values: null,
  notValues: [],
  places: new Map(),
});

export const copyOf = (facets: Facets): Facets => ({
  ...facets,
  types: new Set(facets.types),
  multiplesOf: [...facets.multiplesOf],
  patterns: [...facets.patterns],
  formats: [...facets.formats],
  arrays: [...facets.arrays],
  objects: [...facets.objects],
  required: new Set(facets.required),
  names: [...facets.names],
  values: facets.values && [...facets.values],
  notValues: [...facets.notValues],
  places: new Map(facets.places),
});

export const typeOf = (value: unknown): TypeName =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : (typeof value as TypeName);

/** Equal as JSON: the order of keys does not matter. */
export const sameJson = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeOf(inner) === 'object'
      ? Object.fromEntries(Object.entries(inner as object).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
