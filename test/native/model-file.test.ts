// bench/models writes what our engine reads: in every format, small's logits are those of its F32 file but for rounding.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mixes } from '../../bench/models/mixes.ts';
import { writeModel } from '../../bench/models/model-file.ts';
import { nativeAddon } from '../../engine/binding.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-models-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (format: string, seed = 1): string => {
  const path = join(folder, `${format}-${seed}.gguf`);
  writeModel(path, 'small', format, seed, () => {});
  return path;
};

async function logitsOf(path: string): Promise<Float32Array> {
  const model = await nativeAddon().openModel(path, '');
  const engine = model.createEngine({ nCtx: 64, nThreads: 1 });
  const session = engine.newSession();
  try {
    const tokens = model.tokenize('The three hats on the table were red, green and', true, false);
    const [result] = await engine.step([{ session, tokens, sample: true, nTop: 0 }]);
    expect(result?.sampled).toBe(true);
    return session.logits();
  } finally {
    session.close();
    engine.close();
    model.close();
  }
}

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((x, i) => {
    const [u, v] = [x - meanA, (b[i] ?? 0) - meanB];
    ab += u * v;
    aa += u * u;
    bb += v * v;
  });
  return ab / Math.sqrt(aa * bb);
}

/** Least correlation with F32's logits; a wrong layout gives about 0. */
const leastOf: [RegExp, number][] = [
  [/^(F16|BF16|Q8)/, 0.999],
  [/^Q[56]/, 0.99],
  [/4/, 0.9],
  [/^Q3/, 0.8],
  [/^Q2/, 0.4],
];
const least = (format: string): number => leastOf.find(([name]) => name.test(format))?.[1] ?? 1;

describe('a model of random weights', () => {
  let exact = new Float32Array();
  beforeAll(async () => {
    exact = new Float32Array(await logitsOf(write('F32')));
  });

  for (const format of Object.keys(mixes).filter((name) => name !== 'F32'))
    it(`${format} gives the logits of F32 but for rounding`, async () => {
      const path = write(format);
      let logits: Float32Array;
      try {
        logits = await logitsOf(path);
      } catch (error) {
        // A type that the engine cannot read yet is refused by name.
        expect(error).toMatchObject({ code: 'MODEL_FORMAT_UNSUPPORTED' });
        expect(String(error)).toContain(format);
        return;
      }
      expect(correlation(exact, logits)).toBeGreaterThan(least(format));
    });

  it('is the same for the same seed and another for another', async () => {
    const [first, other] = [await logitsOf(write('Q8_0', 1)), await logitsOf(write('Q8_0', 2))];
    expect(await logitsOf(write('Q8_0', 1))).toEqual(first);
    expect(correlation(first, other)).toBeLessThan(0.5);
    expect(statSync(join(folder, 'Q8_0-1.gguf')).size).toBe(statSync(join(folder, 'Q8_0-2.gguf')).size);
  });

  it('refuses a name that it does not know', () => {
    expect(() => writeModel(join(folder, 'x.gguf'), 'small', 'Q9_9', 1, () => {})).toThrow(
      /unknown format Q9_9/,
    );
    expect(() => writeModel(join(folder, 'x.gguf'), 'huge', 'F16', 1, () => {})).toThrow(
      /unknown shape huge/,
    );
  });
});
