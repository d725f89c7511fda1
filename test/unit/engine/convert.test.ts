// `tiergate convert`: what is refused, and the pieces that the converted files rest on.
import { mkdtempSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { convertModel } from '../../../engine/convert/convert.ts';
import { preTokenizerName } from '../../../engine/convert/pre-tokenizer-name.ts';
import { interleaveHeads } from '../../../engine/convert/source.ts';
import { type HfModel, randomHfModel, writeHfFolder } from '../../support/hf-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-convert-unit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;

/** A folder of a small model, after `change`; the attempt to convert it. */
function converting(
  change: (model: HfModel) => void,
  spoil: (path: string) => void = () => {},
  parts = 1,
): Promise<unknown> {
  const path = join(folder, String(count++));
  const model = randomHfModel('qwen2');
  change(model);
  writeHfFolder(path, 'qwen2', model, { parts });
  spoil(path);
  return convertModel(path, `${path}.gguf`);
}

const edit = (path: string, name: string, change: (json: Record<string, unknown>) => void): void => {
  const json = JSON.parse(readFileSync(join(path, name), 'utf8')) as Record<string, unknown>;
  change(json);
  writeFileSync(join(path, name), JSON.stringify(json));
};

describe('a model that cannot be converted', () => {
  it.each<[string, string | RegExp, Parameters<typeof converting>]>([
    [
      'of an unknown architecture',
      /architecture MambaForCausalLM is not known; known: .*Qwen3ForCausalLM/,
      [
        ({ config }) => {
          config['architectures'] = ['MambaForCausalLM'];
        },
      ],
    ],
    [
      'without a key of its config',
      '"intermediate_size" should be a number, it is missing',
      [
        ({ config }) => {
          delete config['intermediate_size'];
        },
      ],
    ],
    [
      'with an unknown kind of RoPE',
      'rope type "dynamic" is not known; known: default, linear, yarn',
      [
        ({ config }) => {
          config['rope_scaling'] = { rope_type: 'dynamic', factor: 2 };
        },
      ],
    ],
    [
      'with a tensor of something else',
      'tensor model.layers.0.mixer.weight has no place',
      [
        ({ tensors }) => {
          tensors.push({ name: 'model.layers.0.mixer.weight', shape: [2], data: new Float32Array(2) });
        },
      ],
    ],
    [
      'without a tensor of one layer',
      'tensor blk.1.attn_k.weight is in none of the safetensors files',
      [
        (model) => {
          model.tensors = model.tensors.filter(
            ({ name }) => name !== 'model.layers.1.self_attn.k_proj.weight',
          );
        },
      ],
    ],
    [
      'whose file is cut',
      /ends inside tensor .*: it is cut; download it again/,
      [() => {}, (path) => truncateSync(join(path, 'model.safetensors'), 100_000)],
    ],
    [
      'whose header is cut',
      /says its header has \d+ bytes, the file has 9/,
      [() => {}, (path) => truncateSync(join(path, 'model.safetensors'), 9)],
    ],
    [
      'without one of its parts',
      'model-2-of-2.safetensors: is missing',
      [() => {}, (path) => unlinkSync(join(path, 'model-2-of-2.safetensors')), 2],
    ],
    [
      'without a config',
      'config.json: is missing',
      [() => {}, (path) => unlinkSync(join(path, 'config.json'))],
    ],
    [
      'without a tokenizer',
      'is missing, and so is tokenizer.model',
      [() => {}, (path) => unlinkSync(join(path, 'tokenizer.json'))],
    ],
    [
      'with another kind of tokenizer',
      'a tokenizer of type Unigram is not known; known: BPE',
      [
        () => {},
        (path) =>
          edit(path, 'tokenizer.json', (json) => {
            json['model'] = { type: 'Unigram', vocab: [] };
          }),
      ],
    ],
    [
      'with more tokens than rows',
      'model and tokenizer do not belong together',
      [
        () => {},
        (path) =>
          edit(path, 'tokenizer.json', (json) => {
            const model = json['model'] as { vocab: Record<string, number> };
            for (let i = 0; i < 40; i++) model.vocab[`more${i}`] = 400 + i;
          }),
      ],
    ],
  ])('%s is refused by one clear message', async (_label, message, args) => {
    await expect(converting(...args)).rejects.toThrow(message);
  });

  it('that is no model at all is refused', async () => {
    const path = join(folder, 'noise.bin');
    writeFileSync(path, Buffer.alloc(4096, 7));
    await expect(convertModel(path, join(folder, 'noise.gguf'))).rejects.toThrow(
      'neither a llama2.c checkpoint',
    );
    await expect(convertModel(join(folder, 'absent'), join(folder, 'x.gguf'))).rejects.toThrow('ENOENT');
  });

  it('whose checkpoint is cut is refused', async () => {
    const path = join(folder, 'cut.bin');
    const header = Buffer.alloc(2048);
    [64, 172, 5, 8, 4, 512, 512].forEach((value, i) => {
      header.writeInt32LE(value, 4 * i);
    });
    writeFileSync(path, header);
    await expect(convertModel(path, join(folder, 'cut.gguf'))).rejects.toThrow(
      /has 2048 bytes, its header asks for \d+/,
    );
  });
});

describe('rows of heads', () => {
  it('come in the same order whatever parts are read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
        async (heads, half, rowBytes, parts) => {
          const headRows = 2 * half;
          const bytes = Buffer.from(Array.from({ length: heads * headRows * rowBytes }, (_, i) => i % 251));
          const read = interleaveHeads(
            async (into, offset) => void into.set(bytes.subarray(offset, offset + into.length)),
            rowBytes,
            headRows,
          );
          // By definition: (head, half, i) becomes (head, i, half).
          const expected = Buffer.concat(
            Array.from({ length: heads * headRows }, (_, row) => {
              const [head, inHead] = [Math.floor(row / headRows), row % headRows];
              const from = head * headRows + (inHead % 2) * half + (inHead >> 1);
              return bytes.subarray(from * rowBytes, (from + 1) * rowBytes);
            }),
          );
          const found = Buffer.alloc(bytes.length);
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const part = found.subarray(at, at + (parts[i % parts.length] ?? 1));
            await read(part, at);
            at += part.length;
          }
          expect(found.equals(expected)).toBe(true);
        },
      ),
    );
  });
});

describe('the name of a pre-tokenizer', () => {
  const split = (Regex: string): object => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated' });
  const bytes = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };
  const sequence = (...pretokenizers: object[]): object => ({ type: 'Sequence', pretokenizers });
  // As in the tokenizer.json of Llama 3, Qwen2 and 3, GPT-2 and SmolLM.
  const llama3 =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  it.each([
    ['llama-bpe', sequence(split(llama3), bytes)],
    ['qwen2', sequence(split(llama3.replace('{1,3}', '')), bytes)],
    ['gpt-2', { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true }],
    ['smollm', sequence({ type: 'Digits', individual_digits: true }, { ...bytes, use_regex: true })],
  ])('%s is found by its expressions', (name, description) => {
    expect(preTokenizerName('tokenizer.json', description)).toBe(name);
  });

  it('that is not known is refused with the expression', () => {
    expect(() => preTokenizerName('tokenizer.json', split('[ab]+'))).toThrow(
      'pre-tokenizer "split [ab]+" is not known; known: those of llama-bpe, qwen2',
    );
  });
});
