// The main job, end to end: the official client over a real socket, a real engine at Level 1, fake Levels 2 and 3,
// the ledger and its report.
import { execFileSync } from 'node:child_process';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtFile } from '../../contract/built-file.ts';
import { FAILURES, type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway, waitUntilReady } from '../support/gateway.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

let inhouse: FakeUpstream;
let frontier: FakeUpstream;
let gateway: RunningGateway;
let client: OpenAI;

const ask = (content: string): OpenAI.ChatCompletionMessageParam[] => [{ role: 'user', content }];

beforeAll(async () => {
  inhouse = await startFakeUpstream({ reply: { text: 'from the house' } });
  frontier = await startFakeUpstream({ reply: { text: 'from the frontier' } });
  gateway = await startGateway({
    tiers: {
      1: { targets: [{ id: 'local/tiny', model_file: tinyModel(), capabilities: { tools: false } }] },
      2: {
        targets: [
          {
            id: 'inhouse/fake',
            base_url: inhouse.url,
            model: 'house',
            price: { input_usd_per_mtok: 0.1, output_usd_per_mtok: 0.2 },
          },
        ],
      },
      3: {
        targets: [
          {
            id: 'frontier/fake',
            base_url: frontier.url,
            api_key: 'k',
            model: 'front',
            price: { input_usd_per_mtok: 10, output_usd_per_mtok: 30 },
          },
        ],
      },
    },
  });
  await waitUntilReady(gateway.url, (body) => body.targets.every((target) => target.available));
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(async () => {
  await gateway.dispose();
  await Promise.all([inhouse.close(), frontier.close()]);
});

describe('three tiers behind one endpoint', () => {
  it('answers a small request from the local model, with the headers that say so', async () => {
    const { data, response } = await client.chat.completions
      .create({ model: 'auto', messages: ask('Say hi.'), max_tokens: 8, temperature: 0 })
      .withResponse();
    expect(data.choices[0]!.message.content).not.toBe('');
    expect(data.usage!.completion_tokens).toBe(8);
    expect(response.headers.get('x-tiergate-tier')).toBe('1');
    expect(response.headers.get('x-tiergate-target')).toBe('local/tiny');
    expect(response.headers.get('x-tiergate-cost-usd')).toBe('0.000000');
    expect(response.headers.get('x-tiergate-reason')).not.toBe('');
    expect(response.headers.get('x-tiergate-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('streams the same greedy text as it answers at once', async () => {
    const request = {
      model: 'local/tiny',
      messages: ask('Tell me a story.'),
      max_tokens: 24,
      temperature: 0,
    } as const;
    const whole = await client.chat.completions.create(request);
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe(whole.choices[0]!.message.content);
    expect(usage).toMatchObject({ completion_tokens: 24 });
  });

  it('sends no usage chunk to a client that did not ask for one', async () => {
    const stream = await client.chat.completions.create({
      model: 'tier:3',
      messages: ask('Hello.'),
      stream: true,
    });
    for await (const chunk of stream) expect(chunk.choices).toHaveLength(1);
  });

  it('goes to the tier that the model name or the header asks for', async () => {
    const second = await client.chat.completions.create({ model: 'tier:2', messages: ask('Hello.') });
    expect(second.choices[0]!.message.content).toBe('from the house');
    const { data, response } = await client.chat.completions
      .create(
        { model: 'auto', messages: ask('Hello.') },
        { headers: { 'x-tiergate-tier': '3', 'x-request-id': 'trace-7' } },
      )
      .withResponse();
    expect(data.choices[0]!.message.content).toBe('from the frontier');
    expect(response.headers.get('x-request-id')).toBe('trace-7');
    // 12 tokens or so at 10 and 30 USD per million: known, small, not zero.
    expect(Number(response.headers.get('x-tiergate-cost-usd'))).toBeGreaterThan(0);
  });

  it('falls back along the list when a target fails before its first byte', async () => {
    inhouse.next(FAILURES.badRequest);
    const { data, response } = await client.chat.completions
      .create({ model: 'auto', messages: ask('Hello.') }, { headers: { 'x-tiergate-policy': 'default' } })
      .withResponse();
    expect(data.choices).toHaveLength(1);
    expect(response.status).toBe(200);
  });

  it('ends a stream that is cut with an error and without a stop', async () => {
    frontier.next({ text: 'a long answer that is never finished', cutAfter: 3 });
    const stream = await client.chat.completions.create({
      model: 'frontier/fake',
      messages: ask('Hello.'),
      stream: true,
    });
    const reasons: unknown[] = [];
    await expect(
      (async () => {
        for await (const chunk of stream) reasons.push(chunk.choices[0]?.finish_reason ?? null);
      })(),
    ).rejects.toThrow(/broke off|stream/);
    expect(reasons).not.toContain('stop');
  });

  it('keeps a request with tools away from a model that cannot call them', async () => {
    const tools: OpenAI.ChatCompletionTool[] = [
      { type: 'function', function: { name: 'now', parameters: { type: 'object', properties: {} } } },
    ];
    const { response } = await client.chat.completions
      .create({ model: 'auto', messages: ask('What time is it?'), tools })
      .withResponse();
    expect(Number(response.headers.get('x-tiergate-tier'))).toBeGreaterThan(1);
    await expect(
      client.chat.completions.create({ model: 'local/tiny', messages: ask('What time is it?'), tools }),
    ).rejects.toMatchObject({ status: 400 });
  });

  it('cancels the upstream when the client goes away', async () => {
    frontier.next({ text: 'slow '.repeat(50), chunkEveryMs: 50 });
    const aborter = new AbortController();
    const stream = await client.chat.completions.create(
      { model: 'frontier/fake', messages: ask('Hello.'), stream: true },
      { signal: aborter.signal },
    );
    for await (const _ of stream) break;
    aborter.abort();
    await expect.poll(() => frontier.requests.at(-1)!.aborted, { timeout: 3000 }).toBe(true);
  });

  it('explains a decision without calling anything', async () => {
    const before = inhouse.requests.length + frontier.requests.length;
    const response = await fetch(`${gateway.url}/v1/route`, {
      method: 'POST',
      body: JSON.stringify({ model: 'auto', messages: ask('Hello.') }),
    });
    const { decision } = (await response.json()) as {
      decision: { candidates: { target: string; reason: string }[] };
    };
    expect(decision.candidates[0]).toMatchObject({ target: 'local/tiny' });
    expect(decision.candidates.every(({ reason }) => reason.length > 0)).toBe(true);
    expect(inhouse.requests.length + frontier.requests.length).toBe(before);
  });

  it('lists its models', async () => {
    const ids = (await client.models.list()).data.map((model) => model.id);
    expect(ids).toEqual(
      expect.arrayContaining([
        'auto',
        'tier:1',
        'tier:2',
        'tier:3',
        'local/tiny',
        'inhouse/fake',
        'frontier/fake',
      ]),
    );
  });

  it('reports the requests with tier, tokens, cost and latency', () => {
    const print = (...args: string[]): string =>
      execFileSync(
        process.execPath,
        [builtFile('router/cli/main'), 'report', '--ledger', gateway.ledgerPath, ...args],
        { encoding: 'utf8' },
      );
    expect(print()).toMatch(/local\/tiny/);
    const report = JSON.parse(print('--json')) as { requests: number };
    expect(report.requests).toBeGreaterThanOrEqual(8);
  });
});
