// The dense decoder architectures: logits that llama.cpp recorded, on every instruction set of this machine; the same bits
// however a text is cut, beside whatever and from a cached prefix; what they hold in memory.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { follow } from '../../bench/engine/compare.ts';
import { type NativeEngine, type NativeModel, nativeAddon } from '../../engine/binding.ts';
import { denseModels } from '../support/dense-models.ts';
import { encodeGguf, type GgufValue, str } from '../support/gguf-writer.ts';
import { digestOf, recordedLogits, samplesOf } from '../support/recorded-logits.ts';
import { tinyModel, writeTinyGguf } from '../support/tiny-gguf.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-dense-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isas = nativeAddon()
  .isas()
  .filter(({ supported }) => supported)
  .map(({ name }) => name);

type EngineOptions = Parameters<NativeModel['createEngine']>[0];

async function withEngine<T>(
  path: string,
  use: (engine: NativeEngine, model: NativeModel) => Promise<T>,
  { isa = '', ...options }: EngineOptions & { isa?: string } = {},
): Promise<T> {
  const model = await nativeAddon().openModel(path, isa);
  const engine = model.createEngine({ nCtx: 512, nThreads: 1, ...options });
  try {
    return await use(engine, model);
  } finally {
    engine.close();
    model.close();
  }
}

const item = (session: ReturnType<NativeEngine['newSession']>, tokens: readonly number[]) => ({
  session,
  tokens: Int32Array.from(tokens),
  sample: true,
  nTop: 0,
});

describe.each(denseModels)('$label', ({ label, options }) => {
  const { model: digest, ids, tokens, logits } = recordedLogits(label);

  it('gives the logits that llama.cpp gave, on every instruction set', async () => {
    const path = tinyModel(options);
    expect(digestOf(path)).toBe(digest);
    for (const isa of isas) {
      const ours = await withEngine(path, (engine) => follow(engine, ids, tokens), { isa });
      const found = ours.logits.flatMap(samplesOf);
      const worst = Math.max(...logits.flat().map((x, i) => Math.abs(x - (found[i] ?? Number.NaN))));
      expect(worst, isa).toBeLessThan(0.06); // what rounding to f16 makes of logits up to 20
    }
  });

  it('gives the same bits for any cut, company, number of threads and cached prefix', async () => {
    const path = tinyModel({ ...options, tensorType: 'Q8_0' });
    for (const kvType of ['f16', 'q8_0', 'f32'] as const) {
      const expected = await withEngine(
        path,
        async (engine) => {
          const session = engine.newSession();
          await engine.step([item(session, ids)]);
          return session.logits();
        },
        { kvType },
      );
      await withEngine(
        path,
        async (engine) => {
          const [session, other] = [engine.newSession(), engine.newSession()];
          for (let at = 0, n = 1; at < ids.length; at += n, n = (n * 7) % 61)
            await engine.step([item(other, [at % 200]), item(session, ids.slice(at, at + n))]);
          expect(session.logits()).toEqual(expected);
          const third = engine.newSession();
          const nCached = third.adoptPrefix(Int32Array.from(ids.slice(0, -1)));
          expect(nCached).toBeGreaterThan(ids.length - 70);
          await engine.step([item(third, ids.slice(nCached))]);
          expect(third.logits()).toEqual(expected);
        },
        { kvType, nThreads: 2, nKvTokens: 2048, nBatch: 128 },
      );
    }
  });

  it('holds in memory what the plan says', async () => {
    const path = tinyModel({ ...options, tensorType: 'Q8_0' });
    const plan = nativeAddon().planMemory(path, '', { nCtx: 512, nBatch: 32 });
    await withEngine(
      path,
      async (engine) => {
        expect(engine.kvBytes).toBe(plan.kvBytes);
        expect(engine.kvTokensFor(512)).toBe(plan.kvContextTokens);
      },
      { nBatch: 32 },
    );
    // Layers with a window of 24 keep three pages of 64 positions, not eight.
    // Convolutions keep two.
    const isWindowed = options.window === 24 || options.architecture === 'lfm2';
    if (isWindowed) expect(plan.kvContextTokens).toBeLessThan(512);
    else expect(plan.kvContextTokens).toBe(512);
  });
});

describe('Q, K and V as one tensor', () => {
  it('are packed as three matrices, and mapped from disk as such', async () => {
    const cache = { path: join(folder, 'phi3.tgpacked'), key: 'k' };
    const { ids } = recordedLogits('phi3, long factors');
    const start = async (write: boolean): Promise<{ logits: Float32Array; state: string }> => {
      const path = tinyModel({ ...denseModels[0]?.options, tensorType: 'Q4_K' });
      const model = await nativeAddon().openModel(path, '', cache);
      const engine = model.createEngine({ nCtx: 512, nThreads: 1 });
      const session = engine.newSession();
      try {
        await engine.step([item(session, ids)]);
        if (write) await model.writePackedCache(cache.path, '0123456789abcdef'.repeat(4));
        return { logits: session.logits(), state: model.packedCacheState() };
      } finally {
        session.close();
        engine.close();
        model.close();
      }
    };
    const first = await start(true);
    const second = await start(false);
    expect(second.state).toBe('mapped');
    expect(second.logits).toEqual(first.logits);
  });
});

describe('what the engine has no code for', () => {
  const known = 'gemma2, gemma3, granite, lfm2, llama, mistral3, olmo2, phi3, qwen2, qwen3, smollm3';
  const open = (name: string): Promise<unknown> => nativeAddon().openModel(join(folder, name), '');

  it('is refused by the name of its architecture, with those that are known', async () => {
    const file = encodeGguf({ metadata: { 'general.architecture': str('rwkv7') } });
    writeFileSync(join(folder, 'rwkv7.gguf'), file);
    await expect(open('rwkv7.gguf')).rejects.toMatchObject({ code: 'MODEL_FORMAT_UNSUPPORTED' });
    await expect(open('rwkv7.gguf')).rejects.toThrow(
      /architecture "rwkv7" is not supported; this engine runs /,
    );
    for (const name of known.split(', ')) await expect(open('rwkv7.gguf')).rejects.toThrow(name);
  });

  it('is refused by the name of its tokenizer, pre-tokenizer and tensor type', async () => {
    const write = (name: string, metadata: Record<string, GgufValue>): void =>
      writeTinyGguf(join(folder, name), { architecture: 'qwen2', layers: 1, metadata });
    write('model.gguf', { 'tokenizer.ggml.model': str('plamo2') });
    write('pre.gguf', { 'tokenizer.ggml.pre': str('klingon') });
    await expect(open('model.gguf')).rejects.toThrow(/"plamo2".*llama, gpt2/);
    await expect(open('pre.gguf')).rejects.toThrow(/"klingon".*qwen2/);
    const file = encodeGguf({
      metadata: { 'general.architecture': str('llama') },
      tensors: [{ name: 'a', shape: [32], type: 'F32', data: new Float32Array(32) }],
    });
    const name = file.indexOf(Buffer.from('\x01\0\0\0\0\0\0\0a'));
    file.writeUInt32LE(4000, name + 9 + 4 + 8); // after the name: how many dimensions, the one, the type
    writeFileSync(join(folder, 'type.gguf'), file);
    await expect(open('type.gguf')).rejects.toThrow(
      /tensor "?a"? has the unknown type 4000; known are F32, F16, /,
    );
  });
});
