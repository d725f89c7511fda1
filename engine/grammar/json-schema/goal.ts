// A goal is a set of schemas that one value must satisfy together. Here it becomes alternatives, each a plain conjunction
// of bounds: references followed, allOf joined, anyOf and its like split.
import type { JsonSchema } from '../../constraint.ts';
import { isObject, type SchemaDocument, type SchemaObject } from './document.ts';
import { ALL_TYPES, anything, copyOf, type Facets, sameJson, typeOf } from './facets.ts';
import { NOT_INTEGER, NOT_PATTERN, NOT_VALUES, negate } from './negate.ts';
import { SchemaRefused } from './refused.ts';

/** Alternatives of one goal. */
const MAX_ALTERNATIVES = 1000;

type Options = JsonSchema[];

/** Splits: of each list one schema must hold too. */
interface Split {
  options: Options;
}

export class Goals {
  readonly document: SchemaDocument;
  /** Whether two schemas can hold together, beside what else is asked. */
  readonly #overlap: (schemas: JsonSchema[]) => boolean;
  readonly #splits = new Map<object, Split[]>();

  constructor(document: SchemaDocument, overlap: (schemas: JsonSchema[]) => boolean) {
    this.document = document;
    this.#overlap = overlap;
  }

  /** @throws {SchemaRefused} */
  alternatives(schemas: readonly JsonSchema[]): Facets[] {
    const out: Facets[] = [];
    this.#expand([...schemas], anything(), new Set(), out);
    return out;
  }

  #expand(pending: JsonSchema[], facets: Facets, seen: Set<JsonSchema>, out: Facets[]): void {
    while (pending.length > 0) {
      const schema = pending.shift()!;
      if (schema === false) return;
      if (schema === true || seen.has(schema)) continue;
      seen.add(schema);
      const splits = this.#take(schema, facets, pending);
      if (facets.types.size === 0) return;
      const split = splits[0];
      if (!split) continue;
      for (const option of split.options) {
        const rest = splits.slice(1).map(({ options }) => this.#anyOf(options, schema));
        this.#expand([option, ...rest, ...pending], copyOf(facets), new Set(seen), out);
      }
      return;
    }
    if (out.push(facets) > MAX_ALTERNATIVES)
      throw new SchemaRefused('anyOf', '#', `makes more than ${MAX_ALTERNATIVES} alternatives with the rest`);
  }

  readonly #made = new Map<Options, SchemaObject>();

  #anyOf(options: Options, of: object): JsonSchema {
    let made = this.#made.get(options);
    if (!made) {
      made = this.document.adopt({ anyOf: options }, of);
      this.#made.set(options, made);
    }
    return made;
  }

  /** Adds what the schema says to the facets and to `pending`; returns the alternatives it leaves. */
  #take(schema: SchemaObject, facets: Facets, pending: JsonSchema[]): Split[] {
    const { draft } = this.document;
    const reference = schema['$ref'];
    if (typeof reference === 'string') {
      pending.unshift(this.document.target(reference, schema));
      if (draft === 7) return [];
    }
    this.#refuseUnknown(schema);
    takeFacets(schema, facets, this.document);
    if (Array.isArray(schema['allOf'])) pending.unshift(...(schema['allOf'] as JsonSchema[]));
    let splits = this.#splits.get(schema);
    if (!splits) {
      splits = this.#splitsOf(schema);
      this.#splits.set(schema, splits);
    }
    return splits;
  }

  #refuseUnknown(schema: SchemaObject): void {
    const refuse = (keyword: string, why = 'is not supported'): never => {
      throw new SchemaRefused(keyword, this.document.path(schema), why);
    };
    if (this.document.draft === 7) return;
    for (const keyword of ['$dynamicRef', '$recursiveRef']) if (keyword in schema) refuse(keyword);
    const applicators = ['$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'not', 'dependentSchemas'];
    for (const keyword of ['unevaluatedProperties', 'unevaluatedItems']) {
      if (!(keyword in schema) || schema[keyword] === true) continue;
      const has = [...applicators, 'contains'].find((applicator) => applicator in schema);
      if (has) refuse(keyword, `is not supported beside "${has}"`);
    }
  }

  #splitsOf(schema: SchemaObject): Split[] {
    const { document } = this;
    const splits: Split[] = [];
    const made = <T extends JsonSchema>(value: T): T =>
      isObject(value) ? document.adopt(value, schema) : value;
    const split = (...options: JsonSchema[]) => splits.push({ options: options.map(made) });
    if (Array.isArray(schema['anyOf'])) splits.push({ options: schema['anyOf'] as JsonSchema[] });
    if (Array.isArray(schema['oneOf']))
      splits.push({ options: this.#exclusive(schema, schema['oneOf'] as JsonSchema[]) });
    if ('not' in schema) split(negate(schema['not'] as JsonSchema, document));
    if ('if' in schema && ('then' in schema || 'else' in schema)) {
      const [test, then, otherwise] = ['if', 'then', 'else'].map(
        (key) => (schema[key] ?? true) as JsonSchema,
      );
      split({ allOf: [test!, then!] }, { allOf: [negate(test!, document), otherwise!] });
    }
    const dependents = {
      ...(document.draft === 7 ? {} : (schema['dependentRequired'] as object)),
      ...(document.draft === 7 ? {} : (schema['dependentSchemas'] as object)),
    };
    const all: [string, unknown][] = [
      ...Object.entries(dependents),
      ...(document.draft === 7 ? Object.entries((schema['dependencies'] as object) ?? {}) : []),
    ];
    if (document.draft !== 7 && schema['dependentRequired'] && schema['dependentSchemas']) {
      all.length = 0;
      all.push(...Object.entries(schema['dependentRequired']), ...Object.entries(schema['dependentSchemas']));
    }
    for (const [key, needs] of all) {
      const demand: JsonSchema = Array.isArray(needs) ? { required: needs } : (needs as JsonSchema);
      split(
        { type: ALL_TYPES.filter((type) => type !== 'object') },
        { type: 'object', properties: { [key]: false } },
        {
          type: 'object',
          allOf: [{ required: [key] }, demand],
        },
      );
    }
    return splits;
  }

  /** oneOf is anyOf where no two can hold together; else each holds without the others, if that can be said. */
  #exclusive(schema: SchemaObject, options: JsonSchema[]): JsonSchema[] {
    const { oneOf: _, ...besides } = schema;
    const frame = this.document.adopt(besides, schema);
    return options.map((option, i) => {
      const rivals = options.filter((other, j) => j !== i && this.#overlap([frame, option, other]));
      if (rivals.length === 0) return option;
      try {
        const alone = { allOf: [option, ...rivals.map((rival) => negate(rival, this.document))] };
        return this.document.adopt(alone, schema);
      } catch (error) {
        if (!(error instanceof SchemaRefused)) throw error;
        throw new SchemaRefused('oneOf', this.document.path(schema), 'has options that can hold together');
      }
    });
  }
}

const later = <T>(a: T | null, b: T, isTighter: (b: T, a: T) => boolean): T =>
  a === null || isTighter(b, a) ? b : a;

function takeFacets(schema: SchemaObject, facets: Facets, document: SchemaDocument): void {
  const number = (keyword: string): number | null =>
    typeof schema[keyword] === 'number' ? (schema[keyword] as number) : null;
  for (const keyword of Object.keys(schema)) facets.places.set(keyword, document.path(schema));
  takeType(schema, facets);
  for (const [keyword, strict] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    const isLower = keyword === 'minimum';
    for (const [value, exclusive] of [
      [number(keyword), schema[strict] === true], // draft 4
      [number(strict), true],
    ] as const) {
      if (value === null) continue;
      const bound = { value, exclusive };
      if (isLower)
        facets.least = later(
          facets.least,
          bound,
          (b, a) => b.value > a.value || (b.value === a.value && b.exclusive),
        );
      else
        facets.greatest = later(
          facets.greatest,
          bound,
          (b, a) => b.value < a.value || (b.value === a.value && b.exclusive),
        );
    }
  }
  const multiple = number('multipleOf');
  if (multiple !== null) facets.multiplesOf.push(multiple);
  const atLeast = (key: 'minLength' | 'minItems' | 'minProperties') => {
    facets[key] = Math.max(facets[key], number(key) ?? 0);
  };
  const atMost = (key: 'maxLength' | 'maxItems' | 'maxProperties') => {
    facets[key] = Math.min(facets[key], number(key) ?? Number.POSITIVE_INFINITY);
  };
  for (const key of ['minLength', 'minItems', 'minProperties'] as const) atLeast(key);
  for (const key of ['maxLength', 'maxItems', 'maxProperties'] as const) atMost(key);
  if (typeof schema['pattern'] === 'string')
    facets.patterns.push({ pattern: schema['pattern'], negated: false });
  const notPattern = (schema as { [NOT_PATTERN]?: string })[NOT_PATTERN];
  if (notPattern !== undefined) facets.patterns.push({ pattern: notPattern, negated: true });
  if (typeof schema['format'] === 'string') facets.formats.push(schema['format']);
  takeValues(schema, facets);
  takeArray(schema, facets, document);
  takeObject(schema, facets, document);
}

function takeType(schema: SchemaObject, facets: Facets): void {
  if (schema['type'] === undefined) return;
  const types = (Array.isArray(schema['type']) ? schema['type'] : [schema['type']]) as string[];
  const wholeOnly = types.includes('integer') && !types.includes('number');
  for (const type of facets.types)
    if (!types.includes(type) && !(type === 'number' && wholeOnly)) facets.types.delete(type);
  if (wholeOnly) facets.integer = true;
  if ((schema as { [NOT_INTEGER]?: boolean })[NOT_INTEGER])
    throw new SchemaRefused('type', '#', '"integer" cannot be enforced under "not", "if" or "oneOf"');
}

function takeValues(schema: SchemaObject, facets: Facets): void {
  const allow = (values: unknown[]) => {
    facets.values =
      facets.values === null
        ? values
        : facets.values.filter((value) => values.some((other) => sameJson(value, other)));
    const types = new Set(facets.values.map(typeOf));
    for (const type of facets.types) if (!types.has(type)) facets.types.delete(type);
  };
  if (Array.isArray(schema['enum'])) allow(schema['enum']);
  if ('const' in schema) allow([schema['const']]);
  facets.notValues.push(...((schema as { [NOT_VALUES]?: unknown[] })[NOT_VALUES] ?? []));
}

function takeArray(schema: SchemaObject, facets: Facets, document: SchemaDocument): void {
  const refuse = (keyword: string, why: string): never => {
    throw new SchemaRefused(keyword, document.path(schema), why);
  };
  const items = schema['items'];
  const tuple = document.draft === 2020 ? schema['prefixItems'] : Array.isArray(items) ? items : undefined;
  const rest = Array.isArray(items)
    ? document.draft === 2020
      ? undefined
      : schema['additionalItems']
    : items;
  if (Array.isArray(items) && document.draft === 2020)
    refuse('items', 'is a list, which draft 2020-12 calls prefixItems');
  const unevaluated = document.draft === 7 ? undefined : schema['unevaluatedItems'];
  if (tuple !== undefined || rest !== undefined || unevaluated !== undefined)
    facets.arrays.push({
      prefix: (tuple ?? []) as JsonSchema[],
      rest: (rest ?? unevaluated ?? true) as JsonSchema,
    });
  if ('contains' in schema) {
    const least = document.draft === 7 ? 1 : ((schema['minContains'] as number | undefined) ?? 1);
    if (document.draft !== 7 && 'maxContains' in schema) refuse('maxContains', 'is not supported');
    if (least > 0 && facets.contains)
      refuse('contains', 'stands twice in one conjunction, which is not supported');
    if (least > 0) facets.contains = { schema: schema['contains'] as JsonSchema, least };
  }
  if (schema['uniqueItems'] === true) facets.places.set('uniqueItems!', document.path(schema));
}

function takeObject(schema: SchemaObject, facets: Facets, document: SchemaDocument): void {
  const properties = schema['properties'] as Record<string, JsonSchema> | undefined;
  const patterns = schema['patternProperties'] as Record<string, JsonSchema> | undefined;
  const additional =
    schema['additionalProperties'] ?? (document.draft === 7 ? undefined : schema['unevaluatedProperties']);
  if (properties || patterns || additional !== undefined)
    facets.objects.push({
      properties: new Map(Object.entries(properties ?? {})),
      patterns: Object.entries(patterns ?? {}),
      additional: (additional ?? true) as JsonSchema,
    });
  // Draft 3 and 4 schemas in the wild have a boolean here.
  if (Array.isArray(schema['required']))
    for (const key of schema['required'] as string[]) facets.required.add(key);
  if ('propertyNames' in schema) facets.names.push(schema['propertyNames'] as JsonSchema);
}
