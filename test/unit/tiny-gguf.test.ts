// The suite's own model file: its layout against the GGUF specification, its block types against ggml's own output.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';
import { array, encodeGguf, f32, str, u32 } from '../support/gguf-writer.ts';
import { encodeTensor, toHalf } from '../support/tensor-encoding.ts';
import { tinyModel } from '../support/tiny-gguf.ts';
import { tinyVocabulary } from '../support/tiny-vocabulary.ts';

const vectors = join(packageRoot, '..', 'shared', 'data', 'models', 'quant_vectors');

describe('GGUF writer', () => {
  it('lays out header, metadata, tensor directory and aligned data', () => {
    const file = encodeGguf({
      metadata: { 'general.architecture': str('llama'), n: u32(7), x: f32(0.5), list: array('i32', [1, -2]) },
      tensors: [
        { name: 'a', shape: [3], type: 'F32', data: Float32Array.of(1, 2, 3) },
        { name: 'b', shape: [2], type: 'F32', data: Float32Array.of(4, 5) },
      ],
      alignment: 64,
    });
    expect(file.subarray(0, 4).toString()).toBe('GGUF');
    expect(file.readUInt32LE(4)).toBe(3);
    expect(file.readBigUInt64LE(8)).toBe(2n);
    expect(file.readBigUInt64LE(16)).toBe(5n); // with general.alignment
    expect(file.readBigUInt64LE(24)).toBe(20n);
    expect(file.subarray(32, 52).toString()).toBe('general.architecture');
    expect(file.readUInt32LE(52)).toBe(8);
    expect(file.length % 64).toBe(0);
    expect(file.readFloatLE(file.length - 128)).toBe(1);
    expect(file.readFloatLE(file.length - 64)).toBe(4);
  });

  it('refuses a tensor whose data does not fill its shape', () => {
    const tensor = { name: 'a', shape: [3, 2], type: 'F32' as const, data: new Float32Array(5) };
    expect(() => encodeGguf({ metadata: {}, tensors: [tensor] })).toThrow('shape 3x2 does not hold 5 values');
  });
});

describe('tensor encodings', () => {
  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 0x0001],
    [2 ** -14, 0x0400],
    [1 + 2 ** -11, 0x3c00], // a tie goes to even
    [1 + 3 * 2 ** -11, 0x3c02],
    [Number.NaN, 0x7e00],
  ])('half of %d', (value, bits) => expect(toHalf(value)).toBe(bits));

  it.skipIf(!existsSync(vectors)).each([
    ['F16', 'f16'],
    ['Q8_0', 'q8_0'],
  ] as const)('%s equals ggml_quantize_chunk (skipped where ../shared/data is absent)', (type, name) => {
    const input = readFileSync(join(vectors, 'input.f32'));
    const values = new Float32Array(input.buffer.slice(input.byteOffset, input.byteOffset + input.length));
    const expected = readFileSync(join(vectors, `${name}.bin`));
    expect(encodeTensor(name, type, 256, values).equals(expected)).toBe(true);
  });

  // ggml's file was made with importance weights, so its scales differ a little from the plain quantiser's.
  it.skipIf(!existsSync(vectors))(
    "Q4_0 has ggml's layout and error (skipped where ../shared/data is absent)",
    () => {
      const half = (bits: number): number => {
        const exponent = (bits >> 10) & 31;
        const size =
          exponent === 0 ? (bits & 1023) * 2 ** -24 : (1024 + (bits & 1023)) * 2 ** (exponent - 25);
        return bits & 0x8000 ? -size : size;
      };
      const decode = (bytes: Buffer): number[] =>
        Array.from({ length: (bytes.length / 18) * 32 }, (_, i) => {
          const block = 18 * Math.floor(i / 32);
          const pair = bytes.readUInt8(block + 2 + (i % 16));
          return half(bytes.readUInt16LE(block)) * ((i % 32 < 16 ? pair & 15 : pair >> 4) - 8);
        });
      const floats = (name: string): Float32Array =>
        new Float32Array(new Uint8Array(readFileSync(join(vectors, name))).buffer);
      const values = floats('input.f32');
      expect(decode(readFileSync(join(vectors, 'q4_0.bin')))).toEqual([...floats('q4_0.dequant.f32')]);
      const ours = decode(encodeTensor('t', 'Q4_0', 256, values));
      const meanSquare = ours.reduce((sum, y, i) => sum + (y - (values[i] ?? 0)) ** 2, 0) / ours.length;
      expect(meanSquare).toBeLessThan(1.25 * 0.000451); // the mse of index.json
    },
  );
});

describe('tiny model', () => {
  it.each(['llama', 'gpt2'] as const)('%s vocabulary holds each token once, and every byte', (tokenizer) => {
    const { tokens, types } = tinyVocabulary(tokenizer);
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(types.length).toBe(tokens.length);
    expect(tokens.length % 32).toBe(0);
    expect(tokens).toContain('<|im_end|>');
    expect(
      tokens.filter((token) => (tokenizer === 'llama' ? /^<0x..>$/.test(token) : [...token].length === 1))
        .length,
    ).toBe(256);
  });

  it('is the same file for the same options, another one for another seed', () => {
    const first = readFileSync(tinyModel({ seed: 5, tensorType: 'Q4_0' }));
    expect(readFileSync(tinyModel({ seed: 5, tensorType: 'Q4_0' })).equals(first)).toBe(true);
    expect(readFileSync(tinyModel({ seed: 6, tensorType: 'Q4_0' })).equals(first)).toBe(false);
  });
});
