import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../../engine/store/choose.ts';
import { bestFor, generalModels, shortName } from '../../../../engine/store/general-models.ts';

const machine = (gib: number, cores: number): Machine => ({
  memory: { bytes: gib * 2 ** 30, source: 'test' },
  cores,
});
const best = (gib: number, cores: number) =>
  bestFor(generalModels(machine(gib, cores)))?.name.replace(/^.*\//, '') ?? null;

describe('the models that init offers', () => {
  it('need their file, K and V of 8192 tokens in f16 and 400 MiB', () => {
    const [qwen32] = generalModels(machine(64, 8));
    // 64 layers, 8 heads of 128 numbers, K and V, 2 bytes each: 2 GiB.
    expect(qwen32!.needs).toBe(19_762_149_024 + 2 * 2 ** 30 + 400 * 2 ** 20);
    expect(generalModels(machine(64, 8)).map(({ licence }) => licence)).toEqual(Array(7).fill('Apache-2.0'));
  });

  it.each([
    [1, 2, null],
    [2.2, 2, 'Qwen3-0.6B-GGUF:Q8_0'],
    [16, 2, 'Qwen3-1.7B-GGUF:Q8_0'],
    [8, 8, 'Qwen3-8B-GGUF:Q4_K_M'],
    [32, 8, 'Qwen3-30B-A3B-GGUF:Q4_K_M'],
  ])('%d GiB, %d cores: %s', (gib, cores, name) => expect(best(gib, cores)).toBe(name));

  it('never recommends what does not fit, nor a lesser one where a better one fits and is fast', () => {
    for (let gib = 1; gib < 64; gib += 1.5)
      for (const cores of [1, 2, 4, 8, 16]) {
        const models = generalModels(machine(gib, cores));
        const chosen = bestFor(models);
        const better = models.slice(0, chosen === null ? models.length : models.indexOf(chosen));
        expect(chosen === null || chosen.fits).toBe(true);
        expect(better.some(({ fits, isFast }) => fits && (isFast || chosen === null))).toBe(false);
      }
  });

  it('have short names', () => expect(shortName('Qwen/Qwen3-0.6B-GGUF')).toBe('qwen3-0.6b'));
});
