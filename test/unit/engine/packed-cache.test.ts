import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packedPlace, sampledKey, writePacked } from '../../../engine/packed-cache.ts';

let folder: string;
let model: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiergate-cache-test-'));
  model = join(folder, 'model.gguf');
  writeFileSync(model, Buffer.alloc(3_000_000, 7));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;

/** Writes as the engine would: a file of `bytes`. */
const writer = (bytes: number) => ({
  sha256: '',
  async writePackedCache(path: string, sha256: string) {
    this.sha256 = sha256;
    writeFileSync(path, Buffer.alloc(bytes));
  },
});

const placeOf = async () => packedPlace(model, 'avx2', await sampledKey(model));

describe('the key of a model file', () => {
  it('stays while the file stays', async () => {
    expect(await sampledKey(model)).toEqual(await sampledKey(model));
  });

  it('changes with the content, the size and the time', async () => {
    const { key, digest } = await sampledKey(model);
    const bytes = Buffer.alloc(3_000_000, 7);
    bytes[0] = 8;
    writeFileSync(model, bytes);
    const changed = await sampledKey(model);
    expect(changed.digest).not.toBe(digest);
    bytes[0] = 7;
    writeFileSync(model, bytes);
    utimesSync(model, 1, 1);
    const touched = await sampledKey(model);
    expect(touched.digest).toBe(digest);
    expect(touched.key).not.toBe(key);
    writeFileSync(model, bytes.subarray(1));
    expect((await sampledKey(model)).key.split(':')[0]).not.toBe(key.split(':')[0]);
  });

  it('is made of files smaller than a sample too', async () => {
    writeFileSync(model, 'GGUF');
    expect((await sampledKey(model)).key).toMatch(/^4:\d+:[0-9a-f]{64}$/);
  });
});

describe('the place of packed weights', () => {
  it('is beside the model, hidden, and named after the instruction set', async () => {
    const { path } = await placeOf();
    expect(path).toBe(join(folder, '.model.gguf.avx2.tgpacked'));
  });

  it('is the cache folder where the model is in a folder that cannot be written', async () => {
    // A folder that is not there cannot be written by anybody, root included.
    const missing = join(folder, 'missing', 'model.gguf');
    const { path } = await packedPlace(missing, 'avx2', await sampledKey(model), { XDG_CACHE_HOME: folder });
    expect(path.startsWith(join(folder, 'tiergate', 'packed', '.model.gguf.avx2.'))).toBe(true);
  });
});

describe('writing packed weights', () => {
  it('gives them the SHA-256 of the whole model', async () => {
    const native = writer(10);
    expect(await writePacked(native, model, await placeOf(), 10, signal)).toBe(true);
    // sha256sum of three million bytes of 7.
    expect(native.sha256).toMatch(/^[0-9a-f]{64}$/);
    const { createHash } = await import('node:crypto');
    expect(native.sha256).toBe(createHash('sha256').update(Buffer.alloc(3_000_000, 7)).digest('hex'));
  });

  it('removes the oldest files beyond the bound, and no other file', async () => {
    const old = ['.a.gguf.avx2.tgpacked', '.b.gguf.avx2.tgpacked', '.c.gguf.avx2.tgpacked'].map(
      (name, index) => {
        const path = join(folder, name);
        writeFileSync(path, Buffer.alloc(400));
        utimesSync(path, 1000 + index, 1000 + index);
        return path;
      },
    );
    const place = await placeOf();
    expect(await writePacked(writer(400), model, place, 400, signal, { mostBytes: 1000 })).toBe(true);
    expect(old.map((path) => existsSync(path))).toEqual([false, false, true]);
    expect(readdirSync(folder).sort()).toEqual(
      [basename(place.path), '.c.gguf.avx2.tgpacked', 'model.gguf'].sort(),
    );
  });

  it('removes drafts of processes that are gone', async () => {
    const draft = join(folder, '.model.gguf.avx2.tgpacked.999999999.tmp');
    const own = join(folder, `.model.gguf.avx2.tgpacked.${process.pid}.tmp`);
    writeFileSync(draft, 'x');
    writeFileSync(own, 'x');
    await writePacked(writer(1), model, await placeOf(), 1, signal);
    expect([existsSync(draft), existsSync(own)]).toEqual([false, true]);
  });

  it.each([
    ['they are larger than the bound', { mostBytes: 5 }, /bound/],
    ['the disk is short of space', { leastFreeBytes: Number.MAX_SAFE_INTEGER }, /space/],
  ])('is given up when %s', async (_, options, words) => {
    const lines: string[] = [];
    const place = await placeOf();
    const log = (line: string) => lines.push(line);
    expect(await writePacked(writer(10), model, place, 10, signal, { ...options, log })).toBe(false);
    expect(lines.join()).toMatch(words);
    expect(existsSync(place.path)).toBe(false);
  });

  it('is given up when the model was changed meanwhile', async () => {
    const place = await placeOf();
    writeFileSync(model, 'another model');
    expect(await writePacked(writer(10), model, place, 10, signal)).toBe(false);
    expect(existsSync(place.path)).toBe(false);
  });

  it('reports what the disk says and goes on', async () => {
    const lines: string[] = [];
    const native = { writePackedCache: () => Promise.reject(new Error('disk quota exceeded')) };
    const written = await writePacked(native, model, await placeOf(), 10, signal, {
      log: (line) => lines.push(line),
    });
    expect(written).toBe(false);
    expect(lines).toEqual(['packed weights are not kept: disk quota exceeded']);
  });
});
