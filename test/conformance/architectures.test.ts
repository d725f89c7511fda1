// Architectures with random weights against llama.cpp: its recorded logits always, llama.cpp itself where it is installed.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareGreedily, divergence, follow } from '../../bench/engine/compare.ts';
import { hasNodeLlamaCpp, LlamaCpp } from '../../bench/engine/llama-cpp.ts';
import { prompts } from '../../bench/engine/models.ts';
import { nativeAddon } from '../../engine/binding.ts';
import { recordingOf, referenceModels, referencePath, referenceText } from '../support/reference-models.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const reason = hasNodeLlamaCpp ? '' : ' (skipped: bench/peers is not installed, see bench/peers/README.md)';

/** In nats. Each engine rounds the activations of quantised products in its own way. */
const mostKl = (tensorType = 'F32'): number => (tensorType === 'F32' ? 1e-4 : 1e-3);

describe('recorded answers of llama.cpp', () => {
  it.each(referenceModels)('$name: the same ids and logits', async (reference) => {
    const path = referencePath(reference);
    const { ids, logits, sha256 } = recordingOf(reference.name);
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sha256);
    const model = await nativeAddon().openModel(path, '');
    const engine = model.createEngine({ nCtx: 512, nThreads: 1 });
    try {
      expect([...model.tokenize(referenceText, true, false)]).toEqual(ids);
      const { logits: ours } = await follow(engine, ids, [0]);
      expect(divergence(Float32Array.from(logits), ours[0]!)).toBeLessThan(
        mostKl(reference.options.tensorType),
      );
    } finally {
      engine.close();
      model.close();
    }
  });
});

describe.skipIf(!hasNodeLlamaCpp)(`beside llama.cpp${reason}`, () => {
  let peer: LlamaCpp;
  beforeAll(async () => {
    peer = await LlamaCpp.start();
  });
  afterAll(() => peer?.stop());

  it.each(referenceModels)('$name: the same distribution along its text', async (reference) => {
    const { tensorType = 'F32', ...rest } = reference.options;
    const isOfOneType = tensorType !== 'F32' && !rest.experts?.tensorType;
    const exactPath = isOfOneType ? tinyModel({ ...rest, roundedTo: tensorType }) : undefined;
    const path = referencePath(reference);
    const result = await compareGreedily(peer, path, { prompts, nTokens: 24, exactPath });
    expect(result.tokenisedApart).toEqual([]);
    expect(result.meanKl).toBeLessThan(mostKl(tensorType));
    // Of a quantised model both round activations to int8, each in its own way: neither is further from the exact answer.
    if (result.fromExact) expect(result.fromExact.ours).toBeLessThan(1.25 * result.fromExact.theirs);
  });
});
