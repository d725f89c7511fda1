// Pooled hidden states do not depend on how a text was split into steps, nor on what ran beside it.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type NativeEngine,
  type NativeModel,
  type NativePooling,
  nativeAddon,
} from '../../engine/binding.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

let model: NativeModel;
let engine: NativeEngine;
beforeAll(async () => {
  model = await nativeAddon().openModel(tinyModel({ architecture: 'qwen3', tensorType: 'Q8_0' }), '');
  engine = model.createEngine({ nThreads: 2, nCtx: 256, nKvTokens: 2048, nBatch: 128 });
});
afterAll(() => {
  engine.close();
  model.close();
});

const item = (session: ReturnType<NativeEngine['newSession']>, tokens: number[], pooling: NativePooling) => ({
  session,
  tokens: Int32Array.from(tokens),
  sample: false,
  nTop: 0,
  pooling,
});

async function alone(tokens: number[], pooling: NativePooling): Promise<Float32Array> {
  const session = engine.newSession();
  const [result] = await engine.step([item(session, tokens, pooling)]);
  session.close();
  return result!.embedding!;
}

describe('pooled hidden states', () => {
  const tokens = fc.array(fc.integer({ min: 0, max: 250 }), { minLength: 1, maxLength: 40 });
  const pooling = fc.constantFrom<NativePooling>(1, 2, 3);

  it('are the same bits for every split and company', async () => {
    await fc.assert(
      fc.asyncProperty(
        tokens,
        pooling,
        tokens,
        fc.array(fc.nat(), { maxLength: 6 }),
        async (text, kind, mate, cuts) => {
          const expected = await alone(text, kind);
          const edges = [...new Set([0, text.length, ...cuts.map((cut) => cut % text.length)])].sort(
            (a, b) => a - b,
          );
          const session = engine.newSession();
          const other = engine.newSession();
          let last: Float32Array | undefined;
          for (let i = 1; i < edges.length; i++) {
            const own = item(session, text.slice(edges[i - 1], edges[i]), kind);
            const beside = { ...item(other, mate, 0), sample: true };
            const results = await engine.step(i % 2 === 0 ? [own] : [beside, own]);
            last = results.at(-1)!.embedding;
            other.truncate(0);
          }
          session.close();
          other.close();
          expect(last).toEqual(expected);
          expect(Math.hypot(...expected)).toBeCloseTo(1, 5);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuse a timeline that was begun without them, or with another kind', async () => {
    const session = engine.newSession();
    await engine.step([item(session, [1, 2], 0)]);
    await expect(engine.step([item(session, [3], 1)])).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    session.truncate(0);
    await engine.step([item(session, [1, 2], 1)]);
    await expect(engine.step([item(session, [3], 2)])).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await expect(engine.step([{ ...item(session, [3], 1), sample: true }])).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    session.truncate(1);
    await expect(engine.step([item(session, [2], 1)])).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    session.truncate(0);
    const [result] = await engine.step([item(session, [1, 2, 3], 1)]);
    expect(result!.embedding).toEqual(await alone([1, 2, 3], 1));
    session.close();
  });

  it('differ between the kinds of pooling', async () => {
    const [mean, cls, last] = await Promise.all([1, 2, 3]).then(async (kinds) => {
      const vectors: Float32Array[] = [];
      for (const kind of kinds) vectors.push(await alone([9, 8, 7], kind as NativePooling));
      return vectors;
    });
    expect(cls).toEqual(await alone([9], 3));
    expect(mean).not.toEqual(last);
    expect(cls).not.toEqual(last);
  });
});
