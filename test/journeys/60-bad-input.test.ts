// Bad input gets one clear error, the process lives on, nothing is lost.
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

let upstream: FakeUpstream;
let gateway: RunningGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  gateway = await startGateway({
    server: { port: 0, max_body_bytes: 100_000 },
    tiers: {
      3: {
        targets: [
          { id: 'frontier/fake', base_url: upstream.url, api_key: 'k', model: 'm', context_window: 1000 },
        ],
      },
    },
  });
});
afterAll(async () => {
  await gateway.dispose();
  await upstream.close();
});

interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string };
}

async function post(
  body: string,
  path = '/v1/chat/completions',
): Promise<{ status: number; body: ErrorBody }> {
  const response = await fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return { status: response.status, body: (await response.json()) as ErrorBody };
}
const chat = (fields: object): string =>
  JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'Hello.' }], ...fields });

describe('a bad request', () => {
  const cases: [name: string, body: string, status: number, code: string, param: string | null][] = [
    ['malformed JSON', '{"model": "auto", ', 400, 'invalid_json', null],
    ['an empty body', '', 400, 'invalid_json', null],
    ['an array', '[]', 400, 'invalid_value', null],
    ['no messages', JSON.stringify({ model: 'auto' }), 400, 'invalid_value', 'messages'],
    [
      'an unknown role',
      chat({ messages: [{ role: 'robot', content: 'x' }] }),
      400,
      'invalid_value',
      'messages[0].role',
    ],
    [
      'content of a wrong type',
      chat({ messages: [{ role: 'user', content: 7 }] }),
      400,
      'invalid_value',
      'messages[0].content',
    ],
    ['a temperature out of range', chat({ temperature: 9 }), 400, 'invalid_value', 'temperature'],
    ['max_tokens 0', chat({ max_tokens: 0 }), 400, 'invalid_value', 'max_tokens'],
    ['an unknown model', chat({ model: 'gpt-9000' }), 404, 'model_not_found', 'model'],
    [
      'too many tokens for every target',
      chat({ messages: [{ role: 'user', content: 'word '.repeat(5000) }] }),
      400,
      'context_length_exceeded',
      null,
    ],
    [
      'a huge body',
      chat({ messages: [{ role: 'user', content: 'x'.repeat(200_000) }] }),
      413,
      'request_too_large',
      null,
    ],
  ];
  it.each(cases)('%s gets one clear error', async (_name, body, status, code, param) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code, param });
    expect(answer.body.error.message.length).toBeGreaterThan(20);
  });

  it('is refused on an unknown path and a wrong method', async () => {
    expect((await post('{}', '/v1/nonsense')).status).toBe(404);
    expect((await fetch(`${gateway.url}/v1/chat/completions`)).status).toBe(405);
  });

  it('leaves the process alive', async () => {
    expect((await post(chat({ model: 'tier:3' }))).status).toBe(200);
  });

  it('never shows what the request said', async () => {
    const secret = 'my-very-private-text';
    const answer = await post(`{"model": "auto", "messages": "${secret}"`);
    expect(answer.body.error.message).not.toContain(secret);
    expect(gateway.output()).not.toContain(secret);
  });
});

describe('a bad start', () => {
  const oneTarget = (): object => ({
    tiers: { 3: { targets: [{ id: 'frontier/fake', base_url: upstream.url, api_key: 'k', model: 'm' }] } },
  });

  it('says that the port is taken, and which', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await expect(startGateway({ ...oneTarget(), server: { port } })).rejects.toThrow(
      new RegExp(`port ${port}`),
    );
    server.close();
  });

  it('says that the ledger cannot be written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tiergate-ledger-'));
    const file = join(folder, 'not-a-folder');
    writeFileSync(file, '');
    chmodSync(file, 0o444);
    await expect(startGateway({ ...oneTarget(), ledger: { path: join(file, 'ledger.db') } })).rejects.toThrow(
      /ledger/i,
    );
  });

  it('names file, line and value of a bad config', async () => {
    await expect(startGateway({ ...oneTarget(), sever: { port: 1 } })).rejects.toThrow(
      /tiergate\.yaml:\d+.*sever/s,
    );
  });

  it('serves the other tiers without a model file, and answers Level 1 with how to give one', async () => {
    const started = await startGateway({ tiers: { 1: {}, ...(oneTarget() as { tiers: object }).tiers } });
    expect(started.output()).toMatch(/TIERGATE_MODEL/);
    const body = JSON.stringify({ model: 'tier:1', messages: [{ role: 'user', content: 'Hello.' }] });
    const response = await fetch(`${started.url}/v1/chat/completions`, { method: 'POST', body });
    expect(response.status).toBe(503);
    expect(((await response.json()) as ErrorBody).error.message).toMatch(/TIERGATE_MODEL/);
    await started.dispose();
  });

  it('says what is wrong with a hostile model file and serves the other tiers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tiergate-gguf-'));
    const path = join(folder, 'hostile.gguf');
    const header = Buffer.alloc(24);
    header.write('GGUF', 0, 'latin1');
    header.writeUInt32LE(3, 4);
    header.writeBigUInt64LE(2n ** 60n, 8);
    header.writeBigUInt64LE(2n ** 60n, 16);
    writeFileSync(path, header);
    const started = await startGateway({
      tiers: {
        1: { targets: [{ id: 'local/hostile', model_file: path }] },
        ...(oneTarget() as { tiers: object }).tiers,
      },
    });
    const ask = (model: string): Promise<Response> =>
      fetch(`${started.url}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello.' }] }),
      });
    const local = await ask('local/hostile');
    expect(local.status).toBeGreaterThanOrEqual(400);
    expect(((await local.json()) as ErrorBody).error.message).toMatch(/hostile\.gguf|tensor/);
    expect((await ask('tier:3')).status).toBe(200);
    await started.dispose();
  });
});
