// A fresh clone: no config, no model of the user's. The gateway answers with the small model that comes along.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const schema = {
  type: 'object',
  properties: { name: { type: 'string' }, city: { type: 'string' } },
  required: ['name', 'city'],
  additionalProperties: false,
};
const content = 'Extract name and city as JSON: My name is Ann Lee and I live in Oslo.';

describe('the model in the box', () => {
  let gateway: RunningGateway;
  const home = mkdtempSync(join(tmpdir(), 'tiergate-home-'));
  const ask = (body: object): Promise<Response> =>
    fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'auto', temperature: 0, max_tokens: 60, ...body }),
    });
  beforeAll(async () => {
    gateway = await startGateway({}, { env: { HOME: home, XDG_DATA_HOME: '', TIERGATE_MODELS: '' } });
  }, 60_000);
  afterAll(async () => {
    await gateway.dispose();
    rmSync(home, { recursive: true, force: true });
  });

  it('is used at once, and the first screen says what it is and how to have a stronger one', () => {
    expect(gateway.output()).toMatch(/Level 1 {2}local\/tiergate-nano +ready/);
    expect(gateway.output()).toMatch(/small model in the box/);
    expect(gateway.output()).toContain('tiergate pull hf:Qwen/Qwen3-0.6B-GGUF');
  });

  it('holds an extraction to its schema', async () => {
    const format = { type: 'json_schema', json_schema: { name: 'fields', schema } };
    const response = await ask({ messages: [{ role: 'user', content }], response_format: format });
    expect(response.headers.get('x-tiergate-target')).toBe('local/tiergate-nano');
    const body = (await response.json()) as {
      choices: [{ message: { content: string }; finish_reason: string }];
    };
    expect(body.choices[0].finish_reason).toBe('stop');
    expect(Object.keys(JSON.parse(body.choices[0].message.content))).toEqual(['name', 'city']);
  });

  it('streams the same answer that it gives whole', async () => {
    const messages = [{ role: 'user', content: 'What can you do?' }];
    const whole = (await (await ask({ messages })).json()) as { choices: [{ message: { content: string } }] };
    const streamed = await (await ask({ messages, stream: true })).text();
    const text = [...streamed.matchAll(/^data: (\{.*)$/gm)]
      .map(([, json]) => JSON.parse(json!) as { choices: { delta: { content?: string } }[] })
      .map(({ choices }) => choices[0]?.delta.content ?? '')
      .join('');
    expect(text).toBe(whole.choices[0].message.content);
    expect(text).toMatch(/tiergate-nano/);
  });
});
