// `tiergate advise` as a user runs it: real engine hosts on the suite's own model and, where they are here, on real small ones.
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { builtFile } from '../../contract/built-file.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-advise-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const advise = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, TIERGATE_MODEL: '', TIERGATE_CONFIG: '', NO_COLOR: '1' };
    execFile(
      process.execPath,
      [builtFile('router/cli/main'), 'advise', ...args],
      { cwd: folder, env, maxBuffer: 64 << 20 },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

interface Advice {
  prompts: number;
  basis: Record<string, number>;
  reference: string | null;
  models: {
    name: string;
    quantisation: string;
    fileBytes: number;
    memoryBytes: number;
    peakBytes: number | null;
    quality: number | null;
    tokensPerSecond: number | null;
    usdPerThousand: number;
    failures: Record<string, number>;
    isReference: boolean;
  }[];
  skipped: { name: string; reason: string }[];
  level3UsdPerThousand: number | null;
  recommendation: { recommended: string | null; judged: number };
}

async function advised(...args: string[]): Promise<Advice> {
  const { code, out, err } = await advise(...args, '--json');
  expect(err).toBe('');
  expect(code).toBe(0);
  return JSON.parse(out) as Advice;
}

function prompts(name: string, ...lines: object[]): string {
  const file = join(folder, name);
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

/** Every model answers it alike: the grammar leaves one answer. */
const onlyAnswer = (city: string): object => ({
  type: 'object',
  properties: { city: { enum: [city] } },
  required: ['city'],
  additionalProperties: false,
});

const tiny = tinyModel({ tensorType: 'F16' });

describe('tiergate advise', () => {
  it('compares a model with its quantisations by agreement, and leaves nothing behind', async () => {
    const file = prompts('plain.jsonl', { prompt: 'Say something.' }, { prompt: 'And more.' });
    const page = join(folder, 'page.html');
    const { models, basis, reference, recommendation } = await advised(
      ...[file, '-m', tiny, '--quantize', 'Q8_0,q4_0', '--max-tokens', '12', '--html', page],
    );
    expect(basis).toEqual({ expected: 0, form: 0, reference: 2 });
    expect(reference).toBe(basename(tiny));
    expect(models.map(({ quantisation }) => quantisation)).toEqual(['F16', 'Q8_0', 'Q4_0']);
    const [whole, half] = models;
    expect(whole).toMatchObject({ isReference: true, quality: 1, failures: {} });
    expect(half!.fileBytes).toBeLessThan(whole!.fileBytes);
    expect(half!.memoryBytes).toBeLessThan(whole!.memoryBytes);
    for (const { quality, tokensPerSecond } of models) {
      expect(quality).toBeGreaterThanOrEqual(0);
      expect(quality).toBeLessThanOrEqual(1);
      expect(tokensPerSecond).toBeGreaterThan(0);
    }
    expect(models.map(({ name }) => name)).toContain(recommendation.recommended);
    const html = readFileSync(page, 'utf8');
    expect(html.match(/<circle/g)).toHaveLength(6);
    expect(html).toContain('Recommended');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('tiergate-advise-'))).not.toContain(
      basename(models[1]!.name),
    );
  });

  it('judges by expected answers and schemas, and takes the smallest that is as good', async () => {
    const file = prompts(
      'expected.jsonl',
      { prompt: 'Where?', schema: onlyAnswer('Oslo'), expected: { city: 'oslo' } },
      { prompt: 'Where?', schema: onlyAnswer('Oslo'), expected: { city: 'Rome' } },
      { prompt: 'Where?', schema: onlyAnswer('Oslo') },
    );
    const keep = join(folder, 'kept');
    const { models, basis, recommendation } = await advised(
      ...[file, '-m', tiny, '--quantize', 'Q8_0', '--keep', keep, '--usd-per-hour', '3.6'],
    );
    expect(basis).toEqual({ expected: 2, form: 0, reference: 1 });
    expect(models.map(({ quality }) => quality)).toEqual([2 / 3, 2 / 3]);
    expect(recommendation).toMatchObject({ judged: 3, recommended: models[1]!.name });
    expect(readdirSync(keep)).toEqual([models[1]!.name]);
    expect(models[0]!.usdPerThousand).toBeGreaterThan(0);

    // One model alone: the schema is all there is to judge the third by.
    const alone = await advised(file, '-m', join(keep, models[1]!.name));
    expect(alone).toMatchObject({ reference: null, basis: { expected: 2, form: 1, reference: 0 } });
  });

  it('shows a table, what it was judged by, and one recommendation', async () => {
    const { out, code } = await advise(
      prompts('one.jsonl', { prompt: 'x', expected: 'y' }),
      '-m',
      tiny,
      '--max-tokens',
      '4',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/model +weights +quality +worse on +tokens\/s/);
    expect(out).toMatch(/1 prompts, .* judged: 1 against expected answers/);
    expect(out.match(/^Recommended: /gm)).toHaveLength(1);
  });

  it('counts a prompt that a model has no room for as failed, and says so', async () => {
    const long = 'word '.repeat(600);
    const { models } = await advised(
      ...[prompts('long.jsonl', { prompt: long, expected: 'y' }, { prompt: 'x', expected: 'y' })],
      ...['-m', tiny, '--context', '128', '--max-tokens', '8'],
    );
    expect(models[0]!.failures).toEqual({ CONTEXT_OVERFLOW: 1 });
  });

  it('leaves out what cannot be run, with why', async () => {
    const models = join(folder, 'models-here');
    mkdirSync(models);
    writeFileSync(join(models, 'broken.gguf'), 'GGUF but not really');
    const file = prompts('x.jsonl', { prompt: 'x', expected: 'y' });
    const { skipped } = await advised(file, '-m', models, '-m', tiny, '--max-tokens', '4');
    expect(skipped).toHaveLength(1);
    expect(skipped[0]).toMatchObject({ name: 'broken.gguf', reason: expect.stringMatching(/GGUF/) });
    const nothing = await advise(file, '-m', models);
    expect(nothing.code).toBe(2);
    expect(nothing.err).toMatch(/no model on this machine can be run.*broken\.gguf/);
  });
});

const REAL = '../shared/data/models/gguf';
describe.skipIf(!existsSync(REAL))('on real models', () => {
  it('finds the halved weights as good as the whole ones, and four bits not', async () => {
    const names = ['Tim', 'Lily', 'Ben', 'Mia', 'Sam', 'Anna'];
    const file = prompts(
      'stories.jsonl',
      ...names.map((name) => ({
        prompt: `Once upon a time, there was a little girl named ${name}. One day, ${name}`,
      })),
    );
    const { models, reference, recommendation } = await advised(
      ...[file, '-m', join(process.cwd(), REAL), '--max-tokens', '32'],
    );
    // By llama.cpp's recorded tokens F16 writes as F32 for 12 of 13 prompts, Q4_K_M for 1.
    expect(reference).toBe('stories260K-f32.gguf');
    const qualityOf = (part: string): number => models.find(({ name }) => name.includes(part))!.quality!;
    expect(qualityOf('F16')).toBeGreaterThan(qualityOf('Q4_K_M'));
    expect(recommendation.recommended).not.toBe('stories260K-f32.gguf');
  });
});
