// `tiergate convert` from safetensors: what the engine computes from a converted file against a forward pass written
// from Hugging Face's own definition of each architecture.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { convertModel } from '../../engine/convert/convert.ts';
import { inspectModelFile } from '../../engine/model.ts';
import { type HfFamily, hfChatTemplate, randomHfModel, writeHfFolder } from '../support/hf-folder.ts';
import { hfLogits } from '../support/hf-forward.ts';
import { logitsAlong, tokensOf } from '../support/logits.ts';
import { tensorBytes } from '../support/safetensors-writer.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-convert-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tokens = [40, 3, 77, 120, 9, 201, 64, 88, 150, 33, 5, 260, 41];

/** K and V are kept as f16, the reference is float64: 2^-11 of logits up to 10, over a few layers. */
const TOLERANCE = 0.02;

describe('a converted file', () => {
  it.each<[HfFamily, string, Record<string, unknown>]>([
    ['llama', 'plain', {}],
    [
      'llama',
      'with frequencies of Llama 3.1',
      {
        rope_scaling: {
          rope_type: 'llama3',
          factor: 8,
          low_freq_factor: 1,
          high_freq_factor: 4,
          original_max_position_embeddings: 64,
        },
      },
    ],
    ['llama', 'with linear scaling', { rope_scaling: { rope_type: 'linear', factor: 4 } }],
    ['qwen2', 'plain', {}],
    ['qwen3', 'plain', {}],
    ['gemma3', 'plain', {}],
    ['gemma3', 'with linear scaling', { rope_scaling: { rope_type: 'linear', factor: 8 } }],
  ])('of %s, %s, gives the logits of the definition', async (family, label, changes) => {
    const model = randomHfModel(family);
    Object.assign(model.config, changes);
    const source = join(folder, `${family}-${label}`);
    writeHfFolder(source, family, model);
    const output = `${source}.gguf`;
    await convertModel(source, output);
    const expected = hfLogits(model, tokens);
    const found = await logitsAlong(output, tokens);
    const largest = Math.max(
      ...expected.map((row, t) => row.reduce((most, x, i) => Math.max(most, Math.abs(x - found[t]![i]!)), 0)),
    );
    const spread =
      Math.max(...expected.flatMap((row) => [...row])) - Math.min(...expected.flatMap((row) => [...row]));
    expect(spread).toBeGreaterThan(5);
    expect(largest).toBeLessThan(TOLERANCE);
  });

  it.each([
    ['BF16', 3],
    ['F16', 2],
  ] as const)('of %s in %d parts keeps its bits', async (type, parts) => {
    const model = randomHfModel('qwen3');
    const source = join(folder, `parts-${type}`);
    writeHfFolder(source, 'qwen3', model, { type, parts });
    const output = `${source}.gguf`;
    expect((await convertModel(source, output)).type).toBe(type);
    const { tensors } = await inspectModelFile(output, 8);
    const place = tensors.find(({ name }) => name === 'blk.1.ffn_down.weight')!;
    const original = model.tensors.find(({ name }) => name === 'model.layers.1.mlp.down_proj.weight')!;
    const bytes = readFileSync(output).subarray(place.offset, place.offset + place.bytes);
    expect(bytes.equals(tensorBytes(type, original.data))).toBe(true);
  });

  it.each([
    ['llama', 'llama'],
    ['qwen2', 'gpt2'],
  ] as const)('of %s tokenises as its tokenizer.json does', async (family, tokenizer) => {
    const source = join(folder, `tokens-${family}`);
    writeHfFolder(source, family, randomHfModel(family));
    await convertModel(source, `${source}.gguf`);
    const same = tinyModel({ architecture: 'llama', tokenizer });
    for (const text of [
      'Hello world, in the other one',
      "<|im_start|>it's 12 é\n<|im_end|>",
      '  two  spaces',
    ])
      expect(await tokensOf(`${source}.gguf`, text)).toEqual(await tokensOf(same, text));
    const { metadata } = await inspectModelFile(`${source}.gguf`, 8);
    expect(metadata['tokenizer.chat_template']).toBe(hfChatTemplate);
    expect(metadata['tokenizer.ggml.pre']).toBe(family === 'llama' ? 'default' : 'qwen2');
  });

  it("of phi3 has the joined matrices and the divisors of long contexts under llama.cpp's names", async () => {
    const model = randomHfModel('phi3');
    const factors = (start: number): number[] => Array.from({ length: 8 }, (_, i) => start + i);
    Object.assign(model.config, {
      original_max_position_embeddings: 64,
      rope_scaling: { type: 'longrope', short_factor: factors(1), long_factor: factors(2) },
    });
    const source = join(folder, 'phi3');
    writeHfFolder(source, 'phi3', model);
    await convertModel(source, `${source}.gguf`);
    const { metadata, tensors } = await inspectModelFile(`${source}.gguf`, 8);
    const bytes = readFileSync(`${source}.gguf`);
    const floats = (name: string): number[] => {
      const { offset, bytes: length } = tensors.find((tensor) => tensor.name === name)!;
      return Array.from({ length: length / 4 }, (_, i) => bytes.readFloatLE(offset + 4 * i));
    };
    expect(floats('rope_factors_short.weight')).toEqual(factors(1));
    expect(floats('rope_factors_long.weight')).toEqual(factors(2));
    const joined = model.tensors.find(({ name }) => name === 'model.layers.0.self_attn.qkv_proj.weight')!;
    expect(floats('blk.0.attn_qkv.weight')).toEqual([...joined.data]);
    expect(tensors.find(({ name }) => name === 'blk.1.ffn_up.weight')?.shape).toEqual([192, 64]);
    expect(metadata['phi3.rope.scaling.original_context_length']).toBe(64);
    // sqrt(1 + ln 4 / ln 64)
    expect(metadata['phi3.rope.scaling.attn_factor']).toBeCloseTo(Math.sqrt(4 / 3), 5);
  });
});
