// Text completions and embeddings of the engine host, through the official client. Runs the built files in dist/.
import { once } from 'node:events';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostOnPort } from '../support/engine-process.ts';
import { u32 } from '../support/gguf-writer.ts';
import { tinyModel } from '../support/tiny-gguf.ts';
import { tinyVocabulary } from '../support/tiny-vocabulary.ts';

type Host = Awaited<ReturnType<typeof hostOnPort>>;

const stopped = async ({ child }: Host): Promise<void> => {
  child.kill('SIGTERM');
  await once(child, 'exit');
};

const clientOf = ({ url }: Host): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });

const post = async (host: Host, path: string, body: object) => {
  const response = await fetch(host.url + path, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('text completions', () => {
  const unused = tinyVocabulary('gpt2').tokens.flatMap((token, id) =>
    token.startsWith('<|unused') ? [id] : [],
  );
  const [prefix, suffix, middle] = unused as [number, number, number];
  let host: Host;
  let client: OpenAI;
  const create = (fields: Partial<OpenAI.CompletionCreateParamsNonStreaming>) =>
    client.completions.create({ model: '', prompt: 'Hello', temperature: 0, max_tokens: 8, ...fields });

  beforeAll(async () => {
    const metadata = {
      'tokenizer.ggml.fim_pre_token_id': u32(prefix),
      'tokenizer.ggml.fim_suf_token_id': u32(suffix),
      'tokenizer.ggml.fim_mid_token_id': u32(middle),
    };
    host = await hostOnPort(tinyModel({ architecture: 'qwen3', metadata }));
    client = clientOf(host);
  });
  afterAll(() => stopped(host));

  it('answer each prompt n times, in the order of the prompts', async () => {
    const one = await create({ prompt: 'Hello' });
    const other = await create({ prompt: 'the dog' });
    const both = await create({ prompt: ['Hello', 'the dog'], n: 2 });
    const texts = both.choices.map(({ text }) => text);
    expect(texts).toEqual([one, one, other, other].map(({ choices }) => choices[0]!.text));
    expect(both.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(both.usage!.prompt_tokens).toBe(one.usage!.prompt_tokens + other.usage!.prompt_tokens);
    expect(both.usage!.completion_tokens).toBe(32);
  });

  it('begin with the prompt on echo, streamed too', async () => {
    const plain = (await create({})).choices[0]!.text;
    expect((await create({ echo: true })).choices[0]!.text).toBe(`Hello${plain}`);
    let streamed = '';
    const stream = await client.completions.create({
      model: '',
      prompt: 'Hello',
      temperature: 0,
      max_tokens: 8,
      echo: true,
      stream: true,
    });
    for await (const chunk of stream) streamed += chunk.choices[0]?.text ?? '';
    expect(streamed).toBe(`Hello${plain}`);
  });

  it('report log probabilities in the legacy shape', async () => {
    const { text, logprobs } = (await create({ logprobs: 2 })).choices[0]!;
    expect(logprobs!.tokens).toHaveLength(8);
    expect(logprobs!.tokens!.join('')).toBe(text);
    logprobs!.tokens!.forEach((token, index) => {
      const offset = logprobs!.text_offset![index]!;
      expect(text.slice(offset, offset + token.length)).toBe(token);
      const top = logprobs!.top_logprobs![index]!;
      expect(Object.keys(top)).toHaveLength(2);
      expect(top[token]).toBe(logprobs!.token_logprobs![index]);
    });
  });

  it('fill in the middle in the order prefix, suffix, middle', async () => {
    const tokensOf = async (content: string) =>
      (await post(host, '/tokenize', { content })).body['tokens'] as number[];
    const before = await tokensOf('def add(a, b):');
    const after = await tokensOf('return c');
    const ids = [prefix, ...before, suffix, ...after, middle];
    const expected = (await create({ prompt: ids })).choices[0]!.text;
    const filled = await create({ prompt: 'def add(a, b):', suffix: 'return c' });
    expect(filled.choices[0]!.text).toBe(expected);
    expect(filled.usage!.prompt_tokens).toBe(ids.length);
    const ignored = await create({ prompt: 'def add(a, b):' });
    expect(ignored.usage!.prompt_tokens).toBe(before.length);
  });

  it('stop at a stop string', async () => {
    const { text } = (await create({})).choices[0]!;
    const cut = (await create({ stop: text.slice(3, 5) })).choices[0]!;
    expect(cut.finish_reason).toBe('stop');
    expect(cut.text).toBe(text.slice(0, text.indexOf(text.slice(3, 5))));
  });

  it('refuse a token that does not exist', async () => {
    const { status, body } = await post(host, '/v1/completions', { prompt: [5, 99_999] });
    expect([status, body['error']]).toEqual([400, expect.objectContaining({ param: 'prompt' })]);
  });
});

describe('a model without fill-in-the-middle tokens', () => {
  let host: Host;
  beforeAll(async () => {
    host = await hostOnPort(tinyModel(), '--pooling', 'mean');
  });
  afterAll(() => stopped(host));

  it('refuses suffix with one clear error', async () => {
    const { status, body } = await post(host, '/v1/completions', { prompt: 'a', suffix: 'b' });
    expect(status).toBe(400);
    expect(body['error']).toMatchObject({
      code: 'unsupported_feature',
      param: 'suffix',
      message: expect.stringContaining('cannot fill in the middle'),
    });
  });

  it('embeds texts and tokens, as numbers and as base64, with usage', async () => {
    const client = clientOf(host);
    const input = ['Hello world', 'and', 'Hello world'];
    const vectors = await client.embeddings.create({ model: '', input, encoding_format: 'float' });
    expect(vectors.data.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(vectors.data[2]!.embedding).toEqual(vectors.data[0]!.embedding);
    expect(vectors.data[1]!.embedding).not.toEqual(vectors.data[0]!.embedding);
    for (const { embedding } of vectors.data) {
      expect(embedding).toHaveLength(256);
      expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
    }
    const ids = await Promise.all(
      input.map(async (content) => {
        const { body } = await post(host, '/tokenize', { content, add_special: true });
        return body['tokens'] as number[];
      }),
    );
    const fromIds = await client.embeddings.create({ model: '', input: ids, encoding_format: 'float' });
    expect(fromIds.data).toEqual(vectors.data);
    const tokens = ids.reduce((sum, each) => sum + each.length, 0);
    expect(vectors.usage).toEqual({ prompt_tokens: tokens, total_tokens: tokens });
    // The client asks for base64 by itself and decodes it.
    const decoded = await client.embeddings.create({ model: '', input });
    expect(decoded.data.map(({ embedding }) => embedding)).toEqual(
      vectors.data.map(({ embedding }) => embedding),
    );
  });

  it('refuses dimensions that it was not trained for', async () => {
    const ask = (dimensions: number) => post(host, '/v1/embeddings', { input: 'a', dimensions });
    expect((await ask(256)).status).toBe(200);
    expect((await ask(64)).body['error']).toMatchObject({ code: 'unsupported_feature', param: 'dimensions' });
    expect((await ask(512)).body['error']).toMatchObject({ code: 'invalid_value', param: 'dimensions' });
  });

  it('refuses an input longer than its context', async () => {
    const { status, body } = await post(host, '/v1/embeddings', { input: 'word '.repeat(600) });
    expect([status, body['error']]).toEqual([
      400,
      expect.objectContaining({ code: 'context_length_exceeded' }),
    ]);
  });
});

describe('a model trained for vectors of several lengths', () => {
  it('shortens them and keeps their length at 1', async () => {
    const metadata = { 'general.name': { type: 'string' as const, value: 'Qwen3-Embedding-Tiny' } };
    const host = await hostOnPort(tinyModel({ architecture: 'qwen3', metadata }));
    try {
      const client = clientOf(host);
      const ask = (dimensions: number) =>
        client.embeddings.create({ model: '', input: 'Hello', dimensions, encoding_format: 'float' });
      const whole = (await ask(256)).data[0]!.embedding;
      const short = (await ask(64)).data[0]!.embedding;
      expect(short).toHaveLength(64);
      expect(Math.hypot(...short)).toBeCloseTo(1, 5);
      expect(short[0]! / short[1]!).toBeCloseTo(whole[0]! / whole[1]!, 4);
    } finally {
      await stopped(host);
    }
  });
});
