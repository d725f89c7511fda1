// The fake must be understood by the official client, or every test built on it proves nothing.
import OpenAI, { APIError } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILURES, type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';

let upstream: FakeUpstream;
let client: OpenAI;
const ask = { model: 'fake', messages: [{ role: 'user' as const, content: 'Grüße 👋 repeat me' }] };

beforeAll(async () => {
  upstream = await startFakeUpstream();
  client = new OpenAI({ baseURL: upstream.url, apiKey: 'sk-test', maxRetries: 0 });
});
afterAll(() => upstream.close());

describe('the fake upstream, seen by the openai client', () => {
  it('repeats the user, records the bytes and reports usage', async () => {
    const completion = await client.chat.completions.create({
      ...ask,
      n: 2,
      logprobs: true,
      top_logprobs: 2,
    });
    expect(completion.choices.map((choice) => choice.message.content)).toEqual([
      'Grüße 👋 repeat me',
      'Grüße 👋 repeat me',
    ]);
    expect(completion.choices[0]!.logprobs!.content![0]!.top_logprobs).toHaveLength(2);
    expect(completion.usage!.total_tokens).toBeGreaterThan(0);
    const seen = upstream.requests.at(-1)!;
    expect(JSON.parse(seen.bodyText).messages).toEqual(ask.messages);
    expect(seen.headers.authorization).toBe('Bearer sk-test');
  });

  it('streams text in pieces, cut anywhere on the wire, with usage last', async () => {
    upstream.next({ text: 'eins zwei drei', chunkSizes: [1, 3], bytesPerWrite: 7 });
    const stream = await client.chat.completions.create({
      ...ask,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let usage = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage?.total_tokens ?? 0;
    }
    expect(text).toBe('eins zwei drei');
    expect(usage).toBeGreaterThan(0);
  });

  it('streams tool calls', async () => {
    upstream.next({ toolCalls: [{ name: 'add', arguments: '{"a":1,"b":2}' }] });
    const stream = client.chat.completions.stream({ ...ask });
    const completion = await stream.finalChatCompletion();
    expect(completion.choices[0]!.finish_reason).toBe('tool_calls');
    expect(completion.choices[0]!.message.tool_calls![0]).toMatchObject({
      function: { name: 'add', arguments: '{"a":1,"b":2}' },
    });
  });

  it.each([
    ['unauthenticated', 401],
    ['modelNotFound', 404],
    ['contextOverflow', 400],
    ['rateLimited', 429],
    ['serverError', 500],
    ['unavailable', 503],
    ['html', 502],
  ] as const)('fails as told: %s', async (name, status) => {
    upstream.next(FAILURES[name]);
    const error = await client.chat.completions.create(ask).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(APIError);
    expect((error as APIError).status).toBe(status);
  });

  it('cuts a stream, and sends an error object inside one', async () => {
    for (const reply of [{ cutAfter: 2 }, { errorAfter: 2 }]) {
      upstream.next(reply);
      const stream = await client.chat.completions.create({ ...ask, stream: true });
      const read = async () => {
        for await (const chunk of stream) expect(chunk.object).toBe('chat.completion.chunk');
      };
      await expect(read()).rejects.toThrow();
    }
  });

  it('waits for a slow reader without piling up listeners', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning.name);
    process.on('warning', onWarning);
    upstream.next({ text: 'x'.repeat(20_000), chunkSizes: [10] });
    const stream = await client.chat.completions.create({ ...ask, stream: true });
    let chunks = 0;
    for await (const _ of stream) chunks += 1;
    expect(chunks).toBe(2_002);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('notices a client that goes away', async () => {
    upstream.next({ text: 'x'.repeat(4000), chunkEveryMs: 5 });
    const stream = await client.chat.completions.create({ ...ask, stream: true });
    for await (const _ of stream) break;
    await expect.poll(() => upstream.requests.at(-1)!.aborted).toBe(true);
  });
});
