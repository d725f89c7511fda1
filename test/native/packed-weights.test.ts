// Packed weights on disk: the second start maps what the first one wrote and answers with the same bits; what is
// damaged, cut, foreign or of another layout is refused by name and packed anew.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';
import { nativeAddon } from '../../engine/binding.ts';
import { until } from '../support/engine-process.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-packed-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const model = tinyModel({ architecture: 'qwen3', tensorType: 'Q4_K', tiedEmbeddings: true });
const cache = join(folder, 'model.tgpacked');
const SHA = '0123456789abcdef'.repeat(4);

interface Start {
  logits: Float32Array;
  state: string;
}

/** Opens, computes, and perhaps writes. */
async function start(
  place: { path: string; key: string } | undefined,
  { path = model, isa = '', write = '' } = {},
): Promise<Start> {
  const opened = await nativeAddon().openModel(path, isa, place);
  const engine = opened.createEngine({ nCtx: 64, nThreads: 2 });
  const session = engine.newSession();
  try {
    await engine.step([{ session, tokens: Int32Array.from([65, 66, 67]), sample: true, nTop: 0 }]);
    if (write) await opened.writePackedCache(write, SHA);
    // The last matrix may be in use before the thread that packed it is done.
    await until(() => opened.packedCacheState() !== 'packing');
    return { logits: session.logits(), state: opened.packedCacheState() };
  } finally {
    session.close();
    engine.close();
    opened.close();
  }
}

const place = (path: string, key = 'k1') => ({ path, key });

describe('packed weights on disk', () => {
  it('are mapped by the second start, and give the same bits', async () => {
    const plain = await start(undefined);
    expect(plain.state).toBe('packed');
    const first = await start(place(cache), { write: cache });
    expect(first.state).toMatch(/No such file/);
    const second = await start(place(cache));
    expect(second.state).toBe('mapped');
    expect(first.logits).toEqual(plain.logits);
    expect(second.logits).toEqual(plain.logits);
    expect(readFileSync(cache).includes(SHA)).toBe(true);
    expect(readdirSync(folder)).toEqual(['model.tgpacked']);
  });

  it('may be mapped by several models at once', async () => {
    const expected = (await start(undefined)).logits;
    const starts = await Promise.all([1, 2, 3].map(() => start(place(cache))));
    for (const { state, logits } of starts) {
      expect(state).toBe('mapped');
      expect(logits).toEqual(expected);
    }
  });

  it('can be written again by a start that has mapped them', async () => {
    const before = readFileSync(cache);
    const { state } = await start(place(cache), { write: cache });
    expect(state).toBe('mapped');
    expect(readFileSync(cache).equals(before)).toBe(true);
  });

  const other = tinyModel({ architecture: 'qwen3', tensorType: 'Q8_0', tiedEmbeddings: true });
  it.each([
    ['another key', () => start(place(cache, 'k2')), /another model file/],
    ['a model of other types', () => start(place(cache), { path: other }), /another layout/],
    [
      'another instruction set',
      () => start(place(cache), { isa: 'scalar' }),
      /another (layout|instruction set)/,
    ],
    ['a file that is none', () => start(place(model)), /not a file of packed weights/],
    ['a folder', () => start(place(folder)), /directory|regular/],
  ])('are refused for %s', async (_, run, reason) => {
    expect((await run()).state).toMatch(reason);
  });

  it('are refused when cut anywhere or longer than they were', async () => {
    const { size } = statSync(cache);
    const copy = join(folder, 'cut');
    const expected = (await start(undefined)).logits;
    for (const length of [0, 7, 300, 4096, 5000, 2 ** 21, 2 ** 21 + 1, size - 1, size + 1]) {
      copyFileSync(cache, copy);
      truncateSync(copy, length);
      const { state, logits } = await start(place(copy));
      expect(state).toMatch(/truncated|shorter/);
      expect(logits).toEqual(expected);
    }
  });

  it('are refused after any change of a byte that is read', async () => {
    const bytes = readFileSync(cache);
    const copy = join(folder, 'damaged');
    const expected = (await start(undefined)).logits;
    const blocks = Math.ceil((bytes.length - 2 ** 21) / 2 ** 20);
    const at = fc.oneof(
      fc.integer({ min: 0, max: 399 }),
      fc.integer({ min: 4096, max: 4096 + blocks * 8 - 1 }),
      fc.integer({ min: 2 ** 21, max: bytes.length - 1 }),
    );
    await fc.assert(
      fc.asyncProperty(at, fc.integer({ min: 1, max: 255 }), async (position, flip) => {
        const changed = Buffer.from(bytes);
        changed[position]! ^= flip;
        writeFileSync(copy, changed);
        const { state, logits } = await start(place(copy));
        expect(state).not.toBe('mapped');
        expect(logits).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('are whole or not there after their writer was killed at any moment', async () => {
    const target = join(folder, 'killed');
    const expected = (await start(undefined)).logits;
    const writer = `
      const { openModel } = require(${JSON.stringify(join(packageRoot, 'native', 'build', 'tiergate.node'))});
      openModel(${JSON.stringify(model)}, '', { path: '', key: 'k1' }).then(async (opened) => {
        process.stdout.write('.');
        for (;;) await opened.writePackedCache(${JSON.stringify(target)}, '${SHA}');
      });`;
    const states = new Set<string>();
    for (let round = 0; round < 12; round++) {
      rmSync(target, { force: true });
      const child = spawn(process.execPath, ['-e', writer], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, round));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const { state, logits } = await start(place(target));
      states.add(state);
      expect(state).toMatch(/^mapped$|No such file/);
      expect(logits).toEqual(expected);
    }
    expect(states).toContain('mapped');
  });

  it('leave no draft behind where they cannot be written', async () => {
    const nowhere = join(folder, 'missing', 'x.tgpacked');
    await expect(start(place(nowhere), { write: nowhere })).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
