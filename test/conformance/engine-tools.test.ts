// The official openai client against the engine host, with a model that says a script: tool calls and reasoning whole
// and streamed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import OpenAI from 'openai';
import type { ChatCompletionChunk, ChatCompletionCreateParams } from 'openai/resources/chat/completions';
import { afterEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';
import type { ChatCompletion, ChatEvent } from '../../contract/chat.ts';
import { restoreCompletion, restoreEvents } from '../../policies/privacy/restore.ts';
import { Vault } from '../../policies/privacy/vault.ts';
import { type ScriptedHost, scriptedHost } from '../support/scripted-model.ts';
import { vaultEntry } from '../support/vault.ts';

const openApi = join(packageRoot, '..', 'shared', 'data', 'openapi', 'openai.openapi.json');
const present = existsSync(openApi);

/** ChatML with tools, calls, results and thoughts, as Qwen 3 has it. */
const HERMES = `{% if tools %}<tools>{{ tools | tojson }}</tools><tool_call></tool_call>{% endif %}{% for m in messages %}<|im_start|>{{ m.role }}
{% if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif %}{{ m.content }}{% for c in m.tool_calls or [] %}<tool_call>{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}}</tool_call>{% endfor %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% if enable_thinking is defined and enable_thinking %}<think>
{% endif %}{% endif %}`;
const MISTRAL = `{% for m in messages %}[{{ m.role }}]{{ m.content }}{% for c in m.tool_calls or [] %}[TOOL_CALLS]{{ c.function.name }}[ARGS]{{ c.function.arguments | tojson }}{% endfor %}{% endfor %}{{ tools | tojson if tools else '' }}`;

const tools: OpenAI.Chat.Completions.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'Tells the weather.',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];
const messages: ChatCompletionCreateParams['messages'] = [
  { role: 'user', content: 'Weather in Paris and Rome?' },
];

const CALLS = [
  '<think>',
  '\n',
  'Two',
  ' cities',
  '.',
  '\n',
  '</think>',
  '\n\n',
  'Checking',
  '.',
  '\n',
  '<tool_call>',
  '\n',
  '{"',
  'name',
  '": "',
  'get',
  '_weather',
  '", "',
  'arguments',
  '": {"',
  'city',
  '": "',
  'Par',
  'is',
  '"}}',
  '\n',
  '</tool_call>',
  '\n',
  '<tool_call>',
  '\n',
  '{"',
  'name',
  '": "',
  'get',
  '_weather',
  '", "',
  'arguments',
  '": {"',
  'city',
  '": "',
  'Rome',
  '"}}',
  '\n',
  '</tool_call>',
];

describe('the openai client on the engine host', () => {
  let host: ScriptedHost;
  afterEach(() => host.close());

  const client = () =>
    new OpenAI({
      apiKey: 'none',
      baseURL: 'http://127.0.0.1/v1',
      maxRetries: 0,
      fetch: (url, init) => Promise.resolve(host.app.request(String(url), init as RequestInit)),
    });
  const whole = (fields: object = {}) =>
    client().chat.completions.create({
      model: 'scripted',
      messages,
      tools,
      ...fields,
    } as never) as unknown as Promise<OpenAI.Chat.Completions.ChatCompletion>;

  it('gets calls with their arguments, the text before them, and the reasoning', async () => {
    host = scriptedHost(HERMES, CALLS);
    const { choices, usage } = await whole();
    const [choice] = choices;
    expect(choice!.finish_reason).toBe('tool_calls');
    expect(choice!.message).toMatchObject({
      role: 'assistant',
      content: 'Checking.\n',
      reasoning_content: 'Two cities.',
    });
    expect(choice!.message.tool_calls).toEqual(
      ['Paris', 'Rome'].map((city) => ({
        id: expect.stringMatching(/^call_\w{24}$/),
        type: 'function',
        function: { name: 'get_weather', arguments: JSON.stringify({ city }).replace(':', ': ') },
      })),
    );
    // From <think> to </think>.
    expect(usage!.completion_tokens_details!.reasoning_tokens).toBe(7);
    expect(usage!.completion_tokens).toBe(CALLS.length);
    expect(host.prompt()).toContain('Tells the weather.');
  });

  it('streams the same, each call as its name and then pieces of its arguments', async () => {
    host = scriptedHost(HERMES, CALLS);
    const stream = client().chat.completions.stream({
      model: 'scripted',
      messages,
      tools,
      stream_options: { include_usage: true },
    });
    const chunks: ChatCompletionChunk[] = [];
    stream.on('chunk', (chunk) => chunks.push(chunk));
    const final = await stream.finalChatCompletion();
    const [message, again] = [final.choices[0]!.message, (await whole()).choices[0]!.message];
    expect(message.content).toBe(again.content);
    expect(message.tool_calls!.map((call) => call.type === 'function' && call.function.arguments)).toEqual(
      again.tool_calls!.map((call) => call.type === 'function' && call.function.arguments),
    );
    expect(final.choices[0]!.finish_reason).toBe('tool_calls');
    const deltas = chunks.flatMap((chunk) => chunk.choices.map(({ delta }) => delta));
    expect(
      deltas.map((delta) => (delta as { reasoning_content?: string }).reasoning_content ?? '').join(''),
    ).toBe('Two cities.');
    const calls = deltas.flatMap((delta) => delta.tool_calls ?? []);
    expect(calls[0]).toEqual({
      index: 0,
      id: expect.stringMatching(/^call_/),
      type: 'function',
      function: { name: 'get_weather', arguments: '' },
    });
    expect(calls.filter(({ id }) => id !== undefined).map(({ index }) => index)).toEqual([0, 1]);
    expect(calls.slice(1, 5)).toEqual(
      ['{"', 'city', '": "', 'Par'].map((text) => ({ index: 0, function: { arguments: text } })),
    );
    expect(chunks.at(-1)!.usage!.completion_tokens_details!.reasoning_tokens).toBe(7);
  });

  it('gets the calls of control tokens, which are no text anywhere else', async () => {
    const pieces = ['[TOOL_CALLS]', 'get_weather', '[ARGS]', '{"city": "Paris"}'];
    host = scriptedHost(MISTRAL, pieces, ['[TOOL_CALLS]', '[ARGS]']);
    const { choices } = await whole();
    expect(choices[0]!.message.tool_calls).toMatchObject([
      { function: { name: 'get_weather', arguments: '{"city": "Paris"}' } },
    ]);
    const plain = await whole({ tools: undefined });
    expect(plain.choices[0]!.message).toMatchObject({ content: 'get_weather{"city": "Paris"}' });
  });

  it('gets text for what is no call of a known tool, and for calls where none may be made', async () => {
    host = scriptedHost(HERMES, ['<tool_call>', '{"name": "rm"', ', "arguments": {}}', '</tool_call>']);
    for (const fields of [{}, { tool_choice: 'none' }]) {
      const { choices } = await whole(fields);
      expect(choices[0]).toMatchObject({
        finish_reason: 'stop',
        message: { content: '<tool_call>{"name": "rm", "arguments": {}}</tool_call>' },
      });
      expect(choices[0]!.message.tool_calls).toBeUndefined();
    }
    expect(host.prompt()).not.toContain('Tells the weather.');
  });

  it('gets reasoning that the prompt opened, also where the answer is cut off in it', async () => {
    host = scriptedHost(HERMES, ['Hmm', ', so', '.', '</think>', '\n', 'Yes', '.']);
    const chat_template_kwargs = { enable_thinking: true };
    const { choices, usage } = await whole({ tools: undefined, chat_template_kwargs });
    expect(choices[0]!.message).toMatchObject({ content: 'Yes.', reasoning_content: 'Hmm, so.' });
    expect(usage!.completion_tokens_details!.reasoning_tokens).toBe(4);
    const cut = await whole({ tools: undefined, chat_template_kwargs, max_tokens: 2 });
    expect(cut.choices[0]).toMatchObject({
      finish_reason: 'length',
      message: { content: '', reasoning_content: 'Hmm, so' },
    });
    expect(cut.usage!.completion_tokens_details!.reasoning_tokens).toBe(2);
  });

  it('gets a cut-off call as far as it came', async () => {
    host = scriptedHost(HERMES, ['<tool_call>', '{"name": "get_weather", "arguments": {"ci', 'ty": "Par']);
    const { choices } = await whole({ max_tokens: 2 });
    expect(choices[0]).toMatchObject({
      finish_reason: 'length',
      message: { tool_calls: [{ function: { name: 'get_weather', arguments: '{"ci' } }] },
    });
  });

  it('passes earlier thoughts, calls and results on to the template', async () => {
    host = scriptedHost(HERMES, ['Sunny', '.']);
    const call = {
      id: 'call_1',
      type: 'function',
      function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
    };
    await whole({
      messages: [
        ...messages,
        { role: 'assistant', content: null, reasoning_content: 'Look it up.', tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1', content: '25 degrees' },
      ],
    });
    expect(host.prompt()).toContain(
      '<think>Look it up.</think><tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}}</tool_call>',
    );
    expect(host.prompt()).toContain('25 degrees');
  });

  it('calls tools of a model whose template knows none, as its system text says', async () => {
    const template = "{% for m in messages %}{{ m.role + ': ' + m.content + '\\n' }}{% endfor %}";
    host = scriptedHost(template, [
      '<tool_call>',
      '{"name": "get_weather", "arguments": {}}',
      '</tool_call>',
    ]);
    const { choices } = await whole();
    expect(choices[0]!.message.tool_calls).toMatchObject([
      { function: { name: 'get_weather', arguments: '{}' } },
    ]);
    expect(host.prompt()).toMatch(/^system: You may call functions.*"Tells the weather.".*\nuser: Weather/s);
  });

  it('gets private values back in place of placeholders that are cut between tokens', async () => {
    const said = ['Ask ', '[EMA', 'IL_', '1]', '.'];
    host = scriptedHost(HERMES, [
      ...['<think>', ...said, '</think>', ...said],
      ...[
        '<tool_call>',
        '{"name": "get_weather", "arguments": {"city": "',
        '[EMAI',
        'L_1]',
        '"}}',
        '</tool_call>',
      ],
    ]);
    const vault = new Vault([vaultEntry('EMAIL', 1, 'jo@example.org')]);
    const body = JSON.stringify({ messages, tools, stream: true });
    const response = await host.app.request('/v1/chat/completions', { method: 'POST', body });
    const payloads = (await response.text()).split('\n\n').map((frame) => frame.slice('data: '.length));
    async function* events() {
      for (const raw of payloads)
        if (raw.startsWith('{')) yield [{ chunk: JSON.parse(raw), raw } as ChatEvent];
    }
    let [reasoning, content, written] = ['', '', ''];
    for await (const batch of restoreEvents(events(), vault)) {
      for (const { delta } of batch.flatMap(({ chunk }) => chunk.choices)) {
        reasoning += delta.reasoning_content ?? '';
        content += delta.content ?? '';
        for (const call of delta.tool_calls ?? []) written += call.function?.arguments ?? '';
      }
    }
    expect([reasoning, content, written]).toEqual([
      'Ask jo@example.org.',
      'Ask jo@example.org.',
      '{"city": "jo@example.org"}',
    ]);
    const again = await host.app.request('/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({ messages, tools }),
    });
    const completion = restoreCompletion((await again.json()) as ChatCompletion, vault);
    expect(completion.choices[0]!.message).toMatchObject({
      reasoning_content: 'Ask jo@example.org.',
      content: 'Ask jo@example.org.',
      tool_calls: [{ function: { arguments: '{"city": "jo@example.org"}' } }],
    });
  });

  const validators = present ? openAiValidators() : null;
  it.skipIf(!validators)(
    "gets bodies that fit OpenAI's own schema (skipped without ../shared/data)",
    async () => {
      host = scriptedHost(HERMES, CALLS);
      const post = async (fields: object): Promise<string> => {
        const body = JSON.stringify({ messages, tools, logprobs: true, top_logprobs: 2, ...fields });
        return (await host.app.request('/v1/chat/completions', { method: 'POST', body })).text();
      };
      const { completion, chunk } = validators!;
      completion(JSON.parse(await post({})));
      expect(completion.errors).toBeNull();
      const frames = (await post({ stream: true, stream_options: { include_usage: true } })).split('\n\n');
      const chunks = frames
        .filter((frame) => frame.startsWith('data: {'))
        .map((frame) => JSON.parse(frame.slice(6)));
      expect(chunks.length).toBeGreaterThan(20);
      for (const each of chunks) {
        chunk(each);
        expect(chunk.errors).toBeNull();
      }
      expect(completion({ id: 'x' })).toBe(false);
      expect(chunk({ ...chunks[0], object: 'other' })).toBe(false);
    },
  );
});

/** Of the recorded OpenAPI document. */
function openAiValidators() {
  const document = JSON.parse(readFileSync(openApi, 'utf8')) as { components: object };
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ components: withNull(document.components) as object }, 'openai');
  const validator = (name: string) => ajv.compile({ $ref: `openai#/components/schemas/${name}` });
  return {
    completion: validator('CreateChatCompletionResponse'),
    chunk: validator('CreateChatCompletionStreamResponse'),
  };
}

/** `nullable` is OpenAPI 3.0's, and means null also beside an `enum` without it. */
function withNull(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withNull);
  if (typeof schema !== 'object' || schema === null) return schema;
  const mapped = Object.fromEntries(Object.entries(schema).map(([key, each]) => [key, withNull(each)]));
  if (mapped['nullable'] !== true) return mapped;
  const { nullable: _, ...rest } = mapped;
  return { anyOf: [rest, { type: 'null' }] };
}
