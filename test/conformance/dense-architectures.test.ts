// The dense decoder architectures beside llama.cpp (node-llama-cpp's prebuilt binary, in a process of its own): logits at
// the end of a text of some 300 tokens and along llama.cpp's continuation of it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareGreedily } from '../../bench/engine/compare.ts';
import { hasNodeLlamaCpp, LlamaCpp } from '../../bench/engine/llama-cpp.ts';
import { denseModels, longText } from '../support/dense-models.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const reason = hasNodeLlamaCpp ? '' : ' (skipped: bench/peers is not installed, see bench/peers/README.md)';
const prompts = [longText, 'Hello'];

describe.skipIf(!hasNodeLlamaCpp)(`dense architectures beside llama.cpp${reason}`, () => {
  let peer: LlamaCpp;
  beforeAll(async () => {
    peer = await LlamaCpp.start();
  });
  afterAll(() => peer?.stop());

  it.each(denseModels)('$label: the same logits with F32 weights', async ({ options, without }) => {
    const path = tinyModel(options);
    const result = await compareGreedily(peer, path, { prompts, nTokens: 24 });
    expect(result.tokenisedApart).toEqual([]);
    // Both round K and V to f16, llama.cpp also queries and attention weights.
    expect(result.meanKl).toBeLessThan(1e-4);
    expect(result.maxKl).toBeLessThan(1e-3);
    expect(result.largestLogitDifference).toBeLessThan(0.08);
    if (!without) return;
    const other = await compareGreedily(peer, path, { prompts, nTokens: 24, oursPath: tinyModel(without) });
    expect(other.meanKl).toBeGreaterThan(100 * result.meanKl);
  });

  it.each(denseModels)('$label: as near as llama.cpp with Q8_0 weights', async ({ options }) => {
    const exactPath = tinyModel({ ...options, roundedTo: 'Q8_0' });
    const path = tinyModel({ ...options, tensorType: 'Q8_0' });
    const result = await compareGreedily(peer, path, { prompts, nTokens: 24, exactPath });
    // Both round activations to int8, each in its own way; random weights forgive less than trained ones. From llama.cpp
    // with the same weights as F32 the one may be as far as the other: of 48 positions a few make most of the mean.
    expect(result.meanKl).toBeLessThan(4e-3);
    expect(result.fromExact?.ours).toBeLessThan(2 * (result.fromExact?.theirs ?? 0));
  });
});
