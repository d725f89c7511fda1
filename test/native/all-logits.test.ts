// The logits after every token of a text do not depend on how it was split, nor on what ran beside it.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NativeEngine, type NativeModel, nativeAddon } from '../../engine/binding.ts';
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

const item = (
  session: ReturnType<NativeEngine['newSession']>,
  tokens: readonly number[],
  allLogits: boolean,
) => ({
  session,
  tokens: Int32Array.from(tokens),
  sample: !allLogits,
  nTop: 0,
  allLogits,
});

async function oneByOne(tokens: readonly number[]): Promise<number[]> {
  const session = engine.newSession();
  const rows: number[] = [];
  for (const token of tokens) {
    await engine.step([item(session, [token], false)]);
    rows.push(...session.logits());
  }
  session.close();
  return rows;
}

describe('all logits of a step', () => {
  const tokens = fc.array(fc.integer({ min: 0, max: 250 }), { minLength: 1, maxLength: 12 });

  it('are the bits of steps of one token, whatever the split and the company', async () => {
    await fc.assert(
      fc.asyncProperty(tokens, tokens, fc.nat(), async (text, mate, cut) => {
        const expected = await oneByOne(text);
        const session = engine.newSession();
        const other = engine.newSession();
        const rows: number[] = [];
        for (const part of [text.slice(0, cut % text.length), text.slice(cut % text.length)]) {
          if (part.length === 0) continue;
          const [, result] = await engine.step([
            item(other, mate, rows.length > 0),
            item(session, part, true),
          ]);
          rows.push(...result!.logits!);
        }
        session.close();
        other.close();
        expect(rows).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });

  it('come without a sampled token, and are left out where nobody asked', async () => {
    const session = engine.newSession();
    const [scored] = await engine.step([item(session, [1, 2, 3], true)]);
    expect(scored).toMatchObject({ sampled: false, error: '' });
    expect(scored!.logits).toHaveLength(3 * model.info().nVocab);
    const [sampled] = await engine.step([item(session, [4], false)]);
    expect(sampled).not.toHaveProperty('logits');
    session.close();
  });

  it('cannot be asked for together with a sampled token', async () => {
    const session = engine.newSession();
    await expect(engine.step([{ ...item(session, [1], true), sample: true }])).rejects.toThrow('all logits');
    expect(session.nPast()).toBe(0);
    session.close();
  });
});
