// Objects: declared keys first, in the order of the schema, the optional ones left out or not; then other keys, as
// patterns and additionalProperties say.
import type { JsonSchema } from '../../constraint.ts';
import { type Dfa, determinise, either, intersect, isEmpty, LanguageTooLarge, subtract } from '../dfa.ts';
import { choice, EMPTY, type Expression, NEVER, type Rules, repeat, sequence } from '../form.ts';
import { COLON, CONTENT, EMPTY_OBJECT, listOf, object, quoted, string } from '../json-text.ts';
import type { Facets, ObjectShape } from './facets.ts';
import { SchemaRefused } from './refused.ts';
import { literal, patternTexts } from './strings.ts';

/** Different patterns of one object: their combinations double with each. */
const MAX_PATTERNS = 6;

/** What an object may hold. */
export interface Members {
  declared: { key: string; required: boolean; goal: JsonSchema[] }[];
  /** Other keys: which, and what of. */
  others: { keys: Dfa; goal: JsonSchema[] }[];
}

/** names: the content of allowed keys; null: any. @throws {SchemaRefused} */
export function membersOf(facets: Facets, names: Dfa | null): Members {
  const { objects } = facets;
  const keys = new Set([...objects.flatMap(({ properties }) => [...properties.keys()]), ...facets.required]);
  const sources = [...new Set(objects.flatMap((shape) => shape.patterns.map(([pattern]) => pattern)))];
  const place = facets.places.get('patternProperties') ?? '#';
  if (sources.length > MAX_PATTERNS)
    throw new SchemaRefused('patternProperties', place, `has more than ${MAX_PATTERNS} patterns`);
  const automata = sources.map((source) => patternTexts(source, 'patternProperties', place));
  const literals = [...keys].map(literal);
  const isIn = (a: Dfa, b: Dfa) => !isEmpty(intersect(a, b));
  const declared = [...keys].map((key, i) => {
    const matched = new Set(sources.filter((_, k) => isIn(literals[i]!, automata[k]!)));
    const isNamed = names === null || isIn(literals[i]!, names);
    return {
      key,
      required: facets.required.has(key),
      goal: isNamed ? goalOf(objects, key, matched) : [false],
    };
  });
  let free = names ?? CONTENT;
  if (keys.size > 0)
    free = subtract(free, determinise(either(...literals.map((dfa) => ({ op: 'dfa', dfa }) as const))));
  const others: Members['others'] = [];
  // One class of keys for each combination of patterns that match.
  const divide = (from: number, language: Dfa, matched: Set<string>): void => {
    if (isEmpty(language)) return;
    if (from === sources.length) {
      others.push({ keys: language, goal: goalOf(objects, null, matched) });
      return;
    }
    divide(from + 1, intersect(language, automata[from]!), new Set([...matched, sources[from]!]));
    divide(from + 1, subtract(language, automata[from]!), matched);
  };
  try {
    divide(0, free, new Set());
  } catch (error) {
    if (!(error instanceof LanguageTooLarge)) throw error;
    throw new SchemaRefused('patternProperties', place, `is too complex: ${error.message}`);
  }
  return { declared, others };
}

/** key: null: one that no shape declares. */
function goalOf(
  objects: readonly ObjectShape[],
  key: string | null,
  matched: ReadonlySet<string>,
): JsonSchema[] {
  return objects.flatMap(({ properties, patterns, additional }) => {
    const own = key !== null && properties.has(key) ? [properties.get(key)!] : [];
    const found = [
      ...own,
      ...patterns.flatMap(([pattern, schema]) => (matched.has(pattern) ? [schema] : [])),
    ];
    return found.length > 0 ? found : [additional];
  });
}

export interface ValueMaker {
  rules: Rules;
  value(goal: readonly JsonSchema[]): Expression;
}

/** @throws {SchemaRefused} */
export function objectExpression(
  facets: Facets,
  { declared, others }: Members,
  make: ValueMaker,
): Expression {
  const { rules } = make;
  const present = declared.filter(({ goal, required }) => required || !goal.includes(false));
  const member = (key: Expression, goal: JsonSchema[]) => sequence(key, COLON, make.value(goal));
  const allowed = others.filter(({ goal }) => !goal.includes(false));
  const free = choice(...allowed.map(({ keys, goal }) => member(string(keys), goal)));
  const isOpen = allowed.length > 0;
  const required = present.filter((each) => each.required).length;
  const [least, most] = countBounds(facets, required, present.length, isOpen);
  if (least > most) return NEVER;
  const comma = listOf.comma;
  const known = new Map<string, Expression>();
  // Required keys are written anyway: without other bounds it matters only whether a comma is due.
  const isCounted = least > required || most < Number.POSITIVE_INFINITY;
  /** Members from the i-th on, when `count` stand before them. */
  const from = (i: number, count: number): Expression => {
    const counted = isCounted ? count : Math.min(count, 1);
    const key = `${i},${counted}`;
    const found = known.get(key);
    if (found) return found;
    const rule = rules.declare();
    known.set(key, { op: 'rule', rule });
    return rules.define(rule, rest(i, counted));
  };
  const rest = (i: number, count: number): Expression => {
    const lead = count > 0 ? comma : EMPTY;
    if (i === present.length) {
      if (!isOpen) return !isCounted || count >= least ? EMPTY : NEVER;
      const [low, high] = isCounted ? [Math.max(0, least - count), most - count] : [0, most];
      const many = (n: number, m: number) =>
        repeat(sequence(comma, free), n, m === Number.POSITIVE_INFINITY ? -1 : m);
      if (high === 0) return EMPTY;
      if (count > 0) return many(low, high);
      const some = sequence(free, many(Math.max(0, low - 1), high - 1));
      return low === 0 ? choice(EMPTY, some) : some;
    }
    const { key, goal, required: isRequired } = present[i]!;
    const taken = count < most ? sequence(lead, member(quoted(key), goal), from(i + 1, count + 1)) : NEVER;
    return isRequired ? taken : choice(taken, from(i + 1, count));
  };
  const members = from(0, 0);
  return required === 0 && least === 0 && present.length === 0 && !isOpen
    ? EMPTY_OBJECT
    : choice(...(required === 0 && least === 0 ? [EMPTY_OBJECT] : []), object(members));
}

/** The same free key might be written twice: where it counts, only keys that are declared may be counted on. */
function countBounds(facets: Facets, required: number, declared: number, isOpen: boolean): [number, number] {
  const { minProperties, maxProperties } = facets;
  const least = Math.max(minProperties, required);
  const most = isOpen ? maxProperties : Math.min(maxProperties, declared);
  const wanted = isOpen && minProperties > Math.max(required, 1);
  if (wanted)
    throw new SchemaRefused(
      'minProperties',
      facets.places.get('minProperties') ?? '#',
      'counts keys that are not declared, of which two could be the same',
    );
  if (most !== Number.POSITIVE_INFINITY && most < declared && declared * most > 4000)
    throw new SchemaRefused('maxProperties', facets.places.get('maxProperties') ?? '#', 'is too large');
  return [least, most];
}
