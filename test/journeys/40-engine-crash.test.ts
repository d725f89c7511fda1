// Promise 6: a crash of the native engine never takes the gateway down, and the request still gets an answer that
// policy allows, or a clear error.
import OpenAI from 'openai';
import { afterEach, expect, it } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { hostPids, type RunningGateway, startGateway, waitUntilReady } from '../support/gateway.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

let gateway: RunningGateway | undefined;
let upstream: FakeUpstream | undefined;
afterEach(async () => {
  await gateway?.dispose();
  await upstream?.close();
  gateway = undefined;
  upstream = undefined;
});

const signalHosts = (signal: NodeJS.Signals): void => {
  for (const pid of hostPids(gateway!)) process.kill(pid, signal);
};

/** Runs `ask` against a host that holds still, however fast it is, and then kills it: the answer has not begun. */
async function killUnderway<T>(ask: () => Promise<T>): Promise<T> {
  signalHosts('SIGSTOP');
  const pending = ask();
  await new Promise((resolve) => setTimeout(resolve, 150));
  signalHosts('SIGKILL');
  return pending;
}

const localTier = { 1: { targets: [{ id: 'local/tiny', model_file: tinyModel({ contextLength: 4096 }) }] } };
const localIsReady = (body: { targets: { tier: number; available: boolean }[] }): boolean =>
  body.targets.some((target) => target.tier === 1 && target.available);

it('gives an error after kill -9 of the host in mid-answer, stays up, and has the host back in seconds', async () => {
  gateway = await startGateway({ tiers: localTier });
  await waitUntilReady(gateway.url, localIsReady);
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 });
  const stream = await client.chat.completions.create({
    model: 'local/tiny',
    stream: true,
    max_tokens: 3000,
    temperature: 0,
    messages: [{ role: 'user', content: 'Go on.' }],
  });
  let chunks = 0;
  const consume = async (): Promise<void> => {
    for await (const _ of stream) {
      chunks += 1;
      if (chunks === 3) signalHosts('SIGKILL');
    }
  };
  await expect(consume()).rejects.toThrow(/engine/i);
  expect(chunks).toBeGreaterThanOrEqual(3);
  expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
  await waitUntilReady(gateway.url, localIsReady, 10_000);
  const again = await client.chat.completions.create({
    model: 'local/tiny',
    max_tokens: 4,
    messages: [{ role: 'user', content: 'Hello.' }],
  });
  expect(again.usage!.completion_tokens).toBe(4);
});

it('answers from another tier while the host is down, where policy allows it', async () => {
  upstream = await startFakeUpstream({ reply: { text: 'from above' } });
  gateway = await startGateway({
    tiers: { ...localTier, 2: { targets: [{ id: 'inhouse/fake', base_url: upstream.url, model: 'm' }] } },
  });
  await waitUntilReady(gateway.url, localIsReady);
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 });
  const answer = await killUnderway(() =>
    client.chat.completions.create({
      model: 'auto',
      max_tokens: 3000,
      messages: [{ role: 'user', content: 'Hello.' }],
    }),
  );
  expect(answer.choices[0]!.message.content).toBe('from above');
});

it('never takes a request that may not leave the device to a tier that would take it away', async () => {
  upstream = await startFakeUpstream({ reply: { text: 'leaked' } });
  gateway = await startGateway({
    tiers: {
      ...localTier,
      3: { targets: [{ id: 'frontier/fake', base_url: upstream.url, api_key: 'k', model: 'm' }] },
    },
    policies: ['strict-privacy'],
  });
  await waitUntilReady(gateway.url, localIsReady);
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 });
  const pending = killUnderway(() =>
    client.chat.completions.create({
      model: 'auto',
      max_tokens: 3000,
      messages: [{ role: 'user', content: 'Hello.' }],
    }),
  );
  await expect(pending).rejects.toMatchObject({ status: expect.toSatisfy((status) => status >= 400) });
  await expect(
    client.chat.completions.create({ model: 'tier:3', messages: [{ role: 'user', content: 'Hello.' }] }),
  ).rejects.toMatchObject({ status: 403 });
  expect(upstream.requests).toHaveLength(0);
});
