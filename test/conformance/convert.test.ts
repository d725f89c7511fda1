// `tiergate convert` of the real trained model: both forms of its checkpoint against llama.cpp's own conversion, its
// recorded greedy text, and the whole way to a quantised file.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';
import { convertModel } from '../../engine/convert/convert.ts';
import { quantizeFile } from '../../engine/quantize/quantize.ts';
import { largestDifference, logitsAlong, tokensOf } from '../support/logits.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-convert-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const models = join(packageRoot, '..', 'shared', 'data', 'models');
const isAbsent = !existsSync(models);
const reason = isAbsent ? ' (skipped: ../shared/data/models is absent)' : '';

interface Recording {
  prompt: string;
  ids: number[];
  greedy_ids: number[];
}

describe.skipIf(isAbsent)(`stories260K from its checkpoint${reason}`, () => {
  const theirs = join(models, 'gguf', 'stories260K-f32.gguf');
  const recordings = (): Recording[] =>
    JSON.parse(readFileSync(join(models, 'oracle', 'stories260K-f32.llamacpp.json'), 'utf8'));

  it.each([
    ['stories260K.bin', 'tok512.bin'],
    ['stories260K.bin', 'tok512.model'],
    ['stories260K.checkpoint_v1.bin', 'tok512.bin'],
  ])("%s with %s gives the logits of llama.cpp's conversion, bit for bit", async (checkpoint, tokenizer) => {
    const output = join(folder, `${checkpoint}-${tokenizer}.gguf`);
    await convertModel(join(models, checkpoint), output, { tokenizer: join(models, tokenizer) });
    for (const { prompt, ids, greedy_ids } of recordings().slice(0, 4)) {
      expect(await tokensOf(output, prompt)).toEqual(ids);
      const tokens = [...ids, ...greedy_ids].slice(0, 120);
      const ours = await logitsAlong(output, tokens);
      expect(largestDifference(ours, await logitsAlong(theirs, tokens))).toBe(0);
    }
  });

  it('finds the tokenizer beside the checkpoint, and says which names it looks for', async () => {
    const output = join(folder, 'found.gguf');
    const { parameters, format } = await convertModel(join(models, 'stories260K.bin'), output);
    expect({ parameters, format }).toEqual({ parameters: 260_032, format: 'llama2.c checkpoint, version 0' });
  });

  it('stays the same model through quantisation', async () => {
    const [f32, q8, q4] = ['chain-f32', 'chain-q8', 'chain-q4'].map((name) =>
      join(folder, `${name}.gguf`),
    ) as [string, string, string];
    await convertModel(join(models, 'stories260K.bin'), f32);
    await quantizeFile(f32, q8, { fileType: 'Q8_0' });
    await quantizeFile(f32, q4, { fileType: 'Q4_K_M' });
    const nll = async (path: string): Promise<number> => {
      let sum = 0;
      for (const { ids } of recordings()) {
        const rows = await logitsAlong(path, ids);
        for (let i = 0; i + 1 < ids.length; i++) {
          const row = rows[i]!;
          const max = row.reduce((a, b) => Math.max(a, b));
          const total = row.reduce((all, x) => all + Math.exp(x - max), 0);
          sum -= (row[ids[i + 1]!] ?? 0) - max - Math.log(total);
        }
      }
      return sum;
    };
    const exact = await nll(f32);
    expect(Math.abs((await nll(q8)) / exact - 1)).toBeLessThan(0.005);
    expect(Math.abs((await nll(q4)) / exact - 1)).toBeLessThan(0.05);
  });
});
