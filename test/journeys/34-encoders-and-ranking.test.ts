// Encoders and ranking heads: served by the engine host, and reached through the gateway, whose far models may only see
// redacted texts. Runs the built files in dist/.
import { once } from 'node:events';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostOnPort } from '../support/engine-process.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway, waitUntilReady } from '../support/gateway.ts';
import { tinyEncoder } from '../support/tiny-encoder.ts';

type Host = Awaited<ReturnType<typeof hostOnPort>>;

const EMAIL = 'ada.lovelace@analytical-engines.org';
const stopped = async ({ child }: Host): Promise<void> => {
  child.kill('SIGTERM');
  await once(child, 'exit');
};

const post = async (url: string, body: object) => {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const parsed = (await response.json()) as {
    results: { index: number; relevance_score: number; document?: { text: string } }[];
    usage: { prompt_tokens: number };
    error?: Record<string, unknown>;
  };
  return { status: response.status, ...parsed };
};

describe('an encoder behind the engine host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await hostOnPort(tinyEncoder({ architecture: 'bert', tensorType: 'F32', pooling: 1 }));
  });
  afterAll(() => stopped(host));

  it('embeds a text the same beside others, however long they are', async () => {
    const client = new OpenAI({ baseURL: `${host.url}/v1`, apiKey: 'none', maxRetries: 0 });
    const texts = ['the dog', 'a cat. '.repeat(60), 'happy, happy', 'it was the hat '.repeat(14)];
    const together = await client.embeddings.create({ model: '', input: texts, encoding_format: 'float' });
    for (const [index, input] of texts.entries()) {
      const alone = await client.embeddings.create({ model: '', input, encoding_format: 'float' });
      expect(together.data[index]!.embedding).toEqual(alone.data[0]!.embedding);
    }
  });

  it('says what it cannot do', async () => {
    const messages = [{ role: 'user', content: 'hi' }];
    for (const [path, body] of [
      ['/v1/chat/completions', { messages }],
      ['/v1/completions', { prompt: 'hi' }],
      ['/v1/rerank', { query: 'a', documents: ['b'] }],
    ] as const) {
      const { status, error } = await post(host.url + path, body);
      expect(status).toBe(400);
      expect(error).toMatchObject({ code: 'unsupported_feature', param: 'model' });
    }
    const { error } = await post(`${host.url}/v1/embeddings`, { input: 'word '.repeat(400) });
    expect(error).toMatchObject({ message: expect.stringContaining('context window is 256') });
  });
});

describe('reranking', () => {
  const query = 'the dog';
  const documents = ['a happy cat', 'the tree is in paris', 'the dog was happy'];
  let host: Host;
  let spy: FakeUpstream;
  let gateway: RunningGateway;

  beforeAll(async () => {
    const model = tinyEncoder({ architecture: 'bert', tensorType: 'F32', pooling: 4 });
    host = await hostOnPort(model);
    spy = await startFakeUpstream({
      reply: {
        body: JSON.stringify({
          model: 'spy',
          results: [
            { index: 1, relevance_score: 0.9 },
            { index: 0, relevance_score: 0.1 },
          ],
          usage: { prompt_tokens: 5, total_tokens: 5 },
        }),
      },
    });
    gateway = await startGateway({
      tiers: {
        1: { targets: [{ id: 'local/ranker', model_file: model }] },
        3: {
          targets: [
            { id: 'far/spy', base_url: spy.url, surfaces: ['rerank'] },
            { id: 'far/chat-only', base_url: spy.url },
          ],
        },
      },
    });
    await waitUntilReady(gateway.url, ({ targets }) =>
      targets.some(
        (target) => target.id === 'local/ranker' && target.available && target.reason === undefined,
      ),
    );
  });
  afterAll(async () => {
    await gateway.dispose();
    await spy.close();
    await stopped(host);
  });

  it('gives the most relevant documents first, at the host and through the gateway alike', async () => {
    const direct = await post(`${host.url}/v1/rerank`, { query, documents, return_documents: true });
    expect(direct.results.map(({ document }) => document!.text).sort()).toEqual([...documents].sort());
    const scores = direct.results.map(({ relevance_score }) => relevance_score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    const through = await post(`${gateway.url}/v1/rerank`, {
      model: 'local/ranker',
      query,
      documents: documents.map((text) => ({ text })),
      top_n: 2,
      return_documents: true,
    });
    expect(through.results).toEqual(direct.results.slice(0, 2));
    expect(through.usage).toEqual(direct.usage);
  });

  it('shows a far model placeholders, and the client its own documents', async () => {
    spy.requests.length = 0;
    const { results } = await post(`${gateway.url}/v1/rerank`, {
      model: 'far/spy',
      query: 'who writes?',
      documents: ['nobody', `write to ${EMAIL}`],
      return_documents: true,
    });
    expect(spy.requests[0]!.path).toBe('/v1/rerank');
    expect(JSON.parse(spy.requests[0]!.bodyText)).toMatchObject({
      query: 'who writes?',
      documents: ['nobody', 'write to [EMAIL_1]'],
    });
    expect(results).toEqual([
      { index: 1, relevance_score: 0.9, document: { text: `write to ${EMAIL}` } },
      { index: 0, relevance_score: 0.1, document: { text: 'nobody' } },
    ]);
  });

  it('is refused by name where a target or a body does not fit', async () => {
    const chatOnly = await post(`${gateway.url}/v1/rerank`, { model: 'far/chat-only', query, documents });
    expect(chatOnly.error).toMatchObject({ message: expect.stringContaining('cannot do: rerank') });
    const empty = await post(`${gateway.url}/v1/rerank`, { model: 'local/ranker', query, documents: [] });
    expect(empty).toMatchObject({ status: 400, error: { param: 'documents' } });
    const embedding = await post(`${host.url}/v1/embeddings`, { input: 'a' });
    expect(embedding.error).toMatchObject({ code: 'unsupported_feature' });
  });
});
