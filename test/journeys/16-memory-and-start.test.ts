// What the engine host holds in memory against what was predicted, and what a second start finds: packed weights,
// saved prefixes.
// Runs the built files in dist/.
import { once } from 'node:events';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeModel } from '../../bench/models/model-file.ts';
import { hostPlan } from '../../engine/host-size.ts';
import { type RunningHost, type ServeOptions, startHost } from '../../engine/serve.ts';
import { hostOnPort, spawnHost, until } from '../support/engine-process.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-start-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Host = Awaited<ReturnType<typeof hostOnPort>>;

const ask = async ({ url }: { url: string }, prompt = 'Hello', max_tokens = 4): Promise<string> => {
  const response = await fetch(`${url}/v1/completions`, {
    method: 'POST',
    body: JSON.stringify({ prompt, max_tokens, temperature: 0 }),
  });
  const { choices } = (await response.json()) as { choices: { text: string }[] };
  return choices[0]!.text;
};

const weightsState = async ({ url }: { url: string }): Promise<string> =>
  ((await (await fetch(`${url}/host`)).json()) as { packed_weights: string }).packed_weights;

const stop = async ({ child }: Host): Promise<void> => {
  child.kill('SIGTERM');
  await once(child, 'exit');
};

describe.skipIf(!existsSync('/proc/self/status'))('memory (skipped without /proc)', () => {
  const residentBytes = ({ child }: Host): number =>
    Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) * 1024;

  it('is at most what was predicted, and no less than the prediction without what need not be resident', async () => {
    const path = join(folder, 'small-Q8_0.gguf');
    writeModel(path, 'small', 'Q8_0', 1, () => {});
    const plan = hostPlan(path, { context: 2048 });
    const host = await hostOnPort(path, '--context', '2048', '--no-packed-cache');
    try {
      await Promise.all(Array.from({ length: 8 }, (_, i) => ask(host, `${i} word `.repeat(250), 32)));
      const resident = residentBytes(host);
      expect(resident).toBeLessThan(plan.total);
      // K/V and activations are taken as they are used, the file's pages too; the constant is an upper bound.
      expect(resident).toBeGreaterThan(plan.total - plan.kv - plan.file - plan.activations - plan.constant);
    } finally {
      await stop(host);
    }
  });

  // 16 layers hold 8 KiB of K/V a token.
  const tooLarge = totalmem() > 120e9 ? ' (skipped: this machine has more than 120 GB)' : '';
  it.skipIf(tooLarge !== '')(`is refused where it would not fit, with the sum${tooLarge}`, async () => {
    const { child, stderr } = spawnHost(
      '--model',
      tinyModel({ layers: 16 }),
      '--port',
      '0',
      '--context',
      '16000000',
    );
    const [code] = await once(child, 'close');
    expect(code).toBe(2);
    expect(stderr()).toMatch(/needs .* MiB: weights .* K\/V .*16000000 tokens.*available are/);
  });
});

describe('packed weights', () => {
  const path = join(folder, 'model.gguf');

  const start = (options: Partial<ServeOptions> = { leastPackedBytes: 0 }): Promise<RunningHost> =>
    startHost({ modelFile: path, listen: { port: 0 }, ...options });

  it('are written after the first answer, and mapped by the next start with the same answers', async () => {
    linkSync(tinyModel({ architecture: 'qwen2', tensorType: 'Q4_0' }), path);
    const first = await start();
    const packed = join(folder, `.model.gguf.${first.facts.isa}.tgpacked`);
    expect(existsSync(packed)).toBe(false);
    const text = await ask({ url: first.address });
    await until(() => existsSync(packed));
    await first.close();
    const second = await start();
    expect(await ask({ url: second.address })).toBe(text);
    expect(await weightsState({ url: second.address })).toBe('mapped');
    await second.close();
  });

  it.each([
    ['a model that is packed in no time', {}],
    ['--no-packed-cache', { leastPackedBytes: 0, packedCache: false }],
  ])('are neither read nor written for %s', async (_, options) => {
    const host = await start(options);
    const packed = join(folder, `.model.gguf.${host.facts.isa}.tgpacked`);
    await ask({ url: host.address });
    expect(existsSync(packed)).toBe(true);
    expect(await weightsState({ url: host.address })).toBe('packed');
    renameSync(packed, `${packed}.aside`);
    await ask({ url: host.address });
    // Longer than an idle engine waits before it writes.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(existsSync(packed)).toBe(false);
    renameSync(`${packed}.aside`, packed);
    await host.close();
  });
});

describe('saved prefixes', () => {
  const model = join(folder, 'saved.gguf');
  const prompt = 'You answer in short and plain words. '.repeat(12);

  const asked = async ({ url }: Host): Promise<{ text: string; cached: number }> => {
    const response = await fetch(`${url}/v1/completions`, {
      method: 'POST',
      body: JSON.stringify({ prompt, max_tokens: 12, temperature: 0.8, seed: 5, logprobs: 2 }),
    });
    const body = (await response.json()) as {
      choices: unknown;
      usage: { prompt_tokens_details: { cached_tokens: number } };
    };
    return { text: JSON.stringify(body.choices), cached: body.usage.prompt_tokens_details.cached_tokens };
  };

  it('make a known prompt warm after a restart, with the same answer to the bit', async () => {
    linkSync(tinyModel({ architecture: 'gemma3', layers: 7, window: 100, tokenizer: 'llama' }), model);
    const saves = join(folder, 'prefixes');
    const start = (...more: string[]) => hostOnPort(model, '--no-packed-cache', '--kv-save', saves, ...more);
    mkdirSync(saves);
    const first = await start();
    const cold = await asked(first);
    expect(cold.cached).toBe(0);
    await stop(first);
    const [name] = readdirSync(saves);
    expect(name).toMatch(/^saved\.\w+\.f16\.tgprefixes$/);
    expect(statSync(join(saves, name!)).mode & 0o777).toBe(0o600);

    const second = await start();
    const warm = await asked(second);
    expect(warm.cached).toBeGreaterThan(100);
    expect(warm.text).toBe(cold.text);
    await stop(second);

    truncateSync(join(saves, name!), 5000);
    const third = await start();
    expect(third.stderr()).toMatch(/^saved prefixes \S+ are not used: it is truncated/);
    expect(await asked(third)).toEqual(cold);
    const saved = await fetch(`${third.url}/prefixes/save`, { method: 'POST' });
    expect(await saved.json()).toEqual({ saved_tokens: expect.any(Number) });
    third.child.kill('SIGKILL');
    await once(third.child, 'exit');
    const fourth = await start();
    expect((await asked(fourth)).text).toBe(cold.text);
    expect((await asked(fourth)).cached).toBeGreaterThan(100);
    await stop(fourth);
  });

  it('are not written unasked', async () => {
    const host = await hostOnPort(model, '--no-packed-cache', '--kv-type', 'q8_0');
    await asked(host);
    const saved = await fetch(`${host.url}/prefixes/save`, { method: 'POST' });
    expect(saved.status).toBe(400);
    await stop(host);
  });
});
