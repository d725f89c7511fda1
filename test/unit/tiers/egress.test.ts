import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../contract/errors.ts';
import { createEgress, type Egress, type EgressRequest } from '../../../tiers/egress.ts';
import { FAILURES, type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';

const KEY = 'sk-very-secret-1234567890';
const TIMEOUTS = { connectMs: 1_000, firstByteMs: 1_000, idleMs: 1_000, totalMs: 0 };
const BODY = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'private words' }] });

let upstream: FakeUpstream;
let egress: Egress;
const servers: Server[] = [];

/** A raw TCP server, for what no HTTP library would send. */
async function rawServer(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const post = (more: Partial<EgressRequest> = {}): EgressRequest => ({
  url: `${upstream.url}/chat/completions`,
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
  body: BODY,
  zone: 'external',
  signal: new AbortController().signal,
  timeouts: TIMEOUTS,
  ...more,
});

const errorOf = async (promise: Promise<unknown>): Promise<GatewayError> => {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(GatewayError);
  for (const secret of [KEY, 'private words']) expect((error as GatewayError).message).not.toContain(secret);
  return error as GatewayError;
};

beforeAll(async () => {
  upstream = await startFakeUpstream();
  egress = createEgress({ allowedOrigins: [upstream.url] });
});
afterAll(async () => {
  await Promise.all([egress.close(), upstream.close()]);
  for (const server of servers) server.close();
});

describe('the door out', () => {
  it('lets a request to a configured origin through, and uses the connection again', async () => {
    for (let i = 0; i < 6; i++) {
      const response = await egress.send(post());
      expect(response.status).toBe(200);
      expect(JSON.parse(await response.body.text()).choices[0].message.content).toBe('private words');
    }
    // A connection is free again one turn of the event loop after its answer: the next request may open a second.
    expect(upstream.connections()).toBeLessThanOrEqual(2);
    expect(upstream.requests.at(-1)!.bodyText).toBe(BODY);
  });

  it('refuses an origin that is not configured, another port and another scheme included', async () => {
    const port = new URL(upstream.url).port;
    for (const url of [
      'https://api.example.com/v1',
      `http://127.0.0.1:${Number(port) + 1}/v1`,
      `https://127.0.0.1:${port}/v1`,
    ]) {
      const error = await errorOf(egress.send(post({ url })));
      expect(error.code).toBe('EGRESS_BLOCKED');
      expect(error.message).toContain(new URL(url).origin);
    }
  });

  it('refuses a body that its check refuses, before anything is sent', async () => {
    const before = upstream.requests.length;
    const seen: string[] = [];
    const check = (body: string): string => {
      seen.push(body);
      return '1 EMAIL found';
    };
    const error = await errorOf(egress.send(post({ check })));
    expect(error).toMatchObject({ code: 'EGRESS_BLOCKED' });
    expect(error.message).toContain('1 EMAIL found');
    expect(seen).toEqual([BODY]);
    expect(upstream.requests).toHaveLength(before);
  });

  it('follows no redirect', async () => {
    upstream.next(FAILURES.redirect);
    const response = await egress.send(post());
    expect(response.status).toBe(307);
    await response.body.text();
  });

  it('refuses an allowed origin that is no address', () => {
    expect(() => createEgress({ allowedOrigins: ['localhost:8000'] })).toThrow(
      '"localhost:8000" is not an http:// or https://',
    );
  });

  it('names what is wrong with a header without showing it', async () => {
    const error = await errorOf(egress.send(post({ headers: { authorization: `Bearer ${KEY}\n` } })));
    expect(error.code).toBe('CONFIG_INVALID');
  });
});

describe('the timeouts', () => {
  it.each([
    ['firstByteMs', { headersAfterMs: 5_000 }, { firstByteMs: 60 }],
    ['totalMs', { headersAfterMs: 5_000 }, { totalMs: 60 }],
  ])('%s ends a wait for the headers', async (name, reply, limit) => {
    upstream.next(reply);
    const error = await errorOf(egress.send(post({ timeouts: { ...TIMEOUTS, ...limit } })));
    expect(error).toMatchObject({ code: 'PROVIDER_TIMEOUT', status: 504 });
    expect(error.message).toContain(`within 60 ms (${name})`);
    await expect.poll(() => upstream.requests.at(-1)!.aborted).toBe(true);
  });

  it.each([
    ['idleMs', { stallAfter: 2 }, { idleMs: 60 }],
    ['totalMs', { chunkEveryMs: 20, text: 'x'.repeat(400) }, { totalMs: 100 }],
  ])('%s ends a wait inside the body', async (name, reply, limit) => {
    upstream.next(reply);
    const body = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] });
    const response = await egress.send(post({ body, timeouts: { ...TIMEOUTS, ...limit } }));
    const error = await errorOf(response.body.text());
    expect(error.code).toBe('PROVIDER_TIMEOUT');
    expect(error.message).toContain(`(${name})`);
    await expect.poll(() => upstream.requests.at(-1)!.aborted).toBe(true);
  });

  it('connectMs ends the wait for a free connection', async () => {
    const narrow = createEgress({ allowedOrigins: [upstream.url], connections: 1 });
    upstream.next({ headersAfterMs: 400 });
    const first = narrow.send(post());
    const error = await errorOf(narrow.send(post({ timeouts: { ...TIMEOUTS, connectMs: 60 } })));
    expect(error.message).toContain('no connection within 60 ms (connectMs)');
    await (await first).body.text();
    await narrow.close();
  });
});

describe('what can go wrong on the way', () => {
  it.each([
    ['nobody listens', null, 'PROVIDER_UNREACHABLE', 'ECONNREFUSED'],
    [
      'the connection is closed at once',
      (socket: Socket) => socket.destroy(),
      'PROVIDER_UNREACHABLE',
      'UND_ERR_SOCKET',
    ],
    [
      'the answer is not HTTP',
      (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
      'PROVIDER_PROTOCOL',
      'did not answer in HTTP/1.1',
    ],
    [
      'headers never end',
      (socket: Socket) => socket.end(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(9_000)}`),
      'PROVIDER_PROTOCOL',
      'HEADERS_OVERFLOW',
    ],
  ])('%s', async (_, onConnection, code, detail) => {
    const origin = onConnection ? await rawServer(onConnection) : 'http://127.0.0.1:9';
    const door = createEgress({ allowedOrigins: [origin] });
    const error = await errorOf(door.send(post({ url: `${origin}/v1/chat/completions` })));
    expect(error.code).toBe(code);
    expect(error.message).toContain(origin);
    expect(error.message).toContain(detail);
    await door.close();
  });

  it('a body that is shorter than announced is no answer', async () => {
    const origin = await rawServer((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"id":'),
    );
    const door = createEgress({ allowedOrigins: [origin] });
    const response = await door.send(post({ url: `${origin}/v1` }));
    expect((await errorOf(response.body.text())).code).toBe('PROVIDER_PROTOCOL');
    await door.close();
  });

  it('an aborted signal cancels before and during the answer, with its own reason', async () => {
    const controller = new AbortController();
    upstream.next({ headersAfterMs: 5_000 });
    const waiting = egress.send(post({ signal: controller.signal }));
    setTimeout(() => controller.abort(new GatewayError('REQUEST_TIMEOUT', 'too late')), 30);
    expect((await errorOf(waiting)).code).toBe('REQUEST_TIMEOUT');
    await expect.poll(() => upstream.requests.at(-1)!.aborted).toBe(true);
    const before = upstream.requests.length;
    expect((await errorOf(egress.send(post({ signal: AbortSignal.abort() })))).code).toBe('CLIENT_CLOSED');
    expect(upstream.requests).toHaveLength(before);
  });

  it('pauses the upstream for a reader that does not read', async () => {
    let sent = 0;
    const origin = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n');
      const piece = Buffer.alloc(64 * 1024, 'x');
      const more = (): void => {
        while (!socket.destroyed && sent < 64 * 1024 * 1024) {
          sent += piece.length;
          if (!socket.write(piece)) return void socket.once('drain', more);
        }
        socket.end();
      };
      more();
    });
    const door = createEgress({ allowedOrigins: [origin] });
    const response = await door.send(post({ url: `${origin}/v1`, timeouts: { ...TIMEOUTS, idleMs: 100 } }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sent).toBeLessThan(32 * 1024 * 1024);
    let received = 0;
    for await (const part of response.body) received += part.length;
    expect(received).toBe(64 * 1024 * 1024);
    await door.close();
  });

  it('reaches an upstream on a Unix socket', async () => {
    const { createServer: createHttp } = await import('node:http');
    const { mkdtempSync, rmSync } = await import('node:fs');
    const folder = mkdtempSync('/tmp/egress-');
    const server = createHttp((_, response) => response.end('"over the socket"'));
    await new Promise<void>((resolve) => server.listen(`${folder}/s`, resolve));
    const origin = 'http://engine';
    const door = createEgress({ allowedOrigins: [origin], socketPaths: new Map([[origin, `${folder}/s`]]) });
    const response = await door.send(post({ url: `${origin}/v1/chat/completions` }));
    expect(await response.body.text()).toBe('"over the socket"');
    await door.close();
    server.close();
    rmSync(folder, { recursive: true });
  });
});
