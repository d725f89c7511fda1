// Every provider of the registry against its own fixtures (test/fixtures/providers/<name>/), over a real socket.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';
import type { ChatAnswer, ChatEvent, ChatRequest } from '../../contract/chat.ts';
import type { Provider } from '../../contract/provider.ts';
import { ALL_CAPABILITIES, type Target, type TargetRunner } from '../../contract/tier.ts';
import { createEgress, type Egress } from '../../tiers/egress.ts';
import { registry } from '../../tiers/providers/_registry.gen.ts';
import openai from '../../tiers/providers/openai.ts';
import { createRemoteRunner } from '../../tiers/remote.ts';
import { SseDecoder } from '../../tiers/sse.ts';
import { readUsage } from '../../tiers/usage.ts';
import { FAILURES, type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';

const SSE = { 'content-type': 'text/event-stream' };
const KEY = 'sk-fixture-key-123456';

interface Expected {
  text: string;
  usage: unknown;
  toolCall: { name: string; arguments: string };
  error: { status: number; message: string };
}

const TARGET: Target = {
  id: 'fixture/target',
  tier: 3,
  zone: 'external',
  provider: 'openai',
  model: 'fixture-model',
  contextWindow: null,
  capabilities: ALL_CAPABILITIES,
  price: null,
};

let upstream: FakeUpstream;
let egress: Egress;
beforeAll(async () => {
  upstream = await startFakeUpstream();
  egress = createEgress({ allowedOrigins: [upstream.url] });
});
afterAll(() => Promise.all([egress.close(), upstream.close()]));

const runnerOf = (provider: Provider): TargetRunner =>
  createRemoteRunner({
    target: TARGET,
    provider,
    baseUrl: `${upstream.url}/`,
    apiKey: KEY,
    headers: { 'x-team': 'blue' },
    timeouts: { connectMs: 2_000, firstByteMs: 2_000, idleMs: 2_000, totalMs: 0 },
    egress,
  });

const ask = (stream: boolean): ChatRequest => ({
  model: 'whatever the client wrote',
  stream,
  messages: [{ role: 'user', content: 'hi' }],
  vendor_field: { kept: true },
});

const chat = (
  runner: TargetRunner,
  stream: boolean,
  signal = new AbortController().signal,
): Promise<ChatAnswer> => runner.chat({ request: ask(stream), redacted: false }, { requestId: 'r', signal });

async function events(answer: ChatAnswer): Promise<ChatEvent[]> {
  if (answer.kind !== 'stream') throw new Error('not a stream');
  const list: ChatEvent[] = [];
  for await (const batch of answer.events) list.push(...batch);
  return list;
}

const textOf = (list: ChatEvent[]): string =>
  list.map(({ chunk }) => chunk.choices[0]?.delta.content ?? '').join('');
const usageOf = (list: ChatEvent[]) => readUsage(list.findLast(({ chunk }) => chunk.usage)?.chunk.usage);

describe.each(Object.entries<Provider>(registry))('provider %s', (name, provider) => {
  const folder = join(packageRoot, 'test/fixtures/providers', name);
  const fixture = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const expected = JSON.parse(fixture('expected.json')) as Expected;

  it('has the name of its file', () => expect(provider.name).toBe(name));

  it('maps a whole answer, and sends the request as the target needs it', async () => {
    upstream.next({ body: fixture('completion.json') });
    const answer = await chat(runnerOf(provider), false);
    if (answer.kind !== 'completion') throw new Error('not a completion');
    expect(answer.completion.choices[0]).toMatchObject({
      message: { role: 'assistant', content: expected.text },
      finish_reason: 'stop',
    });
    expect(readUsage(answer.completion.usage)).toEqual(expected.usage);
    const sent = upstream.requests.at(-1)!;
    expect(sent.path).toBe(`/v1${provider.chatPath(TARGET.model, false)}`);
    expect(sent.headers).toMatchObject({ 'x-team': 'blue', ...provider.headers(KEY) });
    expect(sent.bodyText).toContain(TARGET.model);
    expect(sent.bodyText).not.toContain('whatever the client wrote');
  });

  it('maps a stream, however its bytes are cut', async () => {
    upstream.next({ body: fixture('stream.sse'), headers: SSE });
    const list = await events(await chat(runnerOf(provider), true));
    expect(textOf(list)).toBe(expected.text);
    expect(usageOf(list)).toEqual(expected.usage);
    expect(
      list.flatMap(({ chunk }) => chunk.choices.map((choice) => choice.finish_reason)).filter(Boolean),
    ).toEqual(['stop']);
    for (const { chunk, raw } of list) if (raw !== undefined) expect(JSON.parse(raw)).toEqual(chunk);
  });

  it('maps a streamed tool call', async () => {
    upstream.next({ body: fixture('tool-call.sse'), headers: SSE });
    const list = await events(await chat(runnerOf(provider), true));
    const deltas = list.flatMap(({ chunk }) => chunk.choices[0]?.delta.tool_calls ?? []);
    expect(deltas.every((delta) => delta.index === 0)).toBe(true);
    expect(deltas.find((delta) => delta.id)?.function?.name).toBe(expected.toolCall.name);
    expect(deltas.map((delta) => delta.function?.arguments ?? '').join('')).toBe(expected.toolCall.arguments);
  });

  it('finds the message in an error', async () => {
    upstream.next({ status: expected.error.status, body: fixture('error.json') });
    await expect(chat(runnerOf(provider), false)).rejects.toThrow(expected.error.message);
    for (const nonsense of [null, undefined, 5, [], {}, { error: 7 }])
      expect(provider.errorMessage(nonsense)).toBeNull();
  });

  it('refuses what is not its protocol', async () => {
    for (const body of ['null', '[]', '"x"', '{}', '{"choices":"x"}', '{"choices":[null]}']) {
      upstream.next({ body });
      await expect(chat(runnerOf(provider), false)).rejects.toMatchObject({ code: 'PROVIDER_PROTOCOL' });
    }
  });

  it('notices a stream that is cut after any of its events', async () => {
    const parts = fixture('stream.sse').split('\n\n');
    const finish = parts.findIndex((part) => part.includes('"stop"'));
    for (let kept = 0; kept <= finish; kept++) {
      upstream.next({
        body: parts
          .slice(0, kept)
          .map((part) => `${part}\n\n`)
          .join(''),
        headers: SSE,
      });
      await expect(chat(runnerOf(provider), true).then(events)).rejects.toMatchObject({
        code: 'PROVIDER_PROTOCOL',
      });
    }
  });

  it('cancels the upstream when the signal aborts', async () => {
    upstream.next({ headersAfterMs: 5_000 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    await expect(chat(runnerOf(provider), true, controller.signal)).rejects.toMatchObject({
      code: 'CLIENT_CLOSED',
    });
    await expect.poll(() => upstream.requests.at(-1)!.aborted).toBe(true);
  });
});

describe('an OpenAI-compatible upstream with habits of its own', () => {
  const runner = (): TargetRunner => runnerOf(openai);
  const chunk = (more: object): string =>
    `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', ...more })}\n\n`;
  const said = (content: string, finish_reason: string | null = null): object => ({
    choices: [{ index: 0, delta: { content }, finish_reason }],
  });

  it.each([
    [
      'usage beside the last choice',
      chunk(said('hi')) + chunk({ ...said('', 'stop'), usage: { prompt_tokens: 3, completion_tokens: 1 } }),
      1,
    ],
    [
      'usage under x_groq',
      chunk(said('hi')) +
        chunk({ ...said('', 'stop'), x_groq: { usage: { prompt_tokens: 3, completion_tokens: 1 } } }),
      1,
    ],
    ['no usage and no [DONE]', chunk(said('hi')) + chunk(said('', 'stop')), null],
    ['no finish reason but [DONE]', `${chunk(said('hi'))}data: [DONE]\n\n`, null],
    [
      'a ping without choices',
      `${chunk({ type: 'ping', choices: undefined })}${chunk(said('hi', 'stop'))}`,
      null,
    ],
    [
      'CRLF, comments and empty data',
      `: OPENROUTER PROCESSING\r\n\r\ndata:\r\n\r\n${chunk(said('hi', 'stop')).replaceAll('\n', '\r\n')}`,
      null,
    ],
  ])('%s', async (_, body, outputTokens) => {
    upstream.next({ body, headers: SSE });
    const list = await events(await chat(runner(), true));
    expect(textOf(list)).toBe('hi');
    expect(usageOf(list)?.outputTokens ?? null).toBe(outputTokens);
  });

  it('gives tool calls an index where it forgets them', async () => {
    const calls = [
      { id: 'a', function: { name: 'f', arguments: '{}' } },
      { id: 'b', function: { name: 'g', arguments: '{}' } },
    ];
    upstream.next({
      body: chunk({ choices: [{ index: 0, delta: { tool_calls: calls }, finish_reason: 'tool_calls' }] }),
      headers: SSE,
    });
    const [event] = await events(await chat(runner(), true));
    expect(event!.chunk.choices[0]!.delta.tool_calls!.map((call) => call.index)).toEqual([0, 1]);
    expect(event!.raw).toBeUndefined();
  });

  it.each([
    ['malformedJson', false, 'PROVIDER_PROTOCOL', 'invalid JSON'],
    ['htmlOk', false, 'PROVIDER_PROTOCOL', 'a web page instead of JSON'],
    ['htmlOk', true, 'PROVIDER_PROTOCOL', 'a web page instead of JSON'],
    ['html', false, 'PROVIDER_ERROR', 'failed (502)'],
    ['redirect', true, 'PROVIDER_PROTOCOL', 'redirects (307)'],
    ['unauthenticated', false, 'PROVIDER_UNAUTHENTICATED', 'check the api_key'],
    ['modelNotFound', true, 'PROVIDER_REJECTED', 'does not exist'],
  ] as const)('%s (stream: %s) is %s', async (failure, stream, code, words) => {
    upstream.next(FAILURES[failure]);
    await expect(chat(runner(), stream)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
  });

  it.each([
    [
      'an error object with status 200',
      { body: '{"error":{"message":"no worker for sk-fixture-key-123456"}}' },
      false,
      'PROVIDER_ERROR',
    ],
    ['the same for a stream', { body: '{"error":{"message":"no worker"}}' }, true, 'PROVIDER_ERROR'],
    ['a whole answer to a streamed request', { body: '{"choices":[]}' }, true, 'PROVIDER_PROTOCOL'],
    ['an error object inside the stream', { errorAfter: 2 }, true, 'PROVIDER_ERROR'],
    ['a stream event that is not JSON', { body: 'data: {oops\n\n', headers: SSE }, true, 'PROVIDER_PROTOCOL'],
    ['a stream event that is no object', { body: 'data: 7\n\n', headers: SSE }, true, 'PROVIDER_PROTOCOL'],
    ['an unknown compression', { headers: { 'content-encoding': 'zstd' } }, false, 'PROVIDER_PROTOCOL'],
    ['a broken compression', { headers: { 'content-encoding': 'gzip' } }, false, 'PROVIDER_PROTOCOL'],
  ])('%s is an error that names the target', async (_, reply, stream, code) => {
    upstream.next(reply);
    const error = await chat(runner(), stream)
      .then((answer) => (stream ? events(answer) : []))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain(KEY);
  });

  it('reads compressed answers, whole and streamed', async () => {
    upstream.next(
      { gzip: true, text: 'packed' },
      { gzip: true, body: chunk(said('packed', 'stop')), headers: SSE },
    );
    const whole = await chat(runner(), false);
    expect(whole.kind === 'completion' && whole.completion.choices[0]!.message.content).toBe('packed');
    expect(textOf(await events(await chat(runner(), true)))).toBe('packed');
  });

  it('keeps the connection after [DONE], and closes it when the reader stops early', async () => {
    for (let i = 0; i < 8; i++) await events(await chat(runner(), true));
    expect(upstream.connections()).toBeLessThan(8);
    upstream.next({ text: 'x'.repeat(4_000), chunkEveryMs: 2 });
    const answer = await chat(runner(), true);
    if (answer.kind === 'stream') for await (const _ of answer.events) break;
    await expect.poll(() => upstream.requests.at(-1)!.aborted).toBe(true);
  });

  it('passes unknown fields on in both directions', async () => {
    const body =
      '{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"x","citations":[1]},"finish_reason":"stop"}],"vendor":{"a":1}}';
    upstream.next({ body });
    const answer = await chat(runner(), false);
    expect(answer).toMatchObject({ raw: body, completion: { vendor: { a: 1 } } });
    expect(JSON.parse(upstream.requests.at(-1)!.bodyText).vendor_field).toEqual({ kept: true });
  });
});

const data = join(packageRoot, '../shared/data/streams');
const isChat = (path: string): boolean => {
  const meta = JSON.parse(readFileSync(path.replace(/\.(sse|json)$/, '.meta.json'), 'utf8')) as {
    endpoint_path?: string;
  };
  return /\/chat\/completions(\?|$)/.test(meta.endpoint_path ?? '');
};
const recordings = (folder: string, ending: string): string[] =>
  existsSync(join(data, folder))
    ? readdirSync(join(data, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith(ending) && !path.endsWith('.meta.json'))
        .filter((path) => isChat(join(data, folder, path)))
    : [];

describe.skipIf(!existsSync(data))(
  'recorded OpenAI-compatible answers (skipped where ../shared/data is absent)',
  () => {
    it.each(recordings('recorded', '.sse'))('stream %s', async (path) => {
      const bytes = readFileSync(join(data, 'recorded', path));
      const payloads = new SseDecoder()
        .push(bytes)
        .filter((payload) => payload !== '[DONE]' && payload !== '');
      upstream.next({ body: bytes.toString('utf8'), headers: SSE });
      if (payloads.some((payload) => JSON.parse(payload).error)) {
        await expect(chat(runnerOf(openai), true).then(events)).rejects.toMatchObject({
          code: 'PROVIDER_ERROR',
        });
        return;
      }
      const list = await events(await chat(runnerOf(openai), true));
      expect(list.length).toBe(payloads.length);
      const wrote = list.some(({ chunk }) =>
        chunk.choices.some(
          ({ delta }) => delta.content || delta.tool_calls || delta.reasoning_content || delta['reasoning'],
        ),
      );
      expect(wrote).toBe(true);
    });

    it.each(recordings('json_pairs', '.json'))('answer %s', (path) => {
      const body = JSON.parse(readFileSync(join(data, 'json_pairs', path), 'utf8'));
      if (path.includes('invalid_response')) {
        expect(() => openai.fromWire(body)).toThrow('without `choices[].message`');
        return;
      }
      const completion = openai.fromWire(body);
      expect(completion).toBe(body);
      expect(readUsage(completion.usage)).not.toBeNull();
    });
  },
);
