// Grammars made of JSON Schemas beside the outside truth: the official suite, real schemas with valid and invalid
// instances, and llama.cpp's own cases of grammars. A schema is enforced exactly or refused by its keyword.
// Instances are written as JSON.stringify does, with their keys in the schema's order (test/support/schema-order.ts).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';
import { type NativeGrammar, nativeAddon } from '../../engine/binding.ts';
import type { Constraint, JsonSchema } from '../../engine/constraint.ts';
import { compileConstraint } from '../../engine/grammar/compile.ts';
import { Rules } from '../../engine/grammar/form.ts';
import { SchemaCompiler } from '../../engine/grammar/json-schema/compile.ts';
import { SchemaRefused } from '../../engine/grammar/json-schema/refused.ts';
import { countCases } from '../support/conformance.ts';
import { orderedTexts } from '../support/schema-order.ts';

const shared = join(packageRoot, '..', 'shared', 'data');
const suite = join(shared, 'json_schema', 'test-suite', 'tests');
const reason = existsSync(suite) ? '' : ' (skipped: the shared test data is not there)';
/** TIERGATE_SCHEMAS=1: every real schema; else each 30th. */
const EVERY = process.env['TIERGATE_SCHEMAS'] === '1' ? 1 : 30;

interface Case {
  name: string;
  schema: JsonSchema;
  tests: { description?: string; data: unknown; valid: boolean }[];
}

/** Valid instances that are not written in our form, by what they hold. */
const NOT_OUR_FORM: [why: string, holds: (text: string, where: string) => boolean][] = [
  ['format is asserted, the suite has it as an annotation', (_, where) => / format\.json /.test(where)],
  ['leap second', (text, where) => /format\/(date-)?time/.test(where) && /:60/.test(text)],
  ['more than nine digits of a second', (text) => /\.\d{10,}Z/.test(text)],
  ['encoded international name', (text) => text.includes('xn--')],
  ['quoted or literal address', (text, where) => /email/.test(where) && /\\"|\[/.test(text)],
  ['metaschema without validation', (_, where) => where.includes('custom metaschema')],
  ['number past 20 digits, or with a large exponent', (text) => /\d{21}|e[+-]?\d{3}/.test(text)],
  ['number within bounds, with an exponent', (text) => /\de[+-]?\d/.test(text)],
];

const DIALECTS: Record<string, string> = {
  draft7: 'http://json-schema.org/draft-07/schema#',
  'draft2019-09': 'https://json-schema.org/draft/2019-09/schema',
  'draft2020-12': 'https://json-schema.org/draft/2020-12/schema',
};

function suiteCases(): Case[] {
  return Object.entries(DIALECTS).flatMap(([draft, dialect]) =>
    ['.', 'optional/format'].flatMap((folder) =>
      readdirSync(join(suite, draft, folder))
        .filter((file) => file.endsWith('.json'))
        .flatMap((file) => {
          const groups = JSON.parse(readFileSync(join(suite, draft, folder, file), 'utf8'));
          return groups.map((group: Case & { description: string }) => ({
            ...group,
            name: `${draft} ${folder === '.' ? '' : `${folder}/`}${file} ${group.description}`,
            schema: typeof group.schema === 'boolean' ? group.schema : { $schema: dialect, ...group.schema },
          }));
        }),
    ),
  );
}

/** Prints the counts, of instances, and hands them to `npm run conformance`; returns what went wrong. */
function judge(context: TestContext, title: string, cases: readonly Case[]): string[] {
  const refused = new Map<string, number>();
  const otherForm = new Map<string, number>();
  const wrong: string[] = [];
  const counts = { enforced: 0, accepted: 0, rejected: 0 };
  const add = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const { name, schema, tests } of cases) {
    let grammar: NativeGrammar;
    try {
      grammar = nativeAddon().compileGrammar(compileConstraint({ kind: 'json_schema', schema }));
    } catch (error) {
      const cause = (error as Error).cause;
      add(refused, cause instanceof SchemaRefused ? cause.keyword : (error as Error).message.slice(0, 80));
      continue;
    }
    counts.enforced++;
    const { goals } = new SchemaCompiler(schema, new Rules());
    for (const { description, data, valid } of tests) {
      const texts = [...new Set([JSON.stringify(data), ...orderedTexts(goals, [schema], data)])];
      const accepts = texts.some((text) => grammar.accepts(text));
      const where = `${name} | ${description ?? ''}`;
      const form = valid && !accepts && NOT_OUR_FORM.find(([, holds]) => holds(texts[0]!, where));
      if (form) add(otherForm, form[0]);
      else if (accepts !== valid) wrong.push(`${where} | ${texts.at(-1)!.slice(0, 160)} should be ${valid}`);
      else counts[valid ? 'accepted' : 'rejected']++;
    }
  }
  const listed = (map: Map<string, number>) =>
    [...map]
      .sort((a, b) => b[1] - a[1])
      .map(([key, count]) => `${key} ${count}`)
      .join(', ') || 'none';
  const nRefused = [...refused.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `${title}: ${counts.enforced} schemas enforced, ${nRefused} refused (${listed(refused)}); ` +
      `${counts.accepted} valid instances accepted, ${counts.rejected} invalid ones refused, ${wrong.length} wrong; ` +
      `valid but not in our form: ${listed(otherForm)}`,
  );
  const passed = counts.accepted + counts.rejected;
  const left = (map: Map<string, number>, why: string) =>
    [...map].map(([name, count]) => ({ name: `${name} (${count})`, reason: why }));
  countCases(context, {
    passed,
    total: passed + wrong.length,
    excluded: [
      ...left(refused, 'schemas refused up front by this keyword'),
      ...left(otherForm, 'valid, but not in the form that answers are written in'),
    ],
  });
  return wrong;
}

describe.skipIf(reason !== '')(`JSON Schema${reason}`, () => {
  it('enforces the official suite exactly, or refuses by keyword', { timeout: 300_000 }, (context) => {
    expect(judge(context, 'official suite', suiteCases())).toEqual([]);
  });

  it('enforces real schemas exactly, or refuses by keyword', { timeout: 1_200_000 }, (context) => {
    const lines = readFileSync(join(shared, 'json_schema', 'maskbench_sample.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const cases = lines.filter((_, i) => i % EVERY === 0).map((line) => JSON.parse(line) as Case);
    expect(judge(context, 'real schemas', cases)).toEqual([]);
  });
});

describe.skipIf(reason !== '')(`grammars${reason}`, () => {
  const cases: { name: string; grammar?: string; schema?: string; accept: string[]; reject: string[] }[] =
    reason ? [] : JSON.parse(readFileSync(join(shared, 'grammars', 'accept_reject_cases.json'), 'utf8'));

  // A newer form of GBNF, which names tokens of one vocabulary by id or text.
  const namesTokens = (grammar: string): boolean => /<\[?[\w-]+\]?>/.test(grammar.replace(/"[^"]*"/g, ''));
  const given = cases.filter(({ grammar }) => grammar);
  const left = given.filter(({ grammar }) => namesTokens(grammar!)).map(({ name }) => name);
  if (left.length > 0) console.log(`left out, as they name tokens: ${left.join(', ')}`);

  it.each(given.filter(({ grammar }) => !namesTokens(grammar!)))(
    'reads "$name" as llama.cpp does',
    ({ grammar, accept, reject }) => {
      const constraint: Constraint = { kind: 'gbnf', grammar: grammar! };
      const native = nativeAddon().compileGrammar(compileConstraint(constraint));
      for (const text of accept) expect(native.accepts(text), text).toBe(true);
      for (const text of reject) expect(native.accepts(text), text).toBe(false);
    },
  );

  it.each(reason ? [] : readdirSync(join(shared, 'grammars')).filter((file) => file.endsWith('.gbnf')))(
    'compiles %s',
    (file) => {
      const grammar = readFileSync(join(shared, 'grammars', file), 'utf8');
      expect(() => nativeAddon().compileGrammar(compileConstraint({ kind: 'gbnf', grammar }))).not.toThrow();
    },
  );
});
