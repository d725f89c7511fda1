// `tiergate init` as a user runs it: the built command against a hub on loopback, or against a port where nobody listens.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { builtFile } from '../../contract/built-file.ts';
import { type FakeHub, startFakeHub } from '../support/fake-hub.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

interface Offer {
  models: { name: string; fits: boolean; isFast: boolean; needs: number; bytes: number; licence: string }[];
  recommended: string | null;
  network: boolean | null;
  pulled: { path: string } | null;
  config: { path: string; change: string } | null;
}

let hub: FakeHub;
let home: string;
beforeAll(async () => {
  hub = await startFakeHub();
  const bytes = readFileSync(tinyModel({ tensorType: 'Q8_0' }));
  // The repositories of the list, each with a tiny file under the name that the list asks for.
  for (const size of ['0.6B', '1.7B'])
    hub.repos.set(`Qwen/Qwen3-${size}-GGUF`, { files: { [`Qwen3-${size}-Q8_0.gguf`]: bytes } });
  for (const size of ['4B', '8B', '14B', '32B', '30B-A3B'])
    hub.repos.set(`Qwen/Qwen3-${size}-GGUF`, { files: { [`Qwen3-${size}-Q4_K_M.gguf`]: bytes } });
});
afterAll(() => hub.close());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-init-'));
  return () => rmSync(home, { recursive: true, force: true });
});

const NOWHERE = 'http://127.0.0.1:9';
const run = (endpoint: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: home, HF_ENDPOINT: endpoint, NO_COLOR: '1' };
    execFile(
      process.execPath,
      [builtFile('router/cli/main'), ...args],
      { cwd: home, env },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
const init = (...args: string[]) => run(hub.url, 'init', ...args);
/** With a terminal of its own (util-linux `script`), in which `typed` is written. */
const onTerminal = (typed: string): Promise<{ out: string }> =>
  new Promise((resolve) => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      HF_ENDPOINT: hub.url,
      NO_COLOR: '1',
      SHELL: '/bin/sh',
    };
    const command = `'${process.execPath}' '${builtFile('router/cli/main')}' init`;
    const child = execFile('script', ['-qec', command, '/dev/null'], { cwd: home, env }, (_, out) =>
      resolve({ out }),
    );
    // Each line when a question stands there: a terminal drops what is typed before.
    let seen = '';
    const lines = typed.split(/(?<=\n)/);
    child.stdout!.on('data', (piece: string) => {
      seen += piece;
      if (!/\[Y\/n[^\]]*\]\s*$/.test(stripVTControlCharacters(seen))) return;
      seen = '';
      child.stdin!.write(lines.shift() ?? 'n\n');
    });
  });
const config = () => join(home, 'tiergate.yaml');

describe('tiergate init', () => {
  it('only offers where nobody can be asked: memory, speed and licence of each model, nothing fetched', async () => {
    const before = hub.sentBytes;
    const { code, out } = await init();
    expect(code).toBe(0);
    expect(out).toMatch(
      /^This machine: \d+ cores, .* of memory available\.\n {5}MODEL +FILE +MEMORY +SPEED +LICENCE +HERE\n/,
    );
    expect(out).toMatch(
      /hf:Qwen\/Qwen3-0\.6B-GGUF:Q8_0 +639 MB +1\.9 GiB +about \d+ tokens\/s +Apache-2\.0 +fits/,
    );
    expect(out).toMatch(/fetch it and make it Level 1: {2}tiergate init --yes\n$/);
    expect(hub.sentBytes - before).toBeLessThan(2 ** 20);
    expect(existsSync(config())).toBe(false);
  });

  it('recommends what fits, as JSON', async () => {
    const offer = JSON.parse((await init('--json')).out) as Offer;
    const chosen = offer.models.find(({ name }) => name === offer.recommended)!;
    expect(chosen.fits).toBe(true);
    expect(chosen.needs).toBeGreaterThan(chosen.bytes);
    expect(offer).toMatchObject({ network: true, pulled: null, config: null });
  });

  it('fetches the recommended one with --yes, and the config it writes is good and uses it', async () => {
    const offer = JSON.parse((await init('--yes', '--json')).out) as Offer;
    expect(offer.config).toMatchObject({ change: 'created' });
    expect(existsSync(offer.pulled!.path)).toBe(true);
    const checked = JSON.parse((await run(hub.url, 'config', 'check', '--json')).out) as {
      model_file: string;
      targets: { id: string; tier: number }[];
    };
    expect(checked.model_file).toBe(offer.pulled!.path);
    expect(checked.targets).toMatchObject([
      { tier: 1, id: expect.stringMatching(/^local\/qwen3-/) as string },
    ]);
    expect((await init('--yes')).out).toMatch(/tiergate\.yaml names hf:Qwen\/.* already/);
  });

  it('puts Level 1 into a config that is there and keeps all else, comments too', async () => {
    const text =
      '# ours\nserver:\n  port: 8123 # fixed\ntiers:\n  2:\n    targets:\n      - {id: inhouse/a, base_url: "http://127.0.0.1:1/v1"}\n';
    writeFileSync(config(), text);
    expect((await init('hf:Qwen/Qwen3-0.6B-GGUF:Q8_0')).out).toMatch(
      /tiergate\.yaml: Level 1 is hf:Qwen\/Qwen3-0\.6B-GGUF:Q8_0 now\n/,
    );
    const written = readFileSync(config(), 'utf8');
    for (const line of ['# ours', 'port: 8123 # fixed', 'inhouse/a', 'id: local/qwen3-0.6b'])
      expect(written).toContain(line);
    expect((await run(hub.url, 'config', 'check')).code).toBe(0);
  });

  it('replaces other targets of Level 1 only when told to', async () => {
    await init('hf:Qwen/Qwen3-0.6B-GGUF:Q8_0');
    const before = readFileSync(config(), 'utf8');
    const kept = await init('hf:Qwen/Qwen3-1.7B-GGUF:Q8_0');
    expect(kept.out).toMatch(
      /is left as it is: Level 1 there is local\/qwen3-0\.6b; to replace it: .* --replace\n/,
    );
    expect(readFileSync(config(), 'utf8')).toBe(before);
    const replaced = await init('hf:Qwen/Qwen3-1.7B-GGUF:Q8_0', '--replace');
    expect(replaced.out).toMatch(
      /Level 1 is hf:Qwen\/Qwen3-1\.7B-GGUF:Q8_0 now, instead of local\/qwen3-0\.6b/,
    );
  });

  it('leaves a config with mistakes alone, and names them', async () => {
    writeFileSync(config(), 'servr: {port: 1}\n');
    const { code, err } = await init('hf:Qwen/Qwen3-0.6B-GGUF:Q8_0');
    expect(code).toBe(2);
    expect(err).toMatch(
      /tiergate\.yaml is left as it is, because it has problems:\n.*tiergate\.yaml:1:1: .*servr/,
    );
    expect(readFileSync(config(), 'utf8')).toBe('servr: {port: 1}\n');
  });

  it('says so where there is no network; with --yes that is a failure', async () => {
    const { code, out } = await run(NOWHERE, 'init');
    expect(code).toBe(0);
    expect(out).toMatch(
      /\nNo network: .*no answer from http:\/\/127\.0\.0\.1:9 .*\nUntil it is there the small model in the box answers/,
    );
    const forced = await run(NOWHERE, 'init', '--yes', '--json');
    expect(forced.code).toBe(1);
    expect(JSON.parse(forced.out)).toMatchObject({ network: false, pulled: null, config: null });
    expect(existsSync(config())).toBe(false);
  });

  it('refuses what is no name, in one line', async () => {
    const { code, err } = await init('Qwen3');
    expect(code).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  const hasTerminal = spawnSync('script', ['--version']).status === 0;
  it.skipIf(!hasTerminal)('asks on a terminal, and takes no for an answer', async () => {
    const { out } = await onTerminal('maybe\nn\n');
    expect(out).toMatch(/Fetch hf:Qwen\/\S+, .* and make it Level 1\? \[Y\/n, or the number of another\] /);
    expect(out).toMatch(/"maybe" is none of y, n and 1 to 7/);
    expect(out).toMatch(/nothing was changed/);
    expect(existsSync(config())).toBe(false);
  });

  it.skipIf(!hasTerminal)('fetches the one whose number is given', async () => {
    const { out } = await onTerminal('7\n');
    expect(out).toMatch(/wrote tiergate\.yaml: Level 1 is hf:Qwen\/Qwen3-0\.6B-GGUF:Q8_0/);
    expect(readFileSync(config(), 'utf8')).toContain('model_file: hf:Qwen/Qwen3-0.6B-GGUF:Q8_0');
  });
});
