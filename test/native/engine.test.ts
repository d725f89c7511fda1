// The engine through its addon: every architecture and tensor type of the suite's own models, the reuse of prefixes,
// sampling, and what hostile or careless callers get.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';
import {
  type NativeEngine,
  type NativeModel,
  type NativeSamplerOptions,
  type NativeSession,
  nativeAddon,
} from '../../engine/binding.ts';
import { type TinyGgufOptions, tinyModel } from '../support/tiny-gguf.ts';

const open = (options: TinyGgufOptions = {}, isa = ''): Promise<NativeModel> =>
  nativeAddon().openModel(tinyModel(options), isa);

const folder = mkdtempSync(join(tmpdir(), 'tiergate-engine-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const item = (session: NativeSession, tokens: ArrayLike<number>, nTop = 0) => ({
  session,
  tokens: Int32Array.from(tokens),
  sample: true,
  nTop,
});

/** The text's continuation by n tokens. */
async function generate(
  engine: NativeEngine,
  prompt: ArrayLike<number>,
  n: number,
  options: NativeSamplerOptions,
): Promise<number[]> {
  const session = engine.newSession();
  session.setSampler(options);
  const out: number[] = [];
  let next = prompt;
  for (let i = 0; i < n; i++) {
    const [result] = await engine.step([item(session, next)]);
    if (!result?.sampled) throw new Error(result?.error ?? 'no result');
    out.push(result.token);
    next = [result.token];
  }
  session.close();
  return out;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  a.forEach((x, i) => {
    const y = b[i] ?? Number.NaN;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  });
  return ab / Math.sqrt(aa * bb);
}

describe('models', () => {
  for (const architecture of ['llama', 'qwen2', 'qwen3'] as const) {
    it(`runs ${architecture} alike with every tensor type and instruction set`, async () => {
      const prompt = [65, 70, 75, 80, 85, 90, 66, 71];
      const logits = new Map<string, Float32Array>();
      for (const tensorType of ['F32', 'F16', 'Q8_0', 'Q4_0'] as const) {
        for (const { name } of nativeAddon()
          .isas()
          .filter((isa) => isa.supported)) {
          const model = await open(
            { architecture, tensorType, tiedEmbeddings: architecture === 'qwen3' },
            name,
          );
          expect(model.isa()).toBe(name);
          expect(model.info()).toMatchObject({ architecture, fileType: tensorType, nLayers: 2, dModel: 256 });
          const engine = model.createEngine({ nThreads: 2 });
          const session = engine.newSession();
          await engine.step([item(session, prompt)]);
          logits.set(`${tensorType} ${name}`, session.logits());
          engine.close();
          model.close();
        }
      }
      const [exact = new Float32Array()] = logits.values();
      // Rounding of the weights alone: 2^-11, 1/254 of a block's maximum, 1/14 of it; twice through two layers.
      const least = { F32: 0.99999, F16: 0.9999, Q8_0: 0.999, Q4_0: 0.93 };
      for (const [name, found] of logits) {
        expect(cosine(exact, found), name).toBeGreaterThan(least[name.split(' ')[0] as keyof typeof least]);
      }
    });
  }

  it('runs every kind of RoPE scaling, and the kinds differ', async () => {
    const seen = new Set<string>();
    for (const type of [undefined, 'linear', 'yarn', 'llama3'] as const) {
      const model = await open(type ? { ropeScaling: { type, factor: 4, originalContextLength: 128 } } : {});
      const engine = model.createEngine({});
      const session = engine.newSession();
      await engine.step([
        item(
          session,
          Int32Array.from({ length: 100 }, (_, i) => 65 + ((i * 7) % 26)),
        ),
      ]);
      seen.add(session.logits().join());
      engine.close();
    }
    expect(seen.size).toBe(4);
  });

  it('tells what is in a file', async () => {
    const model = await open({ architecture: 'qwen3', tensorType: 'Q8_0' });
    const found = JSON.parse(model.inspectJson(3));
    expect(found.version).toBe(3);
    expect(found.metadata['general.architecture']).toBe('qwen3');
    expect(found.metadata['qwen3.block_count']).toBe(2);
    expect(found.metadata['tokenizer.ggml.tokens'].items).toHaveLength(3);
    expect(found.metadata['tokenizer.ggml.tokens'].length).toBe(model.info().nVocab);
    const q = found.tensors.find((tensor: { name: string }) => tensor.name === 'blk.0.attn_q.weight');
    expect(q).toMatchObject({ type: 'Q8_0', shape: [256, 256], bytes: (256 * 256 * 34) / 32 });
    expect(found.totals).toMatchObject({ tensors: found.tensors.length, params: model.info().nParams });
    expect(found.totals.bytes).toBe(model.info().weightBytes);
    expect(nativeAddon().inspectFileJson(tinyModel({ architecture: 'qwen3', tensorType: 'Q8_0' }), 3)).toBe(
      model.inspectJson(3),
    );
  });

  const bytes = readFileSync(tinyModel());
  /** The tiny model with one text replaced by another of the same length. */
  const altered = (name: string, from: string, to: string): string => {
    const copy = Buffer.from(bytes);
    const at = copy.indexOf(from);
    if (at < 0 || from.length !== to.length) throw new Error(`no "${from}" to replace`);
    copy.write(to, at);
    const path = join(folder, `${name}.gguf`);
    writeFileSync(path, copy);
    return path;
  };
  it.each([
    ['an unknown architecture', 'llama', 'mamba', 'MODEL_FORMAT_UNSUPPORTED', /"mamba".*llama.*qwen2.*qwen3/],
    ['a missing size', 'llama.block_count', 'llama.black_count', 'MODEL_FILE_INVALID', /block_count/],
    [
      'a missing tensor',
      'blk.1.ffn_up.weight',
      'blk.1.ffn_UP.weight',
      'MODEL_FILE_INVALID',
      /blk\.1\.ffn_up\.weight is missing/,
    ],
    // Its length in front tells it from attn_output.weight. Without it the file looks like one with tied embeddings.
    [
      'a tensor without a place',
      '\x0d\0\0\0\0\0\0\0output.weight',
      '\x0d\0\0\0\0\0\0\0outpot.weight',
      'MODEL_FORMAT_UNSUPPORTED',
      /outpot\.weight has no place/,
    ],
  ])('refuses %s by name', async (name, from, to, code, message) => {
    const opened = nativeAddon().openModel(altered(name.replaceAll(' ', '-'), from, to), '');
    await expect(opened).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('refuses a wrong shape, an unknown instruction set and a missing file with what was found', async () => {
    const copy = Buffer.from(bytes);
    const key = 'llama.feed_forward_length';
    copy.writeUInt32LE(511, copy.indexOf(key) + key.length + 4);
    const path = join(folder, 'shape.gguf');
    writeFileSync(path, copy);
    await expect(nativeAddon().openModel(path, '')).rejects.toMatchObject({
      code: 'MODEL_FILE_INVALID',
      message: expect.stringMatching(/ffn_gate\.weight has shape \(512, 256\).*\(511, 256\)/),
    });
    await expect(open({}, 'mmx')).rejects.toMatchObject({ code: 'INVALID_REQUEST', message: /"mmx"/ });
    await expect(nativeAddon().openModel(join(folder, 'none.gguf'), '')).rejects.toMatchObject({
      code: 'MODEL_FILE_INVALID',
      message: expect.stringContaining('none.gguf'),
    });
  });
});

describe('sessions', () => {
  it('continue a kept prefix exactly as a fresh run, alone or in company', async () => {
    const model = await open({ tensorType: 'Q8_0' });
    const engine = model.createEngine({ nCtx: 512, nKvTokens: 2048, nThreads: 2 });
    const a = engine.newSession();
    const b = engine.newSession();
    const prefix = Int32Array.from({ length: 90 }, (_, i) => 65 + (i % 26));
    await engine.step([item(a, prefix)]);
    await engine.step([item(a, [70, 71, 72]), item(b, [90, 66])]);
    a.truncate(90);
    expect(a.nPast()).toBe(90);
    await engine.step([item(b, [67]), item(a, [80, 81])]);
    const fresh = engine.newSession();
    await engine.step([item(fresh, [...prefix, 80, 81])]);
    expect(Buffer.from(a.logits().buffer)).toEqual(Buffer.from(fresh.logits().buffer));
    engine.close();
  });

  it('adopt what others computed, and check drafts, with the same answers', async () => {
    const engine = (await open()).createEngine({ nCtx: 512, nKvTokens: 1024 });
    const prompt = Int32Array.from({ length: 100 }, (_, i) => 65 + ((i * 11) % 26));
    const expected = await generate(engine, prompt, 12, { temperature: 0.8, seed: 4n });
    const session = engine.newSession();
    session.setSampler({ temperature: 0.8, seed: 4n });
    expect(session.adoptPrefix(prompt.subarray(0, -1))).toBe(99);
    expect(session.nPast()).toBe(99);
    const wrong = expected.slice(0, 5).concat(expected[5] === 3 ? 4 : 3, 5, 5);
    const [result] = await engine.step([
      { ...item(session, prompt.subarray(99)), draft: Int32Array.from(wrong) },
    ]);
    const sampled = [result!, ...(result!.following ?? [])].map(({ token }) => token);
    expect(sampled).toEqual(expected.slice(0, 6));
    expect(session.nPast()).toBe(105);
    expect(() => session.adoptPrefix(prompt)).toThrow(/truncate it first/);
    expect(() => session.adoptPrefix([1] as never)).toThrow(/tokens should be an Int32Array/);
    engine.close();
  });

  it('repeat with their seed, take the best token at temperature 0 and with top-k 1', async () => {
    const engine = (await open()).createEngine({ nCtx: 256 });
    const prompt = [72, 101, 108];
    const greedy = await generate(engine, prompt, 30, { temperature: 0 });
    expect(await generate(engine, prompt, 30, { topK: 1, temperature: 2, seed: 5n })).toEqual(greedy);
    const warm = await generate(engine, prompt, 30, { temperature: 1.5, seed: 2n ** 64n - 1n });
    expect(await generate(engine, prompt, 30, { temperature: 1.5, seed: 2n ** 64n - 1n })).toEqual(warm);
    expect(await generate(engine, prompt, 30, { temperature: 1.5, seed: 1n })).not.toEqual(warm);
    const [banned = 0] = greedy;
    expect(await generate(engine, prompt, 30, { temperature: 0, logitBias: [[banned, -100]] })).not.toContain(
      banned,
    );
    engine.close();
  });

  it('report the distribution of their logits', async () => {
    const engine = (await open()).createEngine({ nCtx: 64 });
    const session = engine.newSession();
    session.setSampler({ temperature: 0 });
    const [result] = await engine.step([item(session, [80], 20)]);
    const logits = session.logits();
    const total = logits.reduce((sum, x) => sum + Math.exp(x), 0);
    const p = [...logits].map((x) => Math.exp(x) / total);
    const order = [...p.keys()].sort((a, b) => (p[b] ?? 0) - (p[a] ?? 0));
    expect(result?.token).toBe(order[0]);
    expect([...(result?.topTokens ?? [])]).toEqual(order.slice(0, 20));
    expect(result?.logprob).toBeCloseTo(Math.log(p[order[0] ?? 0] ?? 0), 4);
    expect(result?.topLogprobs[19]).toBeCloseTo(Math.log(p[order[19] ?? 0] ?? 0), 4);
    expect(result?.margin).toBeCloseTo((p[order[0] ?? 0] ?? 0) - (p[order[1] ?? 0] ?? 0), 4);
    expect(result?.entropy).toBeCloseTo(-p.reduce((sum, x) => sum + x * Math.log(x), 0), 3);
    engine.close();
  });

  it('give their pages back on close, also when closed during a step', async () => {
    const engine = (await open()).createEngine({ nCtx: 256, nKvTokens: 256 });
    const session = engine.newSession();
    const running = engine.step([item(session, Array(200).fill(70))]);
    session.close();
    expect(() => session.logits()).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }));
    expect((await running)[0]?.sampled).toBe(true);
    expect(engine.freeKvTokens()).toBe(256);
    session.close();
    const next = engine.newSession();
    await expect(engine.step([item(next, Array(257).fill(70))])).rejects.toMatchObject({
      code: 'CONTEXT_OVERFLOW',
    });
    expect(next.nPast()).toBe(0);
    engine.close();
  });
});

describe('careless callers', () => {
  it('get a TypeError that names the argument and what was given', async () => {
    const addon = nativeAddon() as unknown as Record<string, (...args: unknown[]) => unknown>;
    expect(() => addon['openModel']?.(7, '')).toThrow(
      new TypeError('path should be a string, it is the number 7'),
    );
    expect(() => addon['openModel']?.()).toThrow(/path should be a string, it is undefined/);
    expect(() => addon['inspectFileJson']?.('x', 'y')).toThrow(
      /maxItems should be a whole number of 32 bits, it is a string/,
    );
    const model = (await open()) as never as Record<string, (...args: unknown[]) => never>;
    expect(() => model['tokenize']?.('a', 1, false)).toThrow(
      /addSpecial should be a boolean, it is the number 1/,
    );
    expect(() => model['tokenBytes']?.(1.5, false)).toThrow(/token should be a whole number/);
    expect(() => model['createEngine']?.()).toThrow(/options should be an object, it is undefined/);
    expect(() => model['createEngine']?.({ nCtx: '5' })).toThrow(
      /nCtx should be a whole number of 32 bits, it is a string/,
    );
    expect(() => model['createEngine']?.({ nBatch: -1 })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    );
    const NativeClass = (model as object).constructor as new () => unknown;
    expect(() => new NativeClass()).toThrow(/NativeModel cannot be constructed/);
    expect(() => model['info']?.call({})).toThrow();

    const engine = (await open()).createEngine({ nCtx: 64 });
    const session = engine.newSession();
    const step = (items: unknown): Promise<unknown> => engine.step(items as never);
    const good = item(session, [1]);
    await expect(step(3)).rejects.toThrow(/items should be an array, it is the number 3/);
    await expect(step([null])).rejects.toThrow(/items\[0\] should be an object, it is null/);
    await expect(step([{ ...good, tokens: [1] }])).rejects.toThrow(
      /items\[0\]\.tokens should be an Int32Array, it is an array/,
    );
    await expect(step([{ ...good, sample: undefined }])).rejects.toThrow(/sample should be a boolean/);
    await expect(step([{ ...good, session: {} }])).rejects.toThrow(
      /session should be a session of newSession/,
    );
    const forged = Object.setPrototypeOf(engine, Object.getPrototypeOf(session));
    await expect(
      NativeEnginePrototype(await open()).step.call((await open()).createEngine({ nCtx: 8 }), [
        { ...good, session: forged },
      ]),
    ).rejects.toThrow(/session should be a session of newSession/);
    expect(() => session.setSampler({ seed: -1n })).toThrow(/seed should be a bigint from 0 to 2\^64 - 1/);
    expect(() => session.setSampler({ seed: 1 as never })).toThrow(/seed should be a bigint/);
    expect(() => session.setSampler({ logitBias: [[1] as never] })).toThrow(
      /logitBias\[0\]\[1\] should be a number/,
    );
    expect(() => session.setSampler({ topP: Number.NaN })).toThrow(/top_p/);
    expect(() => session.truncate(5)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }));
    const throwing = {
      get session(): never {
        throw new RangeError('mine');
      },
    };
    await expect(
      NativeEnginePrototype(await open()).step.call((await open()).createEngine({ nCtx: 8 }), [
        throwing as never,
      ]),
    ).rejects.toThrow('mine');
  });

  it('cannot run two steps at once, use a closed thing, or close it twice to harm', async () => {
    const model = await open();
    const engine = model.createEngine({ nCtx: 128 });
    const session = engine.newSession();
    const running = engine.step([item(session, Array(100).fill(70))]);
    await expect(engine.step([item(engine.newSession(), [1])])).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    expect(() => session.truncate(0)).toThrow(/running step/);
    expect(session.nPast()).toBe(0);
    model.close();
    model.close();
    engine.close(); // the step keeps what it needs
    expect((await running)[0]?.sampled).toBe(true);
    expect(session.nPast()).toBe(100);
    engine.close();
    await expect(engine.step([item(session, [1])])).rejects.toThrow(/engine is closed/);
    expect(() => engine.newSession()).toThrow(/engine is closed/);
    expect(() => model.info()).toThrow(/model is closed/);
    session.close();
  });

  it('reads a prompt beside steps to the same token, and lets go of it when the engine closes', async () => {
    const model = await open();
    const engine = model.createEngine({ nCtx: 256, nBatch: 128 });
    const prompt = Array.from({ length: 100 }, (_, i) => 60 + (i % 30));
    const [expected] = await engine.step([item(engine.newSession(), prompt)]);
    engine.close();

    const other = model.createEngine({ nCtx: 256, nBatch: 128, nKvTokens: 512 });
    const [read, beside, unfinished] = [other.newSession(), other.newSession(), other.newSession()];
    const reading = other.read([item(read, prompt)]);
    expect(() => other.read([item(beside, [1])])).toThrow(/another reading/);
    expect(() => read.truncate(0)).toThrow(/running step/);
    const next = [65];
    for (let steps = 0; read.nPast() === 0; steps++) {
      const [result] = await other.step([item(beside, next)], 0);
      next[0] = result!.token;
      // The promise is settled between steps, after the last layer.
      expect(steps).toBeLessThan(other.nLayers);
    }
    expect(await reading).toEqual([expected]);
    expect(other.readingMs).toBeGreaterThan(0);

    const lost = other.read([item(unfinished, prompt)]);
    unfinished.close();
    other.close();
    await expect(lost).rejects.toThrow(/closed before the reading had ended/);
    expect(() => unfinished.truncate(0)).toThrow(/closed/);
    model.close();
  });

  it('may use it from worker threads, and end them during a step', async () => {
    const script = `
      const { parentPort, workerData } = require('node:worker_threads');
      const addon = require(workerData.addon);
      addon.openModel(workerData.model, '').then(async (model) => {
        const engine = model.createEngine({ nCtx: 512 });
        const session = engine.newSession();
        session.setSampler({ temperature: 0 });
        const [result] = await engine.step([{ session, tokens: Int32Array.of(72, 73), sample: true, nTop: 0 }]);
        const running = engine.step([{ session, tokens: new Int32Array(500).fill(70), sample: true, nTop: 0 }]);
        parentPort.postMessage(result.token);
        await running;
        setInterval(() => {}, 1000);
      });`;
    const workerData = { addon: join(packageRoot, 'native', 'build', 'tiergate.node'), model: tinyModel() };
    const tokens = await Promise.all(
      [1, 2, 3].map(async () => {
        const worker = new Worker(script, { eval: true, workerData });
        const [token] = await once(worker, 'message');
        await worker.terminate();
        return token;
      }),
    );
    const engine = (await open()).createEngine({ nCtx: 512 });
    const expected = await generate(engine, [72, 73], 1, { temperature: 0 });
    expect(tokens).toEqual([expected[0], expected[0], expected[0]]);
  });
});

/** The methods of an engine, to call them on another object. */
function NativeEnginePrototype(model: NativeModel): NativeEngine {
  return Object.getPrototypeOf(model.createEngine({ nCtx: 8 }));
}
