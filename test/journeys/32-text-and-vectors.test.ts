// Text completions and embeddings through the gateway: Level 1 by its own engine host, Level 3 by another one behind
// HTTP, which may only see redacted texts. With `echo` a model repeats its prompt: what it saw, and what comes back.
import { once } from 'node:events';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostOnPort } from '../support/engine-process.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway, waitUntilReady } from '../support/gateway.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const EMAIL = 'ada.lovelace@analytical-engines.org';
const surfaces = ['chat', 'completions', 'embeddings'];

let host: Awaited<ReturnType<typeof hostOnPort>>;
let spy: FakeUpstream;
let gateway: RunningGateway;
let client: OpenAI;

beforeAll(async () => {
  const model = tinyModel();
  host = await hostOnPort(model);
  const { id } = (await (await fetch(`${host.url}/host`)).json()) as { id: string };
  const body = JSON.stringify({
    object: 'list',
    model: 'spy',
    data: [{ object: 'embedding', index: 0, embedding: [0.6, 0.8] }],
    usage: { prompt_tokens: 3, total_tokens: 3 },
  });
  spy = await startFakeUpstream({ reply: { body } });
  gateway = await startGateway({
    tiers: {
      1: { targets: [{ id: 'local/tiny', model_file: model }] },
      3: {
        targets: [
          { id: 'far/tiny', base_url: `${host.url}/v1`, model: id, surfaces },
          { id: 'far/spy', base_url: spy.url, surfaces },
          { id: 'far/chat-only', base_url: spy.url },
        ],
      },
    },
  });
  await waitUntilReady(gateway.url, ({ targets }) =>
    targets.some((target) => target.id === 'local/tiny' && target.available && target.reason === undefined),
  );
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(async () => {
  await gateway.dispose();
  await spy.close();
  host.child.kill('SIGTERM');
  await once(host.child, 'exit');
});

const errorOf = async (path: string, body: object) => {
  const response = await fetch(`${gateway.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  return {
    status: response.status,
    ...((await response.json()) as { error: Record<string, unknown> }).error,
  };
};

describe('text completions', () => {
  const fields = { prompt: 'Hello', temperature: 0, max_tokens: 8 };

  it('are the same from Level 1 and from the same model behind HTTP, streamed or not', async () => {
    const local = await client.completions.create({ ...fields, model: 'local/tiny', logprobs: 1 });
    const far = await client.completions.create({ ...fields, model: 'far/tiny', logprobs: 1 });
    expect(local.object).toBe('text_completion');
    expect(local.choices[0]!.text).not.toBe('');
    expect(far.choices).toEqual(local.choices);
    expect(far.usage).toMatchObject({ completion_tokens: 8 });
    for (const model of ['local/tiny', 'far/tiny']) {
      let text = '';
      const stream = await client.completions.create({ ...fields, model, stream: true });
      for await (const chunk of stream) {
        expect(chunk.object).toBe('text_completion');
        text += chunk.choices[0]?.text ?? '';
      }
      expect(text).toBe(local.choices[0]!.text);
    }
  });

  it('take several prompts, and token ids on this machine only', async () => {
    const ids = [[72, 101], [108]];
    const answer = await client.completions.create({ ...fields, model: 'tier:1', prompt: ids, n: 2 });
    expect(answer.choices).toHaveLength(4);
    const refused = await errorOf('/v1/completions', { ...fields, model: 'far/tiny', prompt: ids });
    expect(refused).toMatchObject({ message: expect.stringContaining('token ids as input') });
    expect(refused.status).toBeGreaterThanOrEqual(400);
  });

  it('give private values back that a far model only saw as placeholders', async () => {
    const prompt = `Write to ${EMAIL}:`;
    const ask = { model: 'far/tiny', prompt, temperature: 0, max_tokens: 4, echo: true };
    const whole = (await client.completions.create(ask)).choices[0]!.text;
    expect(whole.startsWith(prompt)).toBe(true);
    let streamed = '';
    for await (const chunk of await client.completions.create({ ...ask, stream: true }))
      streamed += chunk.choices[0]?.text ?? '';
    expect(streamed).toBe(whole);
    // The same model at Level 1 sees the value itself, and goes on otherwise.
    const redacted = await client.completions.create({
      ...ask,
      model: 'local/tiny',
      prompt: 'Write to [EMAIL_1]:',
    });
    expect(redacted.choices[0]!.text.slice('Write to [EMAIL_1]:'.length)).toBe(whole.slice(prompt.length));
  });

  it('cover the suffix too, and say what a model cannot fill in', async () => {
    spy.requests.length = 0;
    await errorOf('/v1/completions', { ...fields, model: 'far/spy', suffix: `regards, ${EMAIL}` });
    const sent = JSON.parse(spy.requests[0]!.bodyText) as { prompt: string; suffix: string };
    expect(spy.requests[0]!.path).toBe('/v1/completions');
    expect(sent).toMatchObject({ prompt: 'Hello', suffix: 'regards, [EMAIL_1]' });
    const refused = await errorOf('/v1/completions', { ...fields, model: 'local/tiny', suffix: 'b' });
    expect(refused).toMatchObject({ status: 400, code: 'unsupported_feature', param: 'suffix' });
  });

  it('are not asked of a target that only chats', async () => {
    const refused = await errorOf('/v1/completions', { ...fields, model: 'far/chat-only' });
    expect(refused).toMatchObject({ message: expect.stringContaining('cannot do: completions') });
  });
});

describe('embeddings', () => {
  it('are the same from Level 1 and from the same model behind HTTP', async () => {
    const ask = { input: ['Hello world', 'and'], encoding_format: 'float' as const };
    const local = await client.embeddings.create({ ...ask, model: 'local/tiny' });
    const far = await client.embeddings.create({ ...ask, model: 'far/tiny' });
    expect(local.object).toBe('list');
    expect(far.data).toEqual(local.data);
    expect(local.usage.prompt_tokens).toBeGreaterThan(0);
    // The client asks for base64 by itself.
    const decoded = await client.embeddings.create({ input: ask.input, model: 'local/tiny' });
    decoded.data[0]!.embedding.forEach((value, index) => {
      expect(value).toBeCloseTo(local.data[0]!.embedding[index]!, 6);
    });
  });

  it('carry no private value to a far model', async () => {
    spy.requests.length = 0;
    const { data } = await client.embeddings.create({
      model: 'far/spy',
      input: [`mail ${EMAIL}`, 'plain'],
      encoding_format: 'float',
    });
    expect(data[0]!.embedding).toEqual([0.6, 0.8]);
    expect(spy.requests[0]!.path).toBe('/v1/embeddings');
    expect(JSON.parse(spy.requests[0]!.bodyText)).toMatchObject({
      input: ['mail [EMAIL_1]', 'plain'],
      model: 'spy',
    });
    expect(JSON.parse(spy.requests[0]!.bodyText)).not.toHaveProperty('messages');
  });

  it('are in the ledger under their surface', async () => {
    const { default: Database } = await import('better-sqlite3');
    const rows = new Database(gateway.ledgerPath, { readonly: true })
      .prepare(
        "select surface, count(*) as n, max(output_tokens) as output from requests where outcome = 'ok' group by surface",
      )
      .all() as { surface: string; n: number; output: number }[];
    expect(rows.find(({ surface }) => surface === 'embeddings')).toMatchObject({ output: 0 });
    expect(rows.find(({ surface }) => surface === 'completions')!.output).toBeGreaterThan(0);
  });

  it('refuse a body without input by name', async () => {
    expect(await errorOf('/v1/embeddings', { model: 'auto' })).toMatchObject({ status: 400, param: 'input' });
    expect(await errorOf('/v1/completions', { model: 'auto' })).toMatchObject({
      status: 400,
      param: 'prompt',
    });
  });
});
