// An instance as text with its keys in the order in which a schema declares them: that is how constrained answers are
// written. Where a schema has alternatives there can be several such texts.
import type { JsonSchema } from '../../engine/constraint.ts';
import { sameJson } from '../../engine/grammar/json-schema/facets.ts';
import type { Goals } from '../../engine/grammar/json-schema/goal.ts';
import { membersOf } from '../../engine/grammar/json-schema/objects.ts';

/** Texts of one value that are tried. */
const MOST = 24;

export function orderedTexts(goals: Goals, goal: readonly JsonSchema[], value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [JSON.stringify(value)];
  const texts = new Set<string>();
  const schemas = goal.filter((schema) => typeof schema === 'object');
  for (const facets of schemas.length === 0 ? [] : goals.alternatives(schemas)) {
    if (texts.size >= MOST) break;
    const same = facets.values?.find((constant) => sameJson(constant, value));
    if (same !== undefined) texts.add(JSON.stringify(same));
    else if (Array.isArray(value)) {
      const items = value.map((item, i) => {
        const own = facets.arrays.map((shape) => shape.prefix[i] ?? shape.rest);
        return orderedTexts(goals, facets.contains ? [...own, facets.contains.schema] : own, item);
      });
      for (const parts of combinations(items)) texts.add(`[${parts.join()}]`);
    } else {
      const { declared } = membersOf(facets, null);
      const given = value as Record<string, unknown>;
      const keys = Object.keys(given);
      const known = declared.filter(({ key }) => Object.hasOwn(given, key));
      const others = keys.filter((key) => !declared.some((each) => each.key === key));
      const members = [
        ...known.map(({ key, goal: own }) => member(key, orderedTexts(goals, own, given[key]))),
        ...others.map((key) => member(key, orderedTexts(goals, otherGoals(facets.objects, key), given[key]))),
      ];
      for (const parts of combinations(members)) texts.add(`{${parts.join()}}`);
    }
  }
  // Only where no schema says an order is it the value's own: each text that is not needed leaves no room for another.
  return texts.size === 0 ? [JSON.stringify(value)] : [...texts].slice(0, MOST);
}

const member = (key: string, texts: string[]): string[] =>
  texts.map((text) => `${JSON.stringify(key)}:${text}`);

type Shapes = Parameters<typeof membersOf>[0]['objects'];

function otherGoals(shapes: Shapes, key: string): JsonSchema[] {
  return shapes.flatMap(({ patterns, additional }) => {
    const matched = patterns
      .filter(([pattern]) => new RegExp(pattern, 'u').test(key))
      .map(([, schema]) => schema);
    return matched.length > 0 ? matched : [additional];
  });
}

/** The last choices first, as many as MOST. */
function combinations(choices: string[][]): string[][] {
  let out: string[][] = [[]];
  for (const options of choices)
    out = out.flatMap((before) => [...options].reverse().map((option) => [...before, option])).slice(0, MOST);
  return out;
}
