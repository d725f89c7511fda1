// Answers held to a schema and calls of tools, from a real engine with random weights: the model never helps.
import { Ajv } from 'ajv';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway, waitUntilReady } from '../support/gateway.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const ANIMAL = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 12 },
    age: { type: 'integer', minimum: 1, maximum: 99 },
    kind: { enum: ['cat', 'dog'] },
  },
  required: ['name', 'age', 'kind'],
  additionalProperties: false,
};
const PLACE = {
  type: 'object',
  properties: { city: { type: 'string', maxLength: 10 } },
  required: ['city'],
  additionalProperties: false,
};
const tools = [{ type: 'function' as const, function: { name: 'get_weather', parameters: PLACE } }];
const asked = {
  model: 'auto',
  messages: [{ role: 'user' as const, content: 'What is it like in Paris?' }],
  max_tokens: 400,
  temperature: 0.8,
};

describe('a gateway with a local model', () => {
  let gateway: RunningGateway;
  let client: OpenAI;
  beforeAll(async () => {
    const model = tinyModel({ architecture: 'qwen3', contextLength: 4096 });
    gateway = await startGateway({ tiers: { 1: { targets: [{ id: 'local/tiny', model_file: model }] } } });
    await waitUntilReady(gateway.url, ({ targets }) => targets.every(({ available }) => available));
    client = new OpenAI({ apiKey: 'none', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  });
  afterAll(() => gateway?.dispose());

  it.each([1, 2, 3])('answers in the form of a schema, seed %i', async (seed) => {
    const answer = await client.chat.completions.create({
      ...asked,
      seed,
      response_format: { type: 'json_schema', json_schema: { name: 'animal', strict: true, schema: ANIMAL } },
    });
    const [choice] = answer.choices;
    expect(choice!.finish_reason).toBe('stop');
    const validate = new Ajv().compile(ANIMAL);
    expect(validate(JSON.parse(choice!.message.content!)), JSON.stringify(validate.errors)).toBe(true);
  });

  it('answers several times and within few tokens, each one whole', async () => {
    const answer = await client.chat.completions.create({
      ...asked,
      n: 4,
      seed: 7,
      // The shortest animal takes about fifty of this vocabulary's tokens.
      max_tokens: 60,
      response_format: { type: 'json_schema', json_schema: { name: 'animal', strict: true, schema: ANIMAL } },
    });
    const validate = new Ajv().compile(ANIMAL);
    expect(answer.choices.map(({ finish_reason }) => finish_reason)).toEqual(Array(4).fill('stop'));
    const texts = answer.choices.map(({ message }) => message.content!);
    for (const text of texts) expect(validate(JSON.parse(text)), text).toBe(true);
    expect(new Set(texts).size).toBeGreaterThan(1);
  });

  it('calls the tool that it must, streamed and not, with the same arguments', async () => {
    const request = {
      ...asked,
      seed: 4,
      tools,
      tool_choice: 'required' as const,
      parallel_tool_calls: false,
    };
    const whole = await client.chat.completions.create(request);
    const [choice] = whole.choices;
    expect(choice!.finish_reason).toBe('tool_calls');
    const calls = choice!.message.tool_calls!.map((call) =>
      call.type === 'function' ? call.function : null,
    );
    expect(calls).toHaveLength(1);
    expect(calls[0]!.name).toBe('get_weather');
    expect(new Ajv().validate(PLACE, JSON.parse(calls[0]!.arguments))).toBe(true);
    let streamed = '';
    for await (const { choices } of await client.chat.completions.create({ ...request, stream: true }))
      streamed += choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? '';
    expect(streamed).toBe(calls[0]!.arguments);
  });

  it('refuses a schema that it could not hold an answer to, by its keyword', async () => {
    const schema = { type: 'array', items: { type: 'string' }, uniqueItems: true };
    await expect(
      client.chat.completions.create({
        ...asked,
        response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
      }),
    ).rejects.toMatchObject({ status: 400, message: expect.stringContaining('uniqueItems') });
  });
});
