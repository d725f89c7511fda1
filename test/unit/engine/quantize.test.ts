// `tiergate quantize`: llama.cpp's rules for which tensor gets which type, streaming, and what is refused.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { nativeAddon } from '../../../engine/binding.ts';
import type { ModelInspection } from '../../../engine/model.ts';
import { inspectModelFile } from '../../../engine/model.ts';
import { fileTypeNamed, planTensors, type QuantizeChoices } from '../../../engine/quantize/plan.ts';
import { quantizeFile } from '../../../engine/quantize/quantize.ts';
import { recodeTensor } from '../../../engine/quantize/recode.ts';
import { encodeGguf, str, writeGguf } from '../../support/gguf-writer.ts';
import { splitGguf } from '../../support/split-gguf.ts';
import { tinyModel } from '../../support/tiny-gguf.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-quantize-unit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The directory of a Llama-like model, without its weights. */
function llamaLike(layers: number, heads: number, kvHeads: number, dModel = 4096): ModelInspection {
  const tensors: ModelInspection['tensors'] = [];
  const add = (name: string, ...shape: number[]): void => {
    tensors.push({ name, type: 'F16', typeId: 1, shape, offset: 0, bytes: 0 });
  };
  add('token_embd.weight', 32_000, dModel);
  add('output_norm.weight', dModel);
  add('output.weight', 32_000, dModel);
  for (let i = 0; i < layers; i++) {
    for (const part of ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'])
      add(`blk.${i}.${part}.weight`, 512, dModel);
    add(`blk.${i}.attn_norm.weight`, dModel);
  }
  const metadata = {
    'general.architecture': 'llama',
    'llama.block_count': layers,
    'llama.attention.head_count': heads,
    'llama.attention.head_count_kv': kvHeads,
  };
  return {
    path: 'x',
    version: 3,
    alignment: 32,
    metadata,
    tensors,
    totals: { tensors: 0, params: 0, bytes: 0 },
  };
}

const typesOf = (inspection: ModelInspection, choices: QuantizeChoices): Map<string, string> =>
  new Map(planTensors(inspection, choices, false).map(({ name, to }) => [name, to]));
const layersOf = (types: Map<string, string>, part: string, type: string): number[] =>
  [...types].flatMap(([name, to]) => {
    const [, layer] = new RegExp(`^blk\\.(\\d+)\\.${part}\\.weight$`).exec(name) ?? [];
    return layer !== undefined && to === type ? [Number(layer)] : [];
  });

describe('the mix of tensor types', () => {
  it('of Q4_K_M has Q6_K in half of attn_v and ffn_down: first and last eighths, and each third between', () => {
    const types = typesOf(llamaLike(32, 32, 8), { fileType: 'Q4_K_M' });
    const more = [0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31];
    expect(layersOf(types, 'attn_v', 'Q6_K')).toEqual(more);
    expect(layersOf(types, 'ffn_down', 'Q6_K')).toEqual(more);
    expect(types.get('output.weight')).toBe('Q6_K');
    expect(types.get('token_embd.weight')).toBe('Q4_K');
    expect(types.get('blk.0.attn_norm.weight')).toBe('F16');
  });

  it('of Q2_K and Q3_K mixes follows the number of heads that share K and V', () => {
    const types = (
      heads: number,
      kvHeads: number,
      fileType: 'Q2_K' | 'Q3_K_M' | 'Q3_K_L',
    ): Map<string, string> => typesOf(llamaLike(32, heads, kvHeads), { fileType });
    expect(types(32, 8, 'Q2_K').get('blk.5.attn_v.weight')).toBe('Q4_K');
    expect(types(32, 32, 'Q2_K').get('blk.5.attn_v.weight')).toBe('Q3_K');
    expect(layersOf(types(32, 8, 'Q3_K_M'), 'attn_v', 'Q5_K')).toEqual([0, 1]);
    expect(layersOf(types(32, 8, 'Q3_K_M'), 'ffn_down', 'Q5_K')).toEqual([0, 1]);
    expect(types(32, 8, 'Q3_K_L').get('blk.9.attn_output.weight')).toBe('Q5_K');
  });

  it('falls back where rows are no multiple of 256, and to F16 where they are none of 32', () => {
    const fallbacks = (columns: number): (string | undefined)[] =>
      (['Q2_K', 'Q4_K_S', 'Q5_K_S', 'Q6_K', 'IQ4_XS'] as const).map((fileType) =>
        typesOf(llamaLike(8, 8, 8, columns), { fileType }).get('blk.7.attn_q.weight'),
      );
    expect(fallbacks(288)).toEqual(['Q4_0', 'Q5_0', 'Q5_1', 'Q8_0', 'IQ4_NL']);
    expect(fallbacks(300)).toEqual(['F16', 'F16', 'F16', 'F16', 'F16']);
  });

  it('gives way to --pure, to patterns, and to types for output and embeddings', () => {
    const model = llamaLike(32, 32, 8);
    const fileType = 'Q4_K_M';
    const pure = typesOf(model, { fileType, pure: true });
    expect(new Set(layersOf(pure, 'ffn_down', 'Q4_K')).size).toBe(32);
    expect(pure.get('output.weight')).toBe('Q4_K');
    const own = typesOf(model, {
      fileType,
      overrides: [{ pattern: /blk\.3\.ffn/, type: 'Q8_0' }],
      outputType: 'F16',
      embeddingType: 'Q8_0',
    });
    expect(own.get('blk.3.ffn_gate.weight')).toBe('Q8_0');
    expect(own.get('blk.30.ffn_gate.weight')).toBe('Q4_K');
    expect(own.get('output.weight')).toBe('F16');
    expect(own.get('token_embd.weight')).toBe('Q8_0');
    expect(typesOf(model, { fileType: 'Q8_0', keepOutput: true }).get('output.weight')).toBe('F16');
  });

  it('refuses unknown names with the list of those known', () => {
    expect(() => fileTypeNamed('Q4_X')).toThrow(/file type Q4_X is not known; known: Q2_K_S, .*F32$/);
    expect(fileTypeNamed('q4_k')).toBe('Q4_K_M');
    const overrides = [{ pattern: /attn/, type: 'Q9' }];
    expect(() => typesOf(llamaLike(2, 8, 8), { fileType: 'Q4_0', overrides })).toThrow(
      /tensor type Q9 .*MXFP4/,
    );
  });
});

describe('recoding', () => {
  const types = nativeAddon().codecs();

  it('gives the same bytes in any strips and with any number of threads', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...types),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 64 }),
        async ({ name: to, blockValues, blockBytes }, rows, width, numbers) => {
          const columns = Math.max(32, blockValues) * width;
          const values = Float32Array.from(
            { length: rows * columns },
            (_, i) => (numbers[i % numbers.length] ?? 0) * Math.cos(i),
          );
          const bytes = new Uint8Array(values.buffer);
          const outputs: Buffer[] = [];
          for (const threads of [1, 3]) {
            const out = Buffer.alloc((rows * columns * blockBytes) / blockValues);
            await nativeAddon().recodeRows({ from: 'F32', to, rows, columns, threads }, bytes, out);
            outputs.push(out);
          }
          const parts: Uint8Array[] = [];
          // As many matrices as rows: a strip ends with each.
          await recodeTensor(
            { name: 'x', rows, columns, depth: rows },
            'F32',
            to,
            async (into, offset) => into.set(bytes.subarray(offset, offset + into.length)),
            async (part) => void parts.push(part),
          );
          outputs.push(Buffer.concat(parts));
          expect(outputs[1]).toEqual(outputs[0]);
          expect(outputs[2]).toEqual(outputs[0]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps what it wrote: a second recoding of decoded values to plain floats changes nothing', async () => {
    for (const { name, blockValues, blockBytes } of types) {
      const columns = 256;
      const bytes = new Uint8Array(Float32Array.from({ length: columns }, (_, i) => Math.sin(i)).buffer);
      const coded = Buffer.alloc((columns / blockValues) * blockBytes);
      const decoded = new Uint8Array(4 * columns);
      const request = { rows: 1, columns };
      const error = await nativeAddon().recodeRows({ ...request, from: 'F32', to: name }, bytes, coded);
      const back = await nativeAddon().recodeRows({ ...request, from: name, to: 'F32' }, coded, decoded);
      expect(back.errorSquares).toBe(0);
      const floats = new Float32Array(decoded.buffer);
      const squares = floats.reduce((sum, x, i) => sum + (x - Math.fround(Math.sin(i))) ** 2, 0);
      expect(error.errorSquares).toBeCloseTo(squares, 4);
    }
  });

  it('names the row and column of a value that is not finite', async () => {
    const values = new Float32Array(4 * 256);
    values[2 * 256 + 17] = Number.NaN;
    const request = { from: 'F32', to: 'Q4_K', rows: 4, columns: 256 };
    const out = new Uint8Array(4 * 144);
    await expect(nativeAddon().recodeRows(request, new Uint8Array(values.buffer), out)).rejects.toThrow(
      'row 2, column 17 is not a finite number',
    );
    await expect(nativeAddon().recodeRows(request, new Uint8Array(8), out)).rejects.toThrow(
      'do not hold 1024',
    );
    await expect(
      nativeAddon().recodeRows({ ...request, columns: 100 }, new Uint8Array(8), out),
    ).rejects.toThrow('Q4_K needs rows of a multiple of 256 values, not 100');
  });
});

describe('a file', () => {
  it('keeps its metadata and reports what it became', async () => {
    const input = tinyModel();
    const output = join(folder, 'tiny-q5.gguf');
    const seen: number[] = [];
    const summary = await quantizeFile(input, output, {
      fileType: 'Q5_K_M',
      onProgress: (done, total) => seen.push(done / total),
    });
    const [before, after] = [await inspectModelFile(input, 1e6), await inspectModelFile(output, 1e6)];
    const { 'general.quantization_version': version, ...metadata } = after.metadata;
    expect(version).toBe(2);
    expect(metadata).toEqual({ ...before.metadata, 'general.file_type': 17 });
    // Of two layers the second has more bits in attn_v and ffn_down; and output.weight has.
    expect(summary.types).toEqual({ F32: 5, Q5_K: 13, Q6_K: 3 });
    expect(summary.bitsPerWeight).toBeCloseTo((8 * after.totals.bytes) / after.totals.params, 6);
    expect(summary.outputBytes).toBe(readFileSync(output).length);
    expect(seen.at(-1)).toBe(1);
    for (const { from, to, relativeError } of summary.tensors) {
      if (from === to) expect(relativeError).toBe(0);
      else expect(relativeError).toBeLessThan(0.05);
    }
  });

  it('is never overwritten, and leaves nothing behind when it fails', async () => {
    const taken = join(folder, 'taken.gguf');
    writeFileSync(taken, 'mine');
    await expect(quantizeFile(tinyModel(), taken, { fileType: 'Q8_0' })).rejects.toThrow(
      'taken.gguf is there already',
    );
    expect(readFileSync(taken, 'utf8')).toBe('mine');

    const bad = join(folder, 'bad.gguf');
    const data = new Float32Array(512).fill(Number.POSITIVE_INFINITY);
    writeGguf(bad, {
      metadata: { 'general.architecture': str('llama') },
      tensors: [{ name: 'blk.0.ffn_up.weight', shape: [256, 2], type: 'F32', data }],
    });
    await expect(quantizeFile(bad, join(folder, 'never.gguf'), { fileType: 'Q4_K_M' })).rejects.toThrow(
      /tensor blk\.0\.ffn_up\.weight, from row 0 on: the value at row 0, column 0 is not a finite number/,
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('never'))).toEqual([]);
  });

  it('that is cut, quantised already, without tensors or one part of several is refused', async () => {
    const output = join(folder, 'refused.gguf');
    const cut = join(folder, 'cut.gguf');
    writeFileSync(cut, readFileSync(tinyModel()));
    truncateSync(cut, 1_000_000);
    await expect(quantizeFile(cut, output, { fileType: 'Q8_0' })).rejects.toMatchObject({
      code: 'MODEL_FILE_INVALID',
    });
    const quantised = tinyModel({ tensorType: 'Q4_0' });
    await expect(quantizeFile(quantised, output, { fileType: 'Q8_0' })).rejects.toThrow('--allow-requantize');
    const empty = join(folder, 'empty.gguf');
    writeFileSync(empty, encodeGguf({ metadata: { 'general.architecture': str('llama') } }));
    await expect(quantizeFile(empty, output, { fileType: 'Q8_0' })).rejects.toThrow('no tensors');
    const [, second] = splitGguf(tinyModel(), folder, 'parts', 2);
    await expect(quantizeFile(second!, output, { fileType: 'Q8_0' })).rejects.toThrow('open the first one');
    expect(existsSync(output)).toBe(false);
    const again = await quantizeFile(quantised, output, { fileType: 'Q8_0', allowRequantize: true });
    expect(again.types['Q8_0']).toBe(16);
  });

  it('makes one file of a model in several, the same bytes as of the whole one', async () => {
    const model = tinyModel({ architecture: 'qwen3', tensorType: 'F16' });
    const [first] = splitGguf(model, folder, 'several', 3);
    const [ofParts, ofWhole] = [join(folder, 'of-parts.gguf'), join(folder, 'of-whole.gguf')];
    await quantizeFile(first!, ofParts, { fileType: 'Q4_K_M' });
    await quantizeFile(model, ofWhole, { fileType: 'Q4_K_M' });
    expect(readFileSync(ofParts).equals(readFileSync(ofWhole))).toBe(true);
  });
});
