// The config that is shipped and documented: example, JSON Schema, README and reference agree with the loader.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../../contract/built-file.ts';
import type { LoadedConfig } from '../../../router/config/config.ts';
import { loadConfig } from '../../../router/config/config.ts';
import type { Environment } from '../../../router/config/interpolate.ts';
import { configJsonSchema } from '../../../router/config/schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-shipped-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const good = (text: string, env: Environment): LoadedConfig => {
  const path = join(folder, 'c.yaml');
  writeFileSync(path, text);
  return loadConfig({ path, env, cwd: folder });
};

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
}

/** Paths of all values, lists and maps of any keys; not of the sections around them. */
function* leafPaths(schema: Schema, at: string): Generator<string> {
  if (schema.properties === undefined && at !== '') {
    if (!at.endsWith('[]')) yield at;
  }
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    yield* leafPaths(inner, at === '' ? key : `${at}.${key}`);
  }
  if (schema.items) yield* leafPaths(schema.items, `${at}[]`);
  for (const option of schema.anyOf ?? []) if (option.properties) yield* leafPaths(option, at);
}

describe('what is shipped', () => {
  it('the example is valid for the JSON Schema and for the loader, comments taken off as well', () => {
    const text = readFileSync(join(packageRoot, 'tiergate.example.yaml'), 'utf8');
    const whole = text.replace(
      /^( *)# (?=(auth| {2}keys| {4}- name| {6}key|3| {2}zone| {2}targets| {4}- id| {6}(base_url|api_key|context_window|price)| {8}\w+_mtok))/gm,
      '$1',
    );
    expect(whole).toMatch(/^auth:\n {2}keys:\n {4}- name: reporting\n {6}key: /m);
    expect(whole).toMatch(/^ {2}3:\n {4}zone: external\n {4}targets:\n {6}- id: openai/m);
    const env = { REPORTING_KEY: 'abcdefgh', OPENAI_API_KEY: 'k' };
    for (const yaml of [text, whole]) {
      const { targets } = good(yaml, env);
      expect(targets.length).toBeGreaterThan(1);
      // Numbers that come from the environment are text in the file itself.
      const literal = parse(yaml.replace(/\$\{\w+:-(\d+)\}/g, '$1')) as unknown;
      expect(z.fromJSONSchema(configJsonSchema() as never).safeParse(literal).error).toBeUndefined();
    }
  });

  it('the JSON Schema refuses what the loader refuses', () => {
    const schema = z.fromJSONSchema(configJsonSchema() as never);
    for (const wrong of [
      { server: { prot: 1 } },
      { server: { port: 70_000 } },
      { tiers: { 4: {} } },
      { policies: [{ rules: [] }] },
    ]) {
      expect(schema.safeParse(wrong).success).toBe(false);
    }
    expect(schema.safeParse({}).success).toBe(true);
  });

  it('docs/configuration.md names every key', () => {
    const text = readFileSync(join(packageRoot, 'docs/configuration.md'), 'utf8');
    const documented = [...text.matchAll(/`([a-z0-9_.[\]N]+)`/g)].map(([, name]) => name!);
    const paths = [...leafPaths(configJsonSchema() as Schema, '')].map((at) =>
      at.replace(/^tiers\.[123]/, 'tiers.N'),
    );
    expect(paths.length).toBeGreaterThan(50);
    // A nested table names the end of a path, e.g. `effects.deny_tiers`, never the last key alone.
    const missing = paths.filter(
      (at) => !documented.some((name) => at === name || (name.includes('.') && at.endsWith(`.${name}`))),
    );
    expect(missing).toEqual([]);
  });

  it("the README's example loads", () => {
    const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8');
    const blocks = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block!);
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(good(block, { OPENAI_API_KEY: 'k' }).targets).toHaveLength(3);
  });
});
