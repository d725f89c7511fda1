// Tier 1 as the gateway uses it: a supervised engine host behind its socket, killed, cancelled and misconfigured.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { builtFile, packageRoot } from '../../contract/built-file.ts';
import type { ChatAnswer, ChatEvent, ChatRequest } from '../../contract/chat.ts';
import type { Target } from '../../contract/tier.ts';
import { type LocalRunner, localRunner } from '../../tiers/local.ts';
import { LocalHost } from '../../tiers/local-host.ts';
import { isAlive, LONG_TOKENS, longModel, until } from '../support/engine-process.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const target: Target = {
  id: 'local/tiny',
  tier: 1,
  zone: 'device',
  provider: 'local',
  model: 'tiny',
  contextWindow: 512,
  capabilities: {
    tools: true,
    jsonMode: false,
    jsonSchema: false,
    vision: false,
    audio: false,
    logprobs: true,
    multipleChoices: true,
  },
  price: null,
};

const request = (text: string, fields: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'tiny',
  messages: [{ role: 'user', content: text }],
  temperature: 0,
  max_tokens: 24,
  ...fields,
});

describe('tier 1 over the engine host', () => {
  let runner: LocalRunner;
  const context = (signal = new AbortController().signal) => ({ requestId: 'test', signal });
  const text = async (answer: ChatAnswer): Promise<string> => {
    if (answer.kind === 'completion') return String(answer.completion.choices[0]!.message.content);
    let all = '';
    for await (const batch of answer.events)
      for (const { chunk } of batch) all += chunk.choices[0]?.delta.content ?? '';
    return all;
  };
  afterEach(() => runner.close());

  it('waits for a host that is starting, answers both ways, counts tokens, and ends with the runner', async () => {
    runner = localRunner(target, new LocalHost({ modelFile: tinyModel() }));
    expect(runner.state()).toEqual({ available: true, reason: 'starting' });
    const whole = await runner.chat({ request: request('Hello'), redacted: false }, context());
    expect(runner.state()).toEqual({ available: true });
    const streamed = await runner.chat(
      { request: request('Hello', { stream: true }), redacted: false },
      context(),
    );
    expect(await text(streamed)).toBe(await text(whole));
    expect(await runner.counter!.prompt(request('Hello'), 'tiny')).toBe(
      whole.kind === 'completion' ? whole.completion.usage?.prompt_tokens : -1,
    );
    const pid = runner.pid()!;
    await runner.close();
    await until(() => !isAlive(pid));
  });

  it('tells the model of tools, and counts them', async () => {
    runner = localRunner(target, new LocalHost({ modelFile: tinyModel() }));
    const parameters = { type: 'object', properties: { city: { type: 'string' } } };
    const tools = [{ type: 'function', function: { name: 'get_weather', parameters } }];
    const asked = request('Hello', { tools, max_tokens: 4 });
    const answer = await runner.chat({ request: asked, redacted: false }, context());
    const usage = answer.kind === 'completion' ? answer.completion.usage! : null;
    const plain = await runner.counter!.prompt(request('Hello'), 'tiny');
    expect(usage!.prompt_tokens).toBeGreaterThan(plain);
    expect(await runner.counter!.prompt(asked, 'tiny')).toBe(usage!.prompt_tokens);
  });

  it("keeps the host's own error codes", async () => {
    runner = localRunner(target, new LocalHost({ modelFile: tinyModel() }));
    const chat = (fields: Partial<ChatRequest>) =>
      runner.chat({ request: request('Hi', fields), redacted: false }, context());
    await expect(chat({ max_tokens: 9999 })).rejects.toMatchObject({ code: 'CONTEXT_OVERFLOW', status: 400 });
    await expect(chat({ functions: [{ name: 'f' }] })).rejects.toMatchObject({
      code: 'UNSUPPORTED_FEATURE',
    });
    await expect(
      runner.chat({ request: request('Hi'), redacted: false, check: () => 'a secret' }, context()),
    ).rejects.toMatchObject({ code: 'EGRESS_BLOCKED' });
  });

  it('reports ENGINE_CRASHED within a second of a kill -9 in mid-answer, and is back in seconds', async () => {
    runner = localRunner(target, new LocalHost({ modelFile: longModel() }));
    const stream = await runner.chat(
      { request: request('Hello', { stream: true, max_tokens: LONG_TOKENS }), redacted: false },
      context(),
    );
    if (stream.kind !== 'stream') throw new Error('not a stream');
    const events: ChatEvent[] = [];
    let killedAt = 0;
    const pid = runner.pid()!;
    const reading = (async () => {
      for await (const batch of stream.events) {
        events.push(...batch);
        if (killedAt === 0 && events.length >= 5) {
          process.kill(pid, 'SIGKILL');
          killedAt = performance.now();
        }
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ENGINE_CRASHED', retryable: true });
    expect(performance.now() - killedAt).toBeLessThan(1000);
    expect(events.every(({ chunk }) => !chunk.choices[0]?.finish_reason)).toBe(true);
    await until(() => !runner.state().available);
    expect(runner.state().reason).toMatch(/^restarting in \d\.\d s: .*SIGKILL/);
    const again = await runner.chat({ request: request('Hello'), redacted: false }, context());
    expect(await text(again)).not.toBe('');
    expect(performance.now() - killedAt).toBeLessThan(5000);
    expect(runner.pid()).not.toBe(pid);
  });

  it('waits longer before each further restart, and a request waits no longer than it may', async () => {
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    runner = localRunner(target, new LocalHost({ modelFile: tinyModel(), startWaitMs: 0, log }));
    await expect(runner.chat({ request: request('Hi'), redacted: false }, context())).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
      retryAfterS: 1,
      message: expect.stringContaining('still starting'),
    });
    for (let kill = 0; kill < 3; kill++) {
      await until(() => runner.facts() !== null);
      process.kill(runner.pid()!, 'SIGKILL');
      await until(() => !runner.state().available);
      await expect(runner.chat({ request: request('Hi'), redacted: false }, context())).rejects.toMatchObject(
        {
          code: 'ENGINE_CRASHED',
          message: expect.stringMatching(/down, restarting in/),
        },
      );
    }
    const delays = lines.map((line) => /next start in ([\d.]+) s/.exec(line)?.[1]).filter((delay) => delay);
    expect(delays).toEqual(['0.2', '0.4', '0.8']);
  });

  it('cancels the generation when the consumer leaves and when the signal is aborted', async () => {
    runner = localRunner(target, new LocalHost({ modelFile: longModel() }));
    const long = request('Hello', { stream: true, max_tokens: LONG_TOKENS });
    const left = await runner.chat({ request: long, redacted: false }, context());
    if (left.kind !== 'stream') throw new Error('not a stream');
    for await (const _ of left.events) break;
    const abort = new AbortController();
    const aborted = await runner.chat({ request: long, redacted: false }, context(abort.signal));
    const reading = text(aborted);
    abort.abort();
    await expect(reading).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await expect(
      runner.chat({ request: request('Hi'), redacted: false }, context(abort.signal)),
    ).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    expect(await text(await runner.chat({ request: request('Hello'), redacted: false }, context()))).not.toBe(
      '',
    );
  });

  it("fails at once with the host's own words when the model file is bad", async () => {
    runner = localRunner(target, new LocalHost({ modelFile: join(packageRoot, 'package.json') }));
    const failed = runner.chat({ request: request('Hi'), redacted: false }, context());
    await expect(failed).rejects.toMatchObject({ code: 'NO_LOCAL_MODEL', retryable: true });
    await expect(failed).rejects.toThrow(/package\.json|GGUF/);
    expect(runner.state()).toMatchObject({ available: false, reason: expect.stringMatching(/^failed: /) });
  });

  it('tells how to give a model when there is none', async () => {
    runner = localRunner(target, null);
    const hint = /TIERGATE_MODEL=.*models\/.*tiergate\.yaml/;
    expect(runner.state()).toMatchObject({ available: false, reason: expect.stringMatching(hint) });
    await expect(runner.chat({ request: request('Hi'), redacted: false }, context())).rejects.toMatchObject({
      code: 'NO_LOCAL_MODEL',
      message: expect.stringMatching(hint),
    });
  });

  it('leaves no orphan when its parent is killed', async () => {
    const parent = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { LocalHost } = await import(${JSON.stringify(builtFile('tiers/local-host'))});
         const host = new LocalHost({ modelFile: ${JSON.stringify(tinyModel())} });
         const timer = setInterval(() => {
           if (!host.facts) return;
           clearInterval(timer);
           console.log(host.pid);
           setInterval(() => {}, 1000);
         }, 10);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [bytes] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(bytes.toString());
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid), 5000);
    runner = localRunner(target, null);
  });
});
