// A JSON Schema to a grammar, or a refusal: nothing in between. Each goal (a set of schemas for one value) is one rule, so
// that recursion ends where the same goal comes back.
import type { JsonSchema } from '../../constraint.ts';
import { counted, type Dfa, determinise, either, isEmpty, type Regular, seq, times } from '../dfa.ts';
import {
  canMatch,
  choice,
  EMPTY,
  type Expression,
  NEVER,
  type Rules,
  repeat,
  sequence,
  text,
} from '../form.ts';
import { anyJson, array, CHARACTER, dfa, EMPTY_ARRAY, listOf } from '../json-text.ts';
import { canCount, numberTexts } from '../numbers.ts';
import { isObject, SchemaDocument } from './document.ts';
import { type Facets, sameJson, type TypeName, typeOf } from './facets.ts';
import { Goals } from './goal.ts';
import { membersOf, objectExpression } from './objects.ts';
import { SchemaRefused } from './refused.ts';
import { allowsString, contentOf, stringExpression } from './strings.ts';

const MAX_GOALS = 5000;

export class SchemaCompiler {
  readonly rules: Rules;
  readonly goals: Goals;
  readonly document: SchemaDocument;
  readonly #known = new Map<string, Expression>();
  readonly #numbers = new Map<object, number>();
  #any: Expression | null = null;

  constructor(schema: JsonSchema, rules: Rules) {
    this.rules = rules;
    this.document = new SchemaDocument(schema);
    this.goals = new Goals(this.document, (schemas) => canMatch(rules, this.value(schemas)));
  }

  /** @throws {SchemaRefused} */
  compile(): Expression {
    const root = this.value([this.document.root]);
    if (!canMatch(this.rules, root))
      throw new SchemaRefused('false', '#', 'or what amounts to it allows no value at all');
    return root;
  }

  /** A rule for the values that satisfy all of the schemas. */
  value(goal: readonly JsonSchema[]): Expression {
    if (goal.includes(false)) return NEVER;
    const schemas = [...new Set(goal.filter(isObject))];
    const key = schemas
      .map((schema) => this.#number(schema))
      .sort((a, b) => a - b)
      .join();
    const known = this.#known.get(key);
    if (known) return known;
    if (schemas.length === 0) return this.#anyValue();
    if (this.#known.size >= MAX_GOALS)
      throw new SchemaRefused('allOf', '#', `and references make more than ${MAX_GOALS} combinations`);
    const rule = this.rules.declare();
    const call: Expression = { op: 'rule', rule };
    this.#known.set(key, call);
    const options = this.goals.alternatives(schemas).map((facets) => this.#expression(facets));
    return this.rules.define(rule, choice(...options));
  }

  #number(schema: object): number {
    let number = this.#numbers.get(schema);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(schema, number);
    }
    return number;
  }

  #anyValue(): Expression {
    this.#any ??= anyJson(this.rules).value;
    return this.#any;
  }

  #expression(facets: Facets): Expression {
    if (facets.values) return this.#values(facets, facets.values);
    for (const value of facets.notValues) {
      if (facets.types.has(typeOf(value)) && !['string', 'null', 'boolean'].includes(typeOf(value)))
        throw new SchemaRefused('not', '#', `excludes ${JSON.stringify(value)}, which is not supported`);
    }
    return choice(...[...facets.types].map((type) => this.#ofType(type, facets)));
  }

  #ofType(type: TypeName, facets: Facets): Expression {
    const isExcluded = (value: unknown) => facets.notValues.some((other) => sameJson(other, value));
    switch (type) {
      case 'null':
        return isExcluded(null) ? NEVER : text('null');
      case 'boolean':
        return choice(
          ...[true, false].filter((value) => !isExcluded(value)).map((value) => text(String(value))),
        );
      case 'number':
        return this.#numeral(facets);
      case 'string':
        return stringExpression(facets);
      case 'array':
        return this.#array(facets);
      case 'object':
        return objectExpression(facets, membersOf(facets, this.#names(facets)), {
          rules: this.rules,
          value: (goal) => this.value(goal),
        });
    }
  }

  #numeral(facets: Facets): Expression {
    for (const of of facets.multiplesOf) {
      if (!(of > 0) || !canCount(of))
        throw new SchemaRefused(
          'multipleOf',
          facets.places.get('multipleOf') ?? '#',
          `of ${of} is not supported`,
        );
    }
    const found = numberTexts(facets);
    return isEmpty(found) ? NEVER : { op: 'dfa', dfa: found };
  }

  /** The content of the keys that propertyNames allows; null: any. */
  #names(facets: Facets): Dfa | null {
    if (facets.names.length === 0) return null;
    const options = this.goals
      .alternatives(facets.names)
      .filter(({ types }) => types.has('string'))
      .map((name): Regular => {
        if (name.values || name.notValues.length > 0) {
          const values = (name.values ?? []).filter((value): value is string => typeof value === 'string');
          if (!name.values)
            throw new SchemaRefused(
              'propertyNames',
              facets.places.get('propertyNames') ?? '#',
              'excludes values, which is not supported',
            );
          return either(
            ...values
              .filter((value) => allowsString(name, value))
              .map(
                (value): Regular => ({
                  op: 'bytes',
                  bytes: [...Buffer.from(JSON.stringify(value).slice(1, -1))],
                }),
              ),
          );
        }
        const content = contentOf(name);
        if (content === null)
          return { op: 'dfa', dfa: counted(CHARACTER.dfa, name.minLength, name.maxLength) };
        if (name.minLength > 0 || name.maxLength < Number.POSITIVE_INFINITY)
          throw new SchemaRefused(
            'propertyNames',
            facets.places.get('propertyNames') ?? '#',
            'has a pattern and a length, which is not supported',
          );
        return { op: 'dfa', dfa: content };
      });
    return determinise(either(...options));
  }

  #array(facets: Facets): Expression {
    const { arrays, minItems, maxItems, contains } = facets;
    const place = (keyword: string) => facets.places.get(keyword) ?? '#';
    const prefix = Math.max(0, ...arrays.map((shape) => shape.prefix.length));
    const itemGoal = (i: number) => arrays.map((shape) => shape.prefix[i] ?? shape.rest);
    const item = (i: number) => this.value(itemGoal(i));
    if (facets.places.has('uniqueItems!') && maxItems > 1)
      throw new SchemaRefused('uniqueItems', place('uniqueItems!'), 'is not supported');
    if (maxItems < minItems) return NEVER;
    const { comma } = listOf;
    const many = (of: Expression, least: number, most: number) =>
      repeat(sequence(comma, of), least, most === Number.POSITIVE_INFINITY ? -1 : most);
    if (contains) {
      if (prefix > 0 || maxItems < Number.POSITIVE_INFINITY || minItems > contains.least)
        throw new SchemaRefused(
          'contains',
          place('contains'),
          'is not supported beside other bounds of the array',
        );
      const found = this.value([...itemGoal(0), contains.schema]);
      const any = item(0);
      const before = repeat(sequence(any, comma), 0, -1);
      const next = sequence(comma, before, found);
      return array(
        sequence(
          before,
          found,
          ...Array(contains.least - 1).fill(next),
          many(any, 0, Number.POSITIVE_INFINITY),
        ),
      );
    }
    const from = (i: number): Expression => {
      if (i === maxItems) return EMPTY;
      if (i < prefix) {
        const taken = sequence(i > 0 ? comma : EMPTY, item(i), from(i + 1));
        return i >= minItems ? choice(EMPTY, taken) : taken;
      }
      const rest = item(prefix);
      if (i > 0) return many(rest, Math.max(0, minItems - i), maxItems - i);
      return sequence(rest, many(rest, Math.max(0, minItems - 1), maxItems - 1));
    };
    if (maxItems === 0) return EMPTY_ARRAY;
    const filled = prefix === 0 ? from(0) : sequence(item(0), from(1));
    return minItems === 0 ? choice(EMPTY_ARRAY, array(filled)) : array(filled);
  }

  /** Constants; of arrays and objects only such as nothing else is asked of. */
  #values(facets: Facets, values: unknown[]): Expression {
    const isAllowed = (value: unknown): boolean => {
      const type = typeOf(value);
      if (!facets.types.has(type) || facets.notValues.some((other) => sameJson(other, value))) return false;
      if (type === 'string') return allowsString(facets, value as string);
      if (type === 'number') return allowsNumber(facets, value as number);
      const has = type === 'array' ? asksOfArrays(facets) : type === 'object' ? asksOfObjects(facets) : null;
      if (has)
        throw new SchemaRefused(
          'enum',
          facets.places.get('enum') ?? facets.places.get('const') ?? '#',
          `holds an ${type} beside "${has}", which is not supported`,
        );
      return true;
    };
    const texts = values.filter(isAllowed).map(constant);
    if (texts.length === 0) return NEVER;
    const scalars = texts.filter((each): each is Regular => each !== null);
    return dfa(either(...scalars));
  }
}

/** Blanks as elsewhere would multiply: constants are written without, or with one after a comma or colon. */
function constant(value: unknown): Regular {
  const blank = times({ op: 'bytes', bytes: [0x20] }, 0, 1);
  const literal = (plain: string): Regular => ({ op: 'bytes', bytes: [...Buffer.from(plain)] });
  if (Array.isArray(value))
    return seq(
      literal('['),
      ...value.flatMap((item, i) => [...(i > 0 ? [literal(','), blank] : []), constant(item)]),
      literal(']'),
    );
  if (isObject(value))
    return seq(
      literal('{'),
      ...Object.entries(value).flatMap(([key, item], i) => [
        ...(i > 0 ? [literal(','), blank] : []),
        literal(`${JSON.stringify(key)}:`),
        blank,
        constant(item),
      ]),
      literal('}'),
    );
  return literal(JSON.stringify(value));
}

function allowsNumber({ least, greatest, multiplesOf, integer }: Facets, value: number): boolean {
  if (integer && !Number.isInteger(value)) return false;
  if (least && (value < least.value || (least.exclusive && value === least.value))) return false;
  if (greatest && (value > greatest.value || (greatest.exclusive && value === greatest.value))) return false;
  return multiplesOf.every((of) => Math.abs(value / of - Math.round(value / of)) < 1e-9);
}

function asksOfArrays(facets: Facets): string | null {
  if (facets.arrays.length > 0) return 'items';
  if (facets.minItems > 0) return 'minItems';
  if (facets.maxItems < Number.POSITIVE_INFINITY) return 'maxItems';
  if (facets.places.has('uniqueItems!')) return 'uniqueItems';
  return facets.contains ? 'contains' : null;
}

function asksOfObjects(facets: Facets): string | null {
  if (facets.objects.length > 0) return 'properties';
  if (facets.required.size > 0) return 'required';
  if (facets.minProperties > 0) return 'minProperties';
  if (facets.maxProperties < Number.POSITIVE_INFINITY) return 'maxProperties';
  return facets.names.length > 0 ? 'propertyNames' : null;
}
