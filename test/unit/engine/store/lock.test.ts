import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSha256 } from '../../../../engine/file-digest.ts';
import { lockPath, readLock, writeLock } from '../../../../engine/store/lock-file.ts';
import { checkPinned } from '../../../../engine/store/pinned.ts';
import { verifyLocked } from '../../../../engine/store/verify.ts';

let home: string;
let env: Record<string, string>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-lock-'));
  env = { HOME: home };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const put = (name: string, text: string): string => {
  writeFileSync(join(home, name), text);
  return join(home, name);
};

describe('digests', () => {
  const read = async (path: string): Promise<[string, number]> => {
    let bytes = 0;
    const digest = await fileSha256(path, { env, onBytes: (n) => (bytes += n) });
    return [digest, bytes];
  };

  it('are found once for a file', async () => {
    const path = put('m.gguf', 'abc');
    expect(await read(path)).toEqual([sha256('abc'), 3]);
    expect(await read(path)).toEqual([sha256('abc'), 0]);
  });

  it('are found again when the content changes, even with size and time of before', async () => {
    const path = put('m.gguf', 'abc');
    await read(path);
    const { atime, mtime } = statSync(path);
    writeFileSync(path, 'abd');
    utimesSync(path, atime, mtime);
    expect(await read(path)).toEqual([sha256('abd'), 3]);
  });

  it('are found again when another file takes the place', async () => {
    const path = put('m.gguf', 'abc');
    await read(path);
    renameSync(put('n.gguf', 'xyz'), path);
    expect(await read(path)).toEqual([sha256('xyz'), 3]);
  });
});

describe('tiergate.lock', () => {
  const pin = (file: string, text: string) => ({
    name: file,
    files: [{ file, bytes: text.length, sha256: sha256(text) }],
  });

  it('is read as it was written, models by name', () => {
    const path = join(home, 'tiergate.lock');
    writeLock({ path, models: [pin('b.gguf', 'x'), pin('a.gguf', 'y')] });
    expect(readLock(path)).toEqual({ path, models: [pin('a.gguf', 'y'), pin('b.gguf', 'x')] });
    expect(readLock(join(home, 'none'))).toBeNull();
  });

  it.each([
    ['version: 2\nmodels: []', /version/],
    ['models: {', /it is not YAML/],
    ['version: 1\nmodels: [{name: a, files: [{file: a, bytes: 1, sha256: abc}]}]', /64 hexadecimal digits/],
    ['version: 1\nmodels: []\nmore: 1', /more/],
  ])('refuses %j', (text, message) => {
    const path = put('tiergate.lock', text);
    expect(() => readLock(path)).toThrow(message);
    expect(() => readLock(path)).toThrow(/write it anew with: tiergate lock/);
  });

  it('stands beside the config, else in the working directory, or where TIERGATE_LOCK says', () => {
    expect(lockPath({}, [home, '/elsewhere'])).toBe(join(home, 'tiergate.lock'));
    expect(lockPath({ TIERGATE_LOCK: '/x/y.lock' }, [home])).toBe('/x/y.lock');
  });

  it('lets the engine open what it pins and what it does not name, and refuses a changed file with both digests', async () => {
    const lock = join(home, 'tiergate.lock');
    writeLock({ path: lock, models: [pin('m.gguf', 'abc')] });
    const model = put('m.gguf', 'abc');
    await checkPinned(model, lock, { env });
    await checkPinned(put('other.gguf', 'x'), lock, { env });
    await checkPinned(model, join(home, 'none'), { env });
    put('m.gguf', 'abd');
    await expect(checkPinned(model, lock, { env })).rejects.toThrow(
      new RegExp(
        `m\\.gguf is not the file that .* pins: its SHA-256 is ${sha256('abd')}, pinned is ${sha256('abc')}`,
      ),
    );
  });

  it('pins every part of a split model', async () => {
    const names = ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf'];
    const files = names.map((file) => ({ file, bytes: 3, sha256: sha256(file) }));
    const lock = { path: join(home, 'tiergate.lock'), models: [{ name: names[0]!, files }] };
    writeLock(lock);
    for (const name of names) put(name, name);
    await checkPinned(join(home, names[0]!), lock.path, { env });
    put(names[1]!, 'changed');
    await expect(checkPinned(join(home, names[0]!), lock.path, { env })).rejects.toThrow(
      /00002-of-00002\.gguf is not/,
    );
    rmSync(join(home, names[0]!));
    const states = [];
    for await (const { state } of verifyLocked(lock, env, home, { env })) states.push(state);
    expect(states).toEqual(['missing', 'changed']);
  });
});
