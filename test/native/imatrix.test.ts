// Importance matrices: what the engine sums against the inputs of every matrix in a forward pass by definition, the
// file in llama.cpp's form, and what quantisation makes of it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nativeAddon } from '../../engine/binding.ts';
import { convertModel } from '../../engine/convert/convert.ts';
import qwen3 from '../../engine/convert/families/qwen3.ts';
import { ggufName } from '../../engine/convert/family.ts';
import { collectImportance } from '../../engine/imatrix/collect.ts';
import { readImportance, writeImportance } from '../../engine/imatrix/file.ts';
import { inspectModelFile } from '../../engine/model.ts';
import { quantizeFile } from '../../engine/quantize/quantize.ts';
import { randomHfModel, writeHfFolder } from '../support/hf-folder.ts';
import { hfLogits } from '../support/hf-forward.ts';
import { logitsAlong, tokensOf } from '../support/logits.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-imatrix-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = 'Hello world, and the other one is in the world of words. '.repeat(3);

/** A tensor's values. */
async function floatsOf(path: string, tensor: string): Promise<Float32Array> {
  const { tensors } = await inspectModelFile(path, 8);
  const { type, shape, offset, bytes } = tensors.find(({ name }) => name === tensor)!;
  const [rows = 0, columns = 0] = shape;
  const out = new Float32Array(rows * columns);
  const source = readFileSync(path).subarray(offset, offset + bytes);
  await nativeAddon().recodeRows(
    { from: type, to: 'F32', rows, columns },
    source,
    new Uint8Array(out.buffer),
  );
  return out;
}

describe('an importance matrix', () => {
  it('holds the mean squares of what each matrix multiplies', async () => {
    const model = randomHfModel('qwen3');
    const source = join(folder, 'model');
    writeHfFolder(source, 'qwen3', model);
    await convertModel(source, `${source}.gguf`);
    const tokens = (await tokensOf(`${source}.gguf`, text)).slice(0, 40);
    const expected = new Map<string, { sums: number[]; count: number }>();
    hfLogits(model, tokens, (matrix, x) => {
      const name = ggufName(qwen3, `${matrix}.weight`);
      const found = expected.get(name) ?? { sums: x.reduce<number[]>((all) => [...all, 0], []), count: 0 };
      x.forEach((value, i) => {
        found.sums[i] = (found.sums[i] ?? 0) + value * value;
      });
      found.count += 1;
      expected.set(name, found);
    });
    const { entries } = await collectImportance(`${source}.gguf`, text, { chunkTokens: 40, maxChunks: 1 });
    expected.delete('output.weight');
    expect([...entries.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, { sums, counts }] of entries) {
      const { sums: theirs, count } = expected.get(name)!;
      expect([...counts]).toEqual([count]);
      const total = theirs.reduce((a, b) => a + b, 0);
      sums.forEach((sum, i) => {
        expect(Math.abs(sum - theirs[i]!)).toBeLessThan(2e-3 * (theirs[i]! + total / theirs.length));
      });
    }
  });

  it('comes back from its file, and leaves the answers of a model as they are', async () => {
    const model = tinyModel();
    const before = await logitsAlong(model, [1, 40, 50]);
    const { entries, chunks, chunkTokens } = await collectImportance(model, text, { chunkTokens: 64 });
    expect(await logitsAlong(model, [1, 40, 50])).toEqual(before);
    const path = join(folder, 'tiny.imatrix.gguf');
    await writeImportance(path, entries, { datasets: ['a.txt'], chunks, chunkSize: chunkTokens });
    const read = await readImportance(path);
    expect({ ...read, entries: read.entries.size }).toEqual({
      path,
      datasets: ['a.txt'],
      chunks,
      entries: 14,
    });
    const { sums, counts } = entries.get('blk.1.ffn_down.weight')!;
    expect(read.entries.get('blk.1.ffn_down.weight')).toEqual(sums.map((sum) => sum / (counts[0] ?? 0)));
    const { metadata, tensors } = await inspectModelFile(path, 8);
    expect(metadata).toEqual({
      'general.type': 'imatrix',
      'imatrix.datasets': ['a.txt'],
      'imatrix.chunk_count': chunks,
      'imatrix.chunk_size': 64,
    });
    expect(tensors.slice(0, 2).map(({ name, shape }) => ({ name, shape }))).toEqual([
      { name: 'blk.0.attn_q.weight.in_sum2', shape: [1, 256] },
      { name: 'blk.0.attn_q.weight.counts', shape: [1, 1] },
    ]);
  });

  it('makes the weighted error of a quantised file smaller', async () => {
    const model = tinyModel();
    const { entries, chunks, chunkTokens } = await collectImportance(model, text, { chunkTokens: 64 });
    const path = join(folder, 'weights.imatrix.gguf');
    await writeImportance(path, entries, { datasets: [], chunks, chunkSize: chunkTokens });
    const importance = await readImportance(path);
    // The same file with all columns alike: only the values themselves then count.
    const even = new Map([...importance.entries].map(([name, weights]) => [name, weights.map(() => 1)]));
    const tensor = 'blk.0.ffn_down.weight';
    const weights = importance.entries.get(tensor)!;
    const original = await floatsOf(model, tensor);
    const error = async (label: string, used: typeof importance): Promise<number> => {
      const output = join(folder, `${label}.gguf`);
      await quantizeFile(model, output, { fileType: 'Q2_K', pure: true, importance: used });
      const values = await floatsOf(output, tensor);
      return values.reduce(
        (sum, x, i) => sum + (weights[i % weights.length] ?? 0) * (x - (original[i] ?? 0)) ** 2,
        0,
      );
    };
    const ratio =
      (await error('by-text', importance)) / (await error('even', { ...importance, entries: even }));
    expect(ratio).toBeLessThan(0.97);
  });

  it("is read in llama.cpp's older form too", async () => {
    const int = (value: number): Buffer => {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32LE(value);
      return bytes;
    };
    const string = (value: string): Buffer => Buffer.concat([int(value.length), Buffer.from(value)]);
    const values = Buffer.from(Float32Array.of(2, 4, 6).buffer);
    const bytes = Buffer.concat([
      int(1),
      string('blk.0.attn_q.weight'),
      int(2),
      int(3),
      values,
      int(7),
      string('w.txt'),
    ]);
    const path = join(folder, 'old.dat');
    writeFileSync(path, bytes);
    const read = await readImportance(path);
    expect(read).toEqual({
      path,
      datasets: ['w.txt'],
      chunks: 7,
      entries: new Map([['blk.0.attn_q.weight', Float32Array.of(1, 2, 3)]]),
    });
    writeFileSync(path, bytes.subarray(0, 30));
    await expect(readImportance(path)).rejects.toThrow('is no importance matrix');
  });

  it('of another model is refused', async () => {
    const importance = {
      path: 'x',
      datasets: [],
      chunks: 1,
      entries: new Map([['blk.0.attn_q.weight', Float32Array.of(1)]]),
    };
    const output = join(folder, 'refused.gguf');
    await expect(quantizeFile(tinyModel(), output, { fileType: 'Q4_K_M', importance })).rejects.toThrow(
      'it is of another model',
    );
  });
});
