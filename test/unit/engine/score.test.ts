// The arithmetic of perplexity and divergence; real models: test/conformance/perplexity.test.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addRows, finite, logSumExp, Perplexity } from '../../../engine/score.ts';

describe('perplexity', () => {
  it('is the exponential of the mean, with the standard error of the mean times it', () => {
    const perplexity = new Perplexity();
    for (const nll of [1, 2, 3]) perplexity.add(nll);
    expect(perplexity.value).toBeCloseTo(Math.exp(2), 12);
    // Variance 2/3, over n - 1 = 2, as llama.cpp's perplexity tool has it.
    expect(perplexity.standardError).toBeCloseTo(Math.exp(2) * Math.sqrt(2 / 3 / 2), 12);
  });

  it('of a uniform distribution is the size of the vocabulary, without error', () => {
    const perplexity = new Perplexity();
    const logits = new Float32Array(3 * 8).fill(1.5);
    addRows({ logits, targets: Int32Array.of(0, 7, 3) }, 8, perplexity);
    expect(perplexity.value).toBeCloseTo(8, 6);
    expect(perplexity.standardError).toBeCloseTo(0, 6);
  });

  it('refuses logits that are not finite', () => {
    const logits = Float32Array.of(0, Number.NaN);
    expect(() => addRows({ logits, targets: Int32Array.of(0) }, 2, new Perplexity())).toThrow('not finite');
    expect(() => finite(Number.POSITIVE_INFINITY)).toThrow('not finite');
  });

  it('adds exponentials of any size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -60, max: 60, noNaN: true }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: -1000, max: 1000 }),
        (values, shift) => {
          const exact = Math.log(values.reduce((sum, x) => sum + Math.exp(x), 0));
          expect(logSumExp(Float32Array.from(values))).toBeCloseTo(exact, 4);
          expect(logSumExp(Float32Array.from(values, (x) => x + shift))).toBeCloseTo(exact + shift, 2);
        },
      ),
    );
  });
});
