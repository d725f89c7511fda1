import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findStoredModel } from '../../../engine/store/find.ts';
import { type PullOptions, pull } from '../../../hub/pull.ts';
import { commitOf, FAKE_TOKEN, type FakeHub, startFakeHub } from '../../support/fake-hub.ts';
import { encodeGguf, str, u32 } from '../../support/gguf-writer.ts';

let hub: FakeHub;
let home: string;
beforeAll(async () => {
  hub = await startFakeHub();
});
afterAll(() => hub.close());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-pull-'));
  hub.repos.clear();
  hub.faults = {};
  hub.requests.length = 0;
  hub.sentBytes = 0;
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const CONTENT = randomBytes(3_000_000);

interface Told {
  lines: string[];
  phases: [string, number][];
}

function options(over: Partial<PullOptions> = {}): PullOptions & { told: Told } {
  const told: Told = { lines: [], phases: [] };
  return {
    env: { HOME: home, HF_ENDPOINT: hub.url, ...over.env },
    cwd: home,
    signal: new AbortController().signal,
    machine: { memory: { bytes: 16 * 2 ** 30, source: 'what the machine has free' }, cores: 8 },
    connections: 3,
    chunkBytes: 500_000,
    stallMs: 2000,
    firstBackoffMs: 5,
    say: (line) => told.lines.push(line),
    progress: () => ({
      phase: (phase, start) => told.phases.push([phase, start]),
      bytes: () => {},
      done: () => {},
    }),
    told,
    ...Object.fromEntries(Object.entries(over).filter(([key]) => key !== 'env')),
  };
}

const folder = (): string => join(home, '.local/share/tiergate/models/hf/org/repo');
/** What a stopped pull leaves, and nothing else, ends so. */
const leftovers = (): string[] => (existsSync(folder()) ? readdirSync(folder()) : []).sort();

describe('pulling a file', () => {
  beforeEach(() =>
    hub.repos.set('org/repo', { files: { 'm-Q4_0.gguf': CONTENT, 'README.md': Buffer.from('hi') } }),
  );

  it('fetches it in ranges over several connections, checks it and records its source', async () => {
    const pulled = await pull('hf:org/repo', options());
    expect(pulled).toMatchObject({
      name: 'hf:org/repo/m-Q4_0.gguf',
      how: 'fetched',
      revision: commitOf(hub.repos.get('org/repo')!),
    });
    expect(sha256(readFileSync(pulled.path!))).toBe(sha256(CONTENT));
    expect(
      hub.requests.filter(({ server, range }) => server === 'content' && range !== 'bytes=0-0'),
    ).toHaveLength(6);
    expect(leftovers()).toEqual(['m-Q4_0.gguf', 'm-Q4_0.gguf.source.json']);
    const model = findStoredModel('hf:org/repo:q4_0', { HOME: home }, home);
    expect(model.files).toEqual([{ path: pulled.path, bytes: CONTENT.length, sha256: sha256(CONTENT) }]);
  });

  it('fetches nothing a second time', async () => {
    await pull('hf:org/repo', options());
    const sent = hub.sentBytes;
    expect(await pull('hf:org/repo/m-Q4_0.gguf', options())).toMatchObject({ how: 'here' });
    expect(hub.sentBytes).toBe(sent);
  });

  it('goes on where connections were cut, without fetching anything twice', async () => {
    hub.faults = { cuts: 5, cutAfterBytes: 131072 };
    const pulled = await pull('hf:org/repo', options());
    expect(sha256(readFileSync(pulled.path!))).toBe(sha256(CONTENT));
    expect(hub.sentBytes - CONTENT.length).toBeLessThan(5 * 131072);
  });

  it('gives up a server that cuts every connection at once, and keeps what it has', async () => {
    hub.faults = { cuts: 1000, cutAfterBytes: 0 };
    await expect(pull('hf:org/repo', options())).rejects.toThrow(/no answer from .*check the network/);
    expect(leftovers()).toEqual(['m-Q4_0.gguf.part', 'm-Q4_0.gguf.part.json']);
  });

  it('leaves a connection that stalls', async () => {
    hub.faults = { stalls: 1, cutAfterBytes: 65536 };
    const pulled = await pull('hf:org/repo', options({ stallMs: 300 }));
    expect(sha256(readFileSync(pulled.path!))).toBe(sha256(CONTENT));
  });

  it('goes on after it was stopped', async () => {
    hub.faults = { pauseMs: 15 };
    const stop = new AbortController();
    let bytes = 0;
    const stopped = options({ signal: stop.signal });
    stopped.progress = () => ({
      phase: () => {},
      bytes: (n) => {
        bytes += n;
        if (bytes > 1_000_000) stop.abort();
      },
      done: () => {},
    });
    await expect(pull('hf:org/repo', stopped)).rejects.toThrow('stopped');
    expect(leftovers()).toEqual(['m-Q4_0.gguf.part', 'm-Q4_0.gguf.part.json']);
    hub.faults = {};
    const again = options();
    await pull('hf:org/repo', again);
    expect(again.told.phases[0]![1]).toBeGreaterThan(1_000_000);
    expect(sha256(readFileSync(join(folder(), 'm-Q4_0.gguf')))).toBe(sha256(CONTENT));
  });

  it('starts over when the file has changed on the hub since it was stopped', async () => {
    hub.faults = { cuts: 1000, cutAfterBytes: 65536, failures: 0 };
    const stop = new AbortController();
    const first = pull('hf:org/repo', options({ signal: stop.signal, firstBackoffMs: 50 }));
    setTimeout(() => stop.abort(), 150);
    await expect(first).rejects.toThrow('stopped');
    hub.faults = {};
    const other = randomBytes(2_000_000);
    hub.repos.get('org/repo')!.files['m-Q4_0.gguf'] = other;
    const again = options();
    const pulled = await pull('hf:org/repo', again);
    expect(again.told.lines.join()).toMatch(/has changed on the hub, starting over/);
    expect(sha256(readFileSync(pulled.path!))).toBe(sha256(other));
  });

  it('does not trust a part file that is shorter than its note says', async () => {
    hub.faults = { pauseMs: 15 };
    const stop = new AbortController();
    const first = pull('hf:org/repo', options({ signal: stop.signal }));
    setTimeout(() => stop.abort(), 200);
    await expect(first).rejects.toThrow('stopped');
    truncateSync(join(folder(), 'm-Q4_0.gguf.part'), 10);
    hub.faults = {};
    const pulled = await pull('hf:org/repo', options());
    expect(sha256(readFileSync(pulled.path!))).toBe(sha256(CONTENT));
  });

  it('throws away content whose digest is wrong, and tells both', async () => {
    const listed = 'ab'.repeat(32);
    hub.repos.get('org/repo')!.listedDigests = { 'm-Q4_0.gguf': listed };
    await expect(pull('hf:org/repo', options())).rejects.toThrow(
      new RegExp(`its SHA-256 is ${sha256(CONTENT)}, listed is ${listed}`),
    );
    expect(leftovers()).toEqual([]);
  });

  it('refuses a mirror that gives whole files whatever range is asked', async () => {
    hub.faults = { ignoresRanges: true };
    await expect(pull('hf:org/repo', options())).rejects.toThrow(
      /must give ranges of files\); set HF_ENDPOINT/,
    );
  });

  it('waits as long as the hub says when it asks to slow down', async () => {
    hub.faults = { failures: 1, failureStatus: 429, retryAfterS: 1 };
    const told = options();
    const begin = Date.now();
    await pull('hf:org/repo', told);
    expect(Date.now() - begin).toBeGreaterThan(950);
    expect(told.told.lines[0]).toMatch(/asks to slow down.*trying again in 1\.0 s/);
  });

  it('goes on after errors of the server', async () => {
    hub.faults = { failures: 3, failureStatus: 503 };
    expect((await pull('hf:org/repo', options())).how).toBe('fetched');
  });

  it('fetches a file again that was changed after it was pulled', async () => {
    const { path } = await pull('hf:org/repo', options());
    const damaged = Buffer.from(CONTENT);
    damaged[1000]! ^= 1;
    writeFileSync(path!, damaged);
    const again = options();
    expect((await pull('hf:org/repo', again)).how).toBe('fetched');
    expect(again.told.lines.join()).toMatch(/is not what it was/);
    expect(sha256(readFileSync(path!))).toBe(sha256(CONTENT));
  });

  it('lets one of two pulls of the same file work, and the other one wait', async () => {
    hub.faults = { pauseMs: 5 };
    const [one, two] = [options(), options()];
    const both = await Promise.all([pull('hf:org/repo', one), pull('hf:org/repo', two)]);
    expect(both[0].path).toBe(both[1].path);
    expect(
      [...one.told.lines, ...two.told.lines].filter((line) => /^waiting: process \d+/.test(line)),
    ).toHaveLength(1);
    expect(hub.sentBytes).toBeLessThan(CONTENT.length + 10);
  });

  it('takes the lock of a process that died', async () => {
    mkdirSync(folder(), { recursive: true });
    const { hostname } = await import('node:os');
    writeFileSync(join(folder(), 'm-Q4_0.gguf.lock'), `4194300 ${hostname()}\n`);
    expect((await pull('hf:org/repo', options())).how).toBe('fetched');
  });

  it('uses the same content in a store of another program, without a copy', async () => {
    const blob = join(home, '.ollama/models/blobs', `sha256-${sha256(CONTENT)}`);
    const manifest = join(home, '.ollama/models/manifests/registry.ollama.ai/library/some/latest');
    for (const path of [blob, manifest]) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(blob, CONTENT);
    const layer = {
      mediaType: 'application/vnd.ollama.image.model',
      digest: `sha256:${sha256(CONTENT)}`,
      size: CONTENT.length,
    };
    writeFileSync(manifest, JSON.stringify({ layers: [layer] }));
    expect(await pull('hf:org/repo', options())).toMatchObject({ how: 'in place', path: blob });
    expect(findStoredModel('hf:org/repo', { HOME: home }, home).files[0]!.path).toBe(blob);
    expect(hub.sentBytes).toBe(0);
  });

  it('refuses content that tiergate.lock does not pin, before it is fetched', async () => {
    const pinned = {
      name: 'hf:org/repo/m-Q4_0.gguf',
      revision: 'main',
      files: [{ file: 'm-Q4_0.gguf', bytes: 1, sha256: 'cd'.repeat(32) }],
    };
    await expect(pull(pinned.name, options({ pinned }))).rejects.toThrow(
      new RegExp(`pins .* with SHA-256 ${'cd'.repeat(32)}, but .* has ${sha256(CONTENT)}`),
    );
    expect(hub.sentBytes).toBe(0);
  });

  it('says what a dry run would do', async () => {
    const told = options({ dryRun: true });
    expect(await pull('hf:org/repo', told)).toMatchObject({ how: 'dry run', path: null });
    expect(told.told.lines.join()).toMatch(/3\.00 MB in 1 file would be fetched to /);
    expect(existsSync(folder())).toBe(false);
  });
});

describe('what a name means', () => {
  const head = (name: string): Buffer =>
    Buffer.concat([
      encodeGguf({
        metadata: {
          'general.architecture': str('llama'),
          'llama.block_count': u32(32),
          'llama.embedding_length': u32(4096),
          'llama.attention.head_count': u32(32),
          'llama.attention.head_count_kv': u32(8),
          'llama.context_length': u32(8192),
        },
        tensors: [],
      }),
      Buffer.alloc(Number(/\d+/.exec(name)![0]) * 1000, name),
    ]);
  const names = ['m-Q2_K.gguf', 'm-Q4_K_M.gguf', 'm-Q8_0.gguf', 'm-F16.gguf'];
  beforeEach(() => {
    const files = Object.fromEntries(names.map((name) => [name, head(name)]));
    hub.repos.set('org/repo', { files: { ...files, 'mmproj-m-F16.gguf': Buffer.from('x') } });
  });

  it('takes the quantisation asked for', async () => {
    expect((await pull('hf:org/repo:q4_k_m', options())).name).toBe('hf:org/repo/m-Q4_K_M.gguf');
  });

  it('chooses the best one by itself, and says why', async () => {
    const told = options();
    expect((await pull('hf:org/repo', told)).name).toBe('hf:org/repo/m-Q8_0.gguf');
    expect(told.told.lines[0]).toMatch(
      /^Q8_0, the best of 4 for this machine: .*1\.0 GiB K\/V of 8192 tokens/,
    );
  });

  it.each([
    ['hf:org/repo:Q5_0', /has no Q5_0; it has Q2_K \(/],
    ['hf:org/repo/other.gguf', /has no file other\.gguf; it has/],
    ['hf:org/none', /no repository org\/none at .*if it is private, set HF_TOKEN/],
    ['hf:org', /does not name a repository; write hf:ORG\/REPO/],
    ['org/repo', /does not begin with hf:/],
    ['hf:org/repo/../../x.gguf', /no plain file path/],
    ['hf:org/repo/x.safetensors', /does not name a \.gguf file/],
  ])('refuses %s with what to do', async (name, message) => {
    await expect(pull(name, options())).rejects.toThrow(message);
  });

  it('says that a repository without GGUF files has none', async () => {
    hub.repos.set('org/plain', { files: { 'model.safetensors': Buffer.from('x') } });
    await expect(pull('hf:org/plain', options())).rejects.toThrow(/holds no \.gguf file.*plain-GGUF/);
  });

  it('names a revision that is not there', async () => {
    await expect(pull('hf:org/repo:Q8_0', options({ revision: 'v9' }))).rejects.toThrow(/no such revision/);
  });
});

describe('models in several files', () => {
  const part = (n: number) => `m-Q8_0-0000${n}-of-00003.gguf`;
  const parts = [1, 2, 3].map(() => randomBytes(700_000));
  const files = Object.fromEntries(parts.map((bytes, i) => [`Q8_0/${part(i + 1)}`, bytes]));

  it('fetches all parts, whichever is named', async () => {
    hub.repos.set('org/repo', { files });
    const pulled = await pull(`hf:org/repo/Q8_0/${part(2)}`, options());
    expect(pulled.name).toBe(`hf:org/repo/Q8_0/${part(1)}`);
    expect(pulled.files.map(({ sha256: digest }) => digest)).toEqual(parts.map(sha256));
    expect(pulled.files.map(({ path }) => sha256(readFileSync(path)))).toEqual(parts.map(sha256));
    expect(findStoredModel('hf:org/repo:Q8_0', { HOME: home }, home).files).toHaveLength(3);
  });

  it('keeps the parts that are whole when a later one fails', async () => {
    hub.repos.set('org/repo', { files, listedDigests: { [`Q8_0/${part(3)}`]: 'ab'.repeat(32) } });
    await expect(pull('hf:org/repo', options())).rejects.toThrow(/SHA-256/);
    expect(() => findStoredModel('hf:org/repo', { HOME: home }, home)).toThrow(/tiergate pull hf:org\/repo/);
    hub.repos.set('org/repo', { files });
    hub.sentBytes = 0;
    await pull('hf:org/repo', options());
    expect(hub.sentBytes).toBeLessThan(700_000 + 100);
  });

  it('names the parts that a repository lacks', async () => {
    const { [`Q8_0/${part(2)}`]: _, ...rest } = files;
    hub.repos.set('org/repo', { files: rest });
    await expect(pull('hf:org/repo', options())).rejects.toThrow(
      /2 of 3 parts .* missing: Q8_0\/m-Q8_0-00002-of-00003\.gguf/,
    );
  });
});

describe('who may read', () => {
  const files = { 'm-Q8_0.gguf': CONTENT };

  it('sends the token to the hub alone, never to where it redirects', async () => {
    hub.repos.set('org/repo', { files, access: 'private' });
    await pull('hf:org/repo', options({ env: { HOME: home, HF_ENDPOINT: hub.url, HF_TOKEN: FAKE_TOKEN } }));
    const sent = (server: string) =>
      new Set(hub.requests.filter((each) => each.server === server).map((each) => each.authorization));
    expect(sent('hub')).toEqual(new Set([`Bearer ${FAKE_TOKEN}`]));
    expect(sent('content')).toEqual(new Set([undefined]));
  });

  it('takes the token of hf auth login', async () => {
    mkdirSync(join(home, '.cache/huggingface'), { recursive: true });
    writeFileSync(join(home, '.cache/huggingface/token'), `${FAKE_TOKEN}\n`);
    hub.repos.set('org/repo', { files, access: 'private' });
    expect((await pull('hf:org/repo', options())).how).toBe('fetched');
  });

  it.each([
    ['private', undefined, /no repository org\/repo .*set HF_TOKEN/],
    ['private', 'hf_other', /no repository org\/repo .*that HF_TOKEN may read it/],
    ['gated', undefined, /is gated .*accept its terms on .*\/org\/repo, then set HF_TOKEN/],
    ['gated', 'hf_other', /is gated .*accept its terms on .*\/org\/repo, then set HF_TOKEN/],
    ['public', 'secret-of-mine', /the token of HF_TOKEN does not begin with hf_/],
  ] as const)(
    'refuses a %s repository with token %s, saying what to do and not the token',
    async (access, token, message) => {
      hub.repos.set('org/repo', { files, access });
      const refused = await pull(
        'hf:org/repo',
        options({ env: { HOME: home, HF_ENDPOINT: hub.url, HF_TOKEN: token } }),
      ).catch((error: Error) => error);
      expect(refused).toBeInstanceOf(Error);
      expect((refused as Error).message).toMatch(message);
      if (token !== undefined) expect((refused as Error).message).not.toContain(token);
      expect(hub.sentBytes).toBe(0);
    },
  );

  it('refuses what cannot be an address, and pulls nothing offline', async () => {
    await expect(pull('hf:org/repo', options({ env: { HF_ENDPOINT: 'nowhere' } }))).rejects.toThrow(
      /HF_ENDPOINT is "nowhere"/,
    );
    await expect(pull('hf:org/repo', options({ env: { HF_HUB_OFFLINE: '1' } }))).rejects.toThrow(
      /HF_HUB_OFFLINE is set/,
    );
  });
});

it('keeps a file private to its folder: nothing but the model and its record is left', async () => {
  hub.repos.set('org/repo', { files: { 'm.gguf': Buffer.from('GGUF') } });
  const { path } = await pull('hf:org/repo', options());
  expect(statSync(path!).size).toBe(4);
  expect(leftovers()).toEqual(['m.gguf', 'm.gguf.source.json']);
});
