// The K types that test models are written in: the decoder against ggml's own blocks, then the encoder against the decoder.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';
import { fromHalf, toHalf } from '../support/half.ts';
import { decodeTensor } from '../support/tensor-decoding.ts';
import { encodeTensor, type TensorType } from '../support/tensor-encoding.ts';

const vectors = join(packageRoot, '..', 'shared', 'data', 'models', 'quant_vectors');
const isAbsent = !existsSync(vectors);
const reason = isAbsent ? ' (skipped: ../shared/data is absent)' : '';
const floats = (name: string): Float32Array =>
  new Float32Array(new Uint8Array(readFileSync(join(vectors, name))).buffer);

describe.skipIf(isAbsent)(`ggml's own blocks${reason}`, () => {
  const types: [TensorType, string][] = [
    ['F16', 'f16'],
    ['Q8_0', 'q8_0'],
    ['Q4_0', 'q4_0'],
    ['Q4_K', 'q4_K'],
    ['Q5_K', 'q5_K'],
    ['Q6_K', 'q6_K'],
  ];
  for (const [type, file] of types) {
    // The folder holds no blocks of some types; index.json's mean square errors are there for all.
    const hasBlocks = existsSync(join(vectors, `${file}.bin`));
    it.skipIf(!hasBlocks)(
      `${type} decodes to ggml's values${hasBlocks ? '' : ' (skipped: no blocks)'}`,
      () => {
        const decoded = decodeTensor(type, readFileSync(join(vectors, `${file}.bin`)));
        expect(decoded).toEqual(floats(`${file}.dequant.f32`));
      },
    );

    it(`${type} is encoded about as exactly as by ggml`, () => {
      const input = floats('input.f32');
      const decoded = decodeTensor(type, encodeTensor('t', type, 256, input));
      const meanSquare = decoded.reduce((sum, y, i) => sum + (y - (input[i] ?? 0)) ** 2, 0) / input.length;
      const index: { type: string; mse: number }[] = JSON.parse(
        readFileSync(join(vectors, 'index.json'), 'utf8'),
      );
      const { mse = 0 } = index.find((row) => row.type === file) ?? {};
      // ggml searches scales for the least error; we take the range.
      expect(meanSquare).toBeLessThan(1.6 * mse);
    });
  }
});

describe('blocks of 256', () => {
  // Half a step of the block's whole range, half a step of a six-bit minimum, and the rounding of the scales.
  it.each([
    ['Q4_K', 1 / 15],
    ['Q5_K', 1 / 31],
    ['Q6_K', 1 / 31],
  ] as const)('%s is never off by more than its step', (type, step) => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 256, maxLength: 256 }),
        (row) => {
          const values = Float32Array.from(row);
          const range = Math.max(0, ...row) - Math.min(0, ...row);
          const decoded = decodeTensor(type, encodeTensor('t', type, 256, values));
          decoded.forEach((y, i) => {
            expect(Math.abs(y - (values[i] ?? 0))).toBeLessThanOrEqual(range * (step + 1 / 63) + 1e-5);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('refuses a row that is no whole number of blocks', () => {
    expect(() => encodeTensor('t', 'Q4_K', 128, new Float32Array(256))).toThrow(
      'Q4_K needs rows of 256n values',
    );
  });
});

it('halves survive the way there and back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff }), (half) => {
      if ((half & 0x7c00) !== 0x7c00) expect(toHalf(fromHalf(half)) & 0x7fff).toBe(half & 0x7fff);
    }),
  );
});
