// From a checkpoint to an answer with tiergate's commands alone: convert, imatrix, quantize, inspect, engine; what the
// quantised files cost: perplexity, compare; and that they stay what they are: lock, verify.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { builtFile, packageRoot } from '../../contract/built-file.ts';
import { startHost } from '../../engine/serve.ts';
import { randomHfModel, writeHfFolder } from '../support/hf-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-quantize-journey-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const models = join(packageRoot, '..', 'shared', 'data', 'models');
const isAbsent = !existsSync(models);
const reason = isAbsent ? ' (skipped: ../shared/data/models is absent)' : '';

function tiergate(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [builtFile('router/cli/main'), ...args], { cwd: folder }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

const at = (name: string): string => join(folder, name);

/** The first tokens of a story, greedily. */
async function story(modelFile: string): Promise<string> {
  const host = await startHost({ modelFile, listen: { port: 0 }, log: () => {}, packedCache: false });
  try {
    const response = await fetch(`${host.address}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'Once upon a time', max_tokens: 40, temperature: 0 }),
    });
    const body = (await response.json()) as { choices: { text: string }[] };
    return body.choices[0]?.text ?? '';
  } finally {
    await host.close();
  }
}

describe.skipIf(isAbsent)(`the trained model${reason}`, () => {
  it('goes from its checkpoint to a served 4-bit file, each step by one command', async () => {
    const convert = await tiergate('convert', join(models, 'stories260K.bin'), 'f32.gguf', '--json');
    expect(convert.code, convert.err).toBe(0);
    expect(JSON.parse(convert.out)).toMatchObject({
      architecture: 'llama',
      type: 'F32',
      parameters: 260_032,
    });

    writeFileSync(at('text.txt'), readFileSync(join(models, '..', 'corpora', 'tinystories_sample.txt')));
    const imatrix = await tiergate(
      'imatrix',
      'f32.gguf',
      '--text',
      'text.txt',
      '-o',
      'imatrix.gguf',
      '--json',
    );
    expect(imatrix.code, imatrix.err).toBe(0);
    expect(JSON.parse(imatrix.out)).toMatchObject({ tensors: 35, chunkTokens: 512 });

    const q8 = await tiergate('quantize', 'f32.gguf', 'q8.gguf', 'Q8_0');
    expect(q8.out).toMatch(/^Q8_0: .*bits a weight\n.* -> .* MB in .* s: q8\.gguf\n/);
    const q4 = await tiergate(
      'quantize',
      'f32.gguf',
      'q4.gguf',
      'Q4_K_M',
      '--imatrix',
      'imatrix.gguf',
      '--json',
    );
    expect(q4.code, q4.err).toBe(0);
    expect(JSON.parse(q4.out)).toMatchObject({ fileType: 'Q4_K_M', fallbacks: 35 });

    const inspected = JSON.parse((await tiergate('inspect', 'q4.gguf', '--json')).out);
    expect(inspected.metadata).toMatchObject({
      'general.file_type': 15,
      'quantize.imatrix.dataset': 'text.txt',
      'quantize.imatrix.entries_count': 35,
    });

    const expected = JSON.parse(readFileSync(join(models, 'stories260K.greedy200.expected.json'), 'utf8'));
    const text = await story(at('f32.gguf'));
    expect(`Once upon a time${text}`).toBe(expected.expected_text.slice(0, 16 + text.length));
    expect(await story(at('q8.gguf'))).toMatch(/^, there was a little/);
    expect(await story(at('q4.gguf'))).toMatch(/^, there was a little/);
  });

  it('shows what each step costs, and notices a changed file', async () => {
    const scored = async (model: string) => {
      const { code, out, err } = await tiergate(
        'perplexity',
        model,
        '--text',
        'text.txt',
        '-c',
        '256',
        '--json',
      );
      expect(code, err).toBe(0);
      return JSON.parse(out) as {
        perplexity: number;
        standardError: number;
        positions: number;
        windows: number;
      };
    };
    const f32 = await scored('f32.gguf');
    // llama.cpp's own conversion of the checkpoint foretells the text as ours does.
    const theirs = await scored(join(models, 'gguf', 'stories260K-f32.gguf'));
    expect(f32.positions).toBe(theirs.positions);
    expect(Math.abs(Math.log(f32.perplexity / theirs.perplexity))).toBeLessThan(1e-5);
    const [q8, q4] = [await scored('q8.gguf'), await scored('q4.gguf')];
    expect(Math.abs(Math.log(q8.perplexity / f32.perplexity))).toBeLessThan(0.01);
    expect(Math.abs(Math.log(q4.perplexity / f32.perplexity))).toBeLessThan(0.05);

    const args = ['f32.gguf', 'q4.gguf', '--text', 'text.txt', '-c', '256'];
    const compared = await tiergate('compare', ...args, '--json', '--html', 'report.html');
    expect(compared.code, compared.err).toBe(0);
    const { reference, other, positions, divergence } = JSON.parse(compared.out);
    expect([positions, reference.perplexity, other.perplexity]).toEqual([
      f32.positions,
      expect.closeTo(f32.perplexity, 4),
      expect.closeTo(q4.perplexity, 4),
    ]);
    expect(other.fileBytes).toBeLessThan(reference.fileBytes / 3);
    expect(divergence.meanKl).toBeGreaterThan(0);
    expect(divergence.meanKl).toBeLessThan(0.1);
    expect(divergence.sameTop).toBeGreaterThan(0.8);
    expect(readFileSync(at('report.html'), 'utf8')).toContain('<svg');
    expect((await tiergate('compare', ...args)).out).toMatch(/Perplexity .*\n(.*\n)*.*Same first choice/);

    expect((await tiergate('lock', 'q4.gguf')).code).toBe(0);
    expect(JSON.parse((await tiergate('verify', '--json')).out)).toMatchObject({ ok: true });
    writeFileSync(at('q4.gguf'), readFileSync(at('q8.gguf')));
    expect(await tiergate('verify')).toMatchObject({
      code: 2,
      out: expect.stringContaining('CHANGED  q4.gguf'),
    });
  });
});

describe('bad input', () => {
  it('is one line and exit code 2', async () => {
    writeHfFolder(at('hf'), 'qwen3', randomHfModel('qwen3'));
    expect((await tiergate('convert', 'hf', 'hf.gguf', '--type', 'F16')).code).toBe(0);
    for (const [args, message] of [
      [['quantize', 'hf.gguf', 'out.gguf', 'Q4'], 'tiergate: file type Q4 is not known; known: Q2_K_S,'],
      [['quantize', 'absent.gguf', 'out.gguf', 'Q8_0'], 'tiergate: cannot open the model file absent.gguf'],
      [['quantize', 'hf.gguf', 'hf.gguf', 'Q8_0'], 'tiergate: hf.gguf is there already'],
      [['quantize', 'hf.gguf', 'out.gguf', 'Q8_0', '--imatrix', 'hf.gguf'], 'is no importance matrix'],
      [['convert', 'absent', 'out.gguf'], 'tiergate: absent cannot be opened (ENOENT)'],
      [['imatrix', 'hf.gguf', '--text', 'absent.txt', '-o', 'i.gguf'], 'tiergate: absent.txt cannot be read'],
    ] as const) {
      const { code, out, err } = await tiergate(...args);
      expect(err).toContain(message);
      expect(err.trim().split('\n')).toHaveLength(1);
      expect({ code, out }).toEqual({ code: 2, out: '' });
    }
    expect(existsSync(at('out.gguf'))).toBe(false);
  });
});
