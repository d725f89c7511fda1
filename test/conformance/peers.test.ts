// The engine beside llama.cpp (node-llama-cpp's prebuilt binary, in a process of its own) on the same files: token
// ids, greedy tokens and logits at every position of llama.cpp's text. bench/engine/greedy.bench.ts prints more models.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Comparison, compareGreedily } from '../../bench/engine/compare.ts';
import { hasNodeLlamaCpp, LlamaCpp } from '../../bench/engine/llama-cpp.ts';
import { prompts, tinyModels, trainedModels } from '../../bench/engine/models.ts';

const reason = hasNodeLlamaCpp ? '' : ' (skipped: bench/peers is not installed, see bench/peers/README.md)';

/**
 * With F32 and F16 weights the two differ by roundings to 11 bits: both keep K and V as f16, llama.cpp also rounds
 * queries and attention weights, and activations before F16 matrices. 2^-11 of logits up to 20, over a few layers.
 */
const HALF_ROUNDING = { logit: 0.06, meanKl: 1e-4 };

/**
 * With quantised weights activations become int8, and one flipped rounding is 1/127 of a block's maximum. Each engine
 * flips on its own, so their difference is the sum of two errors; K types add that llama.cpp scales 256 activations at
 * once. Whose error it is shows in the distance from llama.cpp's answer with the same weights as F32.
 */
const INT8_ROUNDING = { logit: 0.6, meanKl: 4e-3 };

/** Of sums of some hundred doubles: divergences below it are none. */
const KL_ROUNDING = 1e-15;

describe.skipIf(!hasNodeLlamaCpp)(`beside llama.cpp${reason}`, () => {
  let peer: LlamaCpp;
  beforeAll(async () => {
    peer = await LlamaCpp.start();
  });
  afterAll(() => peer?.stop());

  function expectNear(result: Comparison, rounding: { logit: number; meanKl: number }): void {
    expect(result.tokenisedApart).toEqual([]);
    expect(result.positions).toBe(result.equal + result.differing.length);
    expect(result.largestLogitDifference).toBeLessThan(rounding.logit);
    expect(result.meanKl).toBeLessThan(rounding.meanKl);
    expect(result.equal).toBeGreaterThan(0.9 * result.positions);
    // Where another token is taken, both engines must have had the two nearly level.
    for (const { ours, theirs } of result.differing)
      expect(ours.margin + theirs.margin).toBeLessThan(rounding.logit);
  }

  const models = hasNodeLlamaCpp ? [...trainedModels(), ...tinyModels()] : [];
  it.each(models)('$label: the same ids and greedy tokens', async ({ path, exactPath, isQuantised }) => {
    const result = await compareGreedily(peer, path, { prompts, nTokens: 32, exactPath });
    expectNear(result, isQuantised ? INT8_ROUNDING : HALF_ROUNDING);
    if (result.fromExact)
      expect(result.fromExact.ours).toBeLessThan(1.25 * result.fromExact.theirs + KL_ROUNDING);
  });

  it('sees the same model with coarser weights as another one', async () => {
    const [first, second] = tinyModels().filter(({ label }) => /^tiny qwen3 Q._0$/.test(label));
    const result = await compareGreedily(peer, first?.path ?? '', {
      prompts: prompts.slice(0, 1),
      nTokens: 32,
      oursPath: second?.path,
    });
    expect(result.meanKl).toBeGreaterThan(10 * INT8_ROUNDING.meanKl);
  });

  it('reports a file that llama.cpp refuses, and serves on', async () => {
    await expect(peer.open('absent.gguf', { nCtx: 512, nThreads: 1 })).rejects.toThrow('node-llama-cpp');
    expect((await peer.version()).release).toMatch(/^\w/);
  });
});
