// Models from the hub to the engine as a user runs it: the built command against a hub on loopback.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtFile } from '../../contract/built-file.ts';
import { until } from '../support/engine-process.ts';
import { commitOf, type FakeHub, startFakeHub } from '../support/fake-hub.ts';
import { splitGguf } from '../support/split-gguf.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const home = mkdtempSync(join(tmpdir(), 'tiergate-store-cli-'));
let hub: FakeHub;
beforeAll(async () => {
  hub = await startFakeHub();
  const of = (tensorType: 'Q8_0' | 'Q4_0') => readFileSync(tinyModel({ tensorType }));
  hub.repos.set('org/tiny-GGUF', { files: { 'tiny-Q8_0.gguf': of('Q8_0'), 'tiny-Q4_0.gguf': of('Q4_0') } });
  const parts = splitGguf(tinyModel(), home, 'big', 2);
  hub.repos.set('org/big', {
    files: Object.fromEntries(parts.map((path) => [path.slice(home.length + 1), readFileSync(path)])),
  });
  for (const path of parts) rmSync(path);
});
afterAll(async () => {
  await hub.close();
  rmSync(home, { recursive: true, force: true });
});

const environment = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  HF_ENDPOINT: hub.url,
  NO_COLOR: '1',
});

interface Run {
  code: number;
  out: string;
  err: string;
}

const tiergate = (...args: string[]): Promise<Run> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [builtFile('router/cli/main'), ...args],
      { cwd: home, env: environment() },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

const Q8 = 'hf:org/tiny-GGUF/tiny-Q8_0.gguf';

describe('the model store', () => {
  it.each([['pull'], ['list'], ['rm'], ['verify'], ['lock']])(
    'tiergate %s --help shows examples',
    async (command) => {
      const { code, out } = await tiergate(command, '--help');
      expect(code).toBe(0);
      expect(out).toMatch(/Examples:\n {2}\$ tiergate /);
    },
  );

  it('says how to get a first model', async () => {
    const { code, out } = await tiergate('list');
    expect(code).toBe(0);
    expect(out).toMatch(
      /local\/tiergate-nano +llama .* in the box .*\nno other models on this machine; get one with: tiergate pull hf:ORG\/REPO\nlooked in models, /,
    );
  });

  it('pulls the best quantisation, explained, with plain lines where there is no terminal', async () => {
    const { code, out, err } = await tiergate('pull', 'hf:org/tiny-GGUF');
    expect(code).toBe(0);
    expect(err).toMatch(
      /^Q8_0, the best of 2 for this machine: .* of .* available\nfetching tiny-Q8_0\.gguf: 1\.50 MB\n/,
    );
    expect(err).toMatch(/ 100 % 1\.50 MB.*\nchecking SHA-256 of tiny-Q8_0\.gguf/);
    expect(err).not.toContain('\x1b');
    expect(out).toContain(`TIERGATE_MODEL=${Q8} tiergate serve`);
  });

  it('goes on after a pull that was killed', async () => {
    hub.faults = { pauseMs: 200 };
    const child = spawn(process.execPath, [builtFile('router/cli/main'), 'pull', 'hf:org/tiny-GGUF:Q4_0'], {
      cwd: home,
      env: environment(),
      stdio: 'ignore',
    });
    const part = join(home, '.local/share/tiergate/models/hf/org/tiny-GGUF/tiny-Q4_0.gguf.part.json');
    await until(() => existsSync(part) && /,[1-9]\d*\]/.test(readFileSync(part, 'utf8')));
    child.kill('SIGKILL');
    await once(child, 'exit');
    hub.faults = {};
    const { code, err } = await tiergate('pull', 'hf:org/tiny-GGUF:Q4_0');
    expect(code).toBe(0);
    expect(err).toMatch(/fetching tiny-Q4_0\.gguf: 0\.80 MB, 0\.\d+ MB are there from before/);
  });

  it('lists what is here', async () => {
    const { models } = JSON.parse((await tiergate('list', '--json')).out) as {
      models: Record<string, unknown>[];
    };
    expect(models).toMatchObject([
      {
        name: 'hf:org/tiny-GGUF/tiny-Q4_0.gguf',
        place: 'tiergate',
        architecture: 'llama',
        quantisation: 'Q4_0',
      },
      { name: Q8, revision: commitOf(hub.repos.get('org/tiny-GGUF')!), bytes: 1496000 },
      { name: 'local/tiergate-nano', place: 'in the box', architecture: 'llama', quantisation: 'Q8_0' },
    ]);
    const { out } = await tiergate('list');
    expect(out).toMatch(/^MODEL +ARCHITECTURE +QUANT +SIZE +SHA-256 +STORE +FILE\n/);
    expect(out).toMatch(
      /hf:org\/tiny-GGUF\/tiny-Q8_0\.gguf +llama +Q8_0 +1\.50 MB +[0-9a-f]{12} +tiergate +\.local/,
    );
  });

  it('pins what the config uses, and refuses a changed file by name with both digests', async () => {
    const config = 'tiers:\n  1: {targets: [{id: local/tiny, model_file: "hf:org/tiny-GGUF:Q8_0"}]}\n';
    writeFileSync(join(home, 'tiergate.yaml'), config);
    expect((await tiergate('config', 'check')).code).toBe(0);
    const locked = await tiergate('lock');
    expect(locked.out).toMatch(
      /^pinned hf:org\/tiny-GGUF\/tiny-Q8_0\.gguf {2}[0-9a-f]{12}\nwrote tiergate\.lock; commit it\n$/,
    );
    expect((await tiergate('verify')).out).toMatch(/^good .*\n1 of 1 files are good\n$/);

    appendFileSync(join(home, '.local/share/tiergate/models/hf/org/tiny-GGUF/tiny-Q8_0.gguf'), 'x');
    const verified = await tiergate('verify');
    expect(verified.code).toBe(2);
    expect(verified.out).toMatch(/^CHANGED .*\n +wanted SHA-256 [0-9a-f]{64}\n +found +[0-9a-f]{64}\n0 of 1/);
    const started = await tiergate('engine', '--model', 'hf:org/tiny-GGUF:Q8_0', '--port', '0');
    expect(started.code).toBe(2);
    expect(started.err).toMatch(
      /tiny-Q8_0\.gguf is not the file that tiergate\.lock pins: its SHA-256 is [0-9a-f]{64}, pinned is [0-9a-f]{64}/,
    );
    // Its store knows it better.
    expect((await tiergate('lock')).err).toMatch(/has changed since it was fetched.*pull it again/);
  });

  it('pulls again what the lock pins and the machine does not have as pinned', async () => {
    const { code, err } = await tiergate('pull');
    expect(code).toBe(0);
    expect(err).toMatch(/is not what it was when it was fetched\n[\s\S]*fetching tiny-Q8_0/);
    expect((await tiergate('verify')).code).toBe(0);
    expect((await tiergate('pull')).err).toBe('every model of tiergate.lock is here\n');
  });

  it('removes a model, and says at its place in the config how to get it back', async () => {
    expect((await tiergate('rm', Q8)).out).toBe(`removed ${Q8}: 1.50 MB are free\n`);
    const { code, err } = await tiergate('config', 'check');
    expect(code).toBe(2);
    expect(err).toMatch(
      /^tiergate\.yaml:2:\d+: tiers\.1\.targets\[0\]\.model_file: the model hf:org\/tiny-GGUF:Q8_0 is not on this machine; run: tiergate pull hf:org\/tiny-GGUF:Q8_0/,
    );
    expect((await tiergate('verify')).out).toMatch(/^MISSING /);
  });

  it('pulls a split model and opens it by its name', async () => {
    expect((await tiergate('pull', 'hf:org/big', '--json')).code).toBe(0);
    const { code, out } = await tiergate('tokenize', '-m', 'hf:org/big', '--json', 'hello');
    expect(code).toBe(0);
    expect((JSON.parse(out) as { pieces: string[] }).pieces.join('')).toContain('hello');
  });

  it.each([
    [['pull', 'hf:org/none'], /no repository org\/none at .*set HF_TOKEN/],
    [['rm', 'hf:org/none'], /is not on this machine; run: tiergate pull hf:org\/none/],
    [['tokenize', '-m', 'ollama:none', 'x'], /ollama:none is not on this machine; tiergate list shows/],
  ])('%j is one line that says what to do', async (args, message) => {
    const { code, err } = await tiergate(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});
