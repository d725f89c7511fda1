// Encoders and ranking heads with random weights against llama.cpp's recorded vectors and scores
// (`npm run record:architectures`).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NativePooling } from '../../engine/binding.ts';
import { Model } from '../../engine/model.ts';
import { rerankPrompt } from '../../engine/rerank.ts';
import {
  type EncoderRecording,
  type RankRecording,
  recordingOf,
  referenceDocuments,
  referenceEncoders,
  referenceQuery,
  referenceRankers,
  referenceText,
} from '../support/reference-models.ts';

const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

async function pooledState(model: Model, ids: ArrayLike<number>, pooling: NativePooling) {
  const engine = model.createEngine({ contextTokens: 256, kvTokens: 256, batchTokens: 256 });
  try {
    const session = engine.newSession();
    const tokens = Int32Array.from(ids);
    const [result] = await engine.step([{ session, tokens, sample: false, nTop: 0, pooling }]);
    session.close();
    return result!.embedding!;
  } finally {
    engine.close();
  }
}

describe('recorded answers of llama.cpp', () => {
  it.each(referenceEncoders())('$name: the same ids and vector', async ({ name, path, pooling }) => {
    const { sha256, ids, vector } = recordingOf<EncoderRecording>(name);
    expect(digestOf(path)).toBe(sha256);
    const model = await Model.open(path);
    expect([...model.tokenize(referenceText, { special: true })]).toEqual(ids);
    const ours = await pooledState(model, ids, pooling);
    model.close();
    const cosine = vector.reduce((sum, value, index) => sum + value * ours[index]!, 0);
    expect(cosine).toBeGreaterThan(name.endsWith('F32') ? 0.99999 : 0.9995);
  });

  it.each(referenceRankers())('$name: the same scores', async ({ name, path }) => {
    const { sha256, scores } = recordingOf<RankRecording>(name);
    expect(digestOf(path)).toBe(sha256);
    const model = await Model.open(path);
    for (const [index, document] of referenceDocuments.entries()) {
      const prompt = rerankPrompt(model, referenceQuery, document);
      // node-llama-cpp puts both [SEP] and the end token, the same one here, between the two texts.
      const theirs = name === 'bert-rank' ? withTwice(prompt, 3) : prompt;
      const [score] = await pooledState(model, theirs, 4);
      expect(score).toBeCloseTo(scores[index]!, 3);
    }
    model.close();
  });
});

/** The first occurrence of an id twice. */
function withTwice(ids: Int32Array, id: number): number[] {
  const at = ids.indexOf(id);
  return [...ids.subarray(0, at), id, ...ids.subarray(at)];
}
