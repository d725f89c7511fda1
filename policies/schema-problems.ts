// Turns zod's issues into problems that name the place, the offending value and what to write instead.
import type { z } from 'zod';
import type { Problem, ValuePath, YamlSource } from './yaml-source.ts';
import { problemAt } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;
type JsonSchema = z.core.JSONSchema.BaseSchema;

/** How a value may be shown: its text, or null where it must not be shown (a secret). */
export type ShowValue = (path: ValuePath, value: unknown) => string;

const SECRET_KEYS = /(^|_)(key|secret|token|password)$|^authorization$/i;

/** A value for a message: short, and masked where the key's name says that it is a secret. */
export function showValue(path: ValuePath, value: unknown): string {
  if (path.some((step) => typeof step === 'string' && (SECRET_KEYS.test(step) || step === 'headers'))) {
    return '(secret value)';
  }
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}..."` : text;
}

/** Insertions, deletions, changes and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(change, row[j]! + 1, next[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, before[j - 2]! + 1);
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}

/** The known name that is nearest to what was written; null when none is near (more than a third of the letters differ). */
export function nearestName(written: string, known: readonly string[]): string | null {
  const lower = written.slice(0, 60).toLowerCase().replaceAll('-', '_');
  let best: string | null = null;
  let bestDistance = Math.floor(lower.length / 3) + 1;
  for (const name of known) {
    const distance = editDistance(lower, name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** `; did you mean "model"?` or the whole list. */
export function suggestName(written: string, known: readonly string[]): string {
  const near = nearestName(written, known);
  if (near !== null) return `did you mean "${near}"?`;
  return known.length === 0 ? 'remove it' : `known here: ${known.join(', ')}`;
}

/** The part of a JSON Schema that describes the value at `path`; null where it says nothing. */
export function schemaAt(schema: unknown, path: ValuePath): JsonSchema | null {
  let current = schema as JsonSchema | undefined;
  for (const step of path) {
    if (current === undefined || typeof current !== 'object') return null;
    const branch: JsonSchema =
      current.anyOf?.find(
        (option): option is JsonSchema =>
          typeof option === 'object' && (option.properties !== undefined || option.items !== undefined),
      ) ?? current;
    current = (
      typeof step === 'number' ? branch.items : (branch.properties?.[step] ?? branch.additionalProperties)
    ) as JsonSchema | undefined;
  }
  return typeof current === 'object' ? current : null;
}

const valueAt = (root: unknown, path: ValuePath): unknown => {
  let value = root;
  for (const step of path) value = (value as Record<string | number, unknown> | null | undefined)?.[step];
  return value;
};

const article = (word: string): string =>
  word === 'int'
    ? 'a whole number'
    : word === 'record' || word === 'object'
      ? 'a map'
      : word === 'array'
        ? 'a list'
        : word === 'boolean'
          ? 'true or false'
          : word === 'string'
            ? 'a text'
            : `a ${word}`;

function message(issue: Issue, shown: string, missing: boolean): string {
  switch (issue.code) {
    case 'invalid_type':
      return missing
        ? `is missing; write ${article(issue.expected)}`
        : `${shown} is not ${article(issue.expected)}`;
    case 'invalid_value': {
      const values = issue.values.map(String);
      if (missing) return `is missing; write one of ${values.join(', ')}`;
      const near = nearestName(shown.replaceAll('"', ''), values);
      return `${shown} is none of ${values.join(', ')}${near === null ? '' : `; did you mean "${near}"?`}`;
    }
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `${shown} is too short; at least ${issue.minimum}`
        : `${shown} is too small; write ${issue.inclusive === false ? `more than ${issue.minimum}` : `${issue.minimum} or more`}`;
    case 'too_big':
      return `${shown} is too large; write ${issue.maximum} or less`;
    default:
      return shown === 'a map' || shown === 'a list' ? issue.message : `${shown}: ${issue.message}`;
  }
}

/** The branch of a union that fits the value's kind best: the one that does not fail at its own root. */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const fitting = branches.filter(
    (issues) => !issues.some((issue) => issue.path.length === 0 && issue.code === 'invalid_type'),
  );
  return [...(fitting.length > 0 ? fitting : branches)].sort((a, b) => a.length - b.length)[0] ?? [];
}

/** All issues as problems. `prefix` is where `value` stands in the source. */
export function schemaProblems(
  source: YamlSource,
  error: z.ZodError,
  value: unknown,
  jsonSchema: unknown,
  options: { prefix?: ValuePath; show?: ShowValue } = {},
): Problem[] {
  const { prefix = [], show = showValue } = options;
  const collect = (issue: Issue, base: ValuePath): Problem[] => {
    const local: ValuePath = [...base, ...(issue.path as (string | number)[])];
    const full = [...prefix, ...local];
    if (issue.code === 'unrecognized_keys') {
      const known = Object.keys(
        schemaAt(jsonSchema, local)?.properties ?? branchProperties(jsonSchema, local),
      );
      return issue.keys.map((key) =>
        problemAt(source, [...full, key], `unknown key "${key}"; ${suggestName(key, known)}`, 'key'),
      );
    }
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      return bestBranch(issue.errors).flatMap((inner) => collect(inner, local));
    }
    const found = valueAt(value, local);
    return [problemAt(source, full, message(issue, show(full, found), found === undefined))];
  };
  return error.issues.flatMap((issue) => collect(issue, []));
}

function branchProperties(jsonSchema: unknown, path: ValuePath): Record<string, unknown> {
  const options = schemaAt(jsonSchema, path)?.anyOf ?? [];
  return Object.assign(
    {},
    ...options.map((option) => (typeof option === 'object' ? (option.properties ?? {}) : {})),
  );
}
