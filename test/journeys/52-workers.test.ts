// A gateway of several worker processes on one port behaves as one gateway.
import { createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, it } from 'vitest';
import { isAlive, until } from '../support/engine-process.ts';
import { type FakeReply, type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import {
  hostPids,
  type RunningGateway,
  startGateway,
  waitUntilReady,
  workerPids,
} from '../support/gateway.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const WORKERS = 3;
const server = { port: 0, workers: WORKERS };

let gateway: RunningGateway | undefined;
let upstream: FakeUpstream | undefined;
afterEach(async () => {
  await gateway?.dispose();
  await upstream?.close();
  gateway = undefined;
  upstream = undefined;
});

async function start(reply: FakeReply = { text: 'Hello.' }): Promise<RunningGateway> {
  upstream = await startFakeUpstream({ reply });
  const target = { id: 'frontier/fake', base_url: upstream.url, api_key: 'k', model: 'm' };
  gateway = await startGateway({ server, tiers: { 3: { targets: [target] } } });
  return gateway;
}

/** A connection of its own each: the next worker's turn. */
const ask = (url: string, fields: object): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ model: 'tier:3', messages: [{ role: 'user', content: 'Hi.' }], ...fields }),
  });

const get = async <T>(path: string): Promise<T> => {
  const response = await fetch(`${gateway!.url}${path}`, { headers: { connection: 'close' } });
  return (await response.json()) as T;
};
const fromEveryWorker = <T>(path: string): Promise<T[]> =>
  Promise.all(Array.from({ length: 2 * WORKERS }, () => get<T>(path)));

/** Streams of some seconds, one connection each; resolves once all have begun. */
async function slowStreams(url: string, count: number): Promise<Promise<string>[]> {
  const responses = await Promise.all(Array.from({ length: count }, () => ask(url, { stream: true })));
  return responses.map((response) => response.text());
}

const SLOW: FakeReply = { text: 'word '.repeat(20), chunkSizes: [5], chunkEveryMs: 80 };
const isWhole = (stream: string): boolean => stream.endsWith('data: [DONE]\n\n');

it('spreads requests; kill -9 of a worker breaks its own alone, and it is back', async () => {
  const { url, ledgerPath, output } = await start(SLOW);
  expect(output().match(/listening on/g)).toHaveLength(1);
  const before = workerPids(gateway!);
  expect(before).toHaveLength(WORKERS);
  const streams = await slowStreams(url, 4 * WORKERS);
  process.kill(before[0]!, 'SIGKILL');
  const ends = await Promise.allSettled(streams);
  const broken = ends.filter((end) => end.status === 'rejected' || !isWhole(end.value));
  // Connections go to whichever worker is free, in turn: about a third each.
  expect(broken.length).toBeGreaterThan(0);
  expect(broken.length).toBeLessThan(3 * WORKERS);

  await until(() => output().includes('serves again'));
  const after = workerPids(gateway!);
  expect(after).toHaveLength(WORKERS);
  expect(after.filter((pid) => !before.includes(pid))).toHaveLength(1);
  const again = await Promise.all(Array.from({ length: 2 * WORKERS }, () => ask(url, {})));
  expect(again.map(({ status }) => status)).toEqual(again.map(() => 200));

  const database = new Database(ledgerPath, { readonly: true });
  const rows = database.prepare("SELECT count(*) FROM requests WHERE outcome = 'ok'").pluck().get();
  database.close();
  expect(rows).toBe(4 * WORKERS - broken.length + 2 * WORKERS);
});

it('is back on the same port after kill -9 of all workers at once', async () => {
  const { url, output } = await start();
  for (const pid of workerPids(gateway!)) process.kill(pid, 'SIGKILL');
  await until(() => output().match(/serves again/g)?.length === WORKERS, 30_000);
  expect((await ask(url, {})).status).toBe(200);
  expect(output().match(/"worker":\d,"msg":"ended: killed by SIGKILL; next start in 0.2 s"/g)).toHaveLength(
    3,
  );
});

it('finishes open streams on SIGTERM, refuses new requests, and leaves no process', async () => {
  const { url, stop, output } = await start(SLOW);
  const pids = workerPids(gateway!);
  const streams = await slowStreams(url, 2 * WORKERS);
  const stopped = stop('SIGTERM');
  await until(() =>
    get('/livez').then(
      () => false,
      () => true,
    ),
  );
  const texts = await Promise.all(streams);
  expect(texts.filter((text) => !isWhole(text))).toEqual([]);
  expect(await stopped).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(output().match(/finishing open requests/g)).toHaveLength(1);
});

it('knows the engine host in every worker, when it is there and when it is not', async () => {
  upstream = await startFakeUpstream({ reply: { text: 'above' } });
  gateway = await startGateway({
    server,
    tiers: {
      1: { targets: [{ id: 'local/tiny', model_file: tinyModel({ contextLength: 4096 }) }] },
      3: { targets: [{ id: 'frontier/fake', base_url: upstream.url, api_key: 'k', model: 'm' }] },
    },
  });
  await waitUntilReady(gateway.url, ({ targets }) => targets[0]!.available && !targets[0]!.reason);
  expect(hostPids(gateway)).toHaveLength(1);
  expect(gateway.output().match(/Level 1/g)).toHaveLength(1);

  const models = await fromEveryWorker<{ data: { id: string; context_window?: number }[] }>('/v1/models');
  for (const each of models) expect(each).toEqual(models[0]);
  expect(models[0]!.data.find(({ id }) => id === 'local/tiny')!.context_window).toBe(4096);
  const local = (): Promise<Response[]> =>
    Promise.all(
      Array.from({ length: 2 * WORKERS }, () => ask(gateway!.url, { model: 'local/tiny', max_tokens: 2 })),
    );
  expect((await local()).map(({ status }) => status)).toEqual(Array(2 * WORKERS).fill(200));

  type Ready = { targets: { available: boolean; reason?: string }[] };
  const states = async (): Promise<boolean[]> =>
    (await fromEveryWorker<Ready>('/readyz')).map(
      ({ targets }) => targets[0]!.available && !targets[0]!.reason,
    );
  // Held still, its end cannot be followed by a new host before every worker was asked.
  const [first] = hostPids(gateway);
  process.kill(first!, 'SIGKILL');
  await until(async () => (await states()).every((ready) => !ready));
  await until(async () => (await states()).every((ready) => ready));
  expect(hostPids(gateway)).not.toEqual([first]);
  expect((await local()).map(({ status }) => status)).toEqual(Array(2 * WORKERS).fill(200));
});

it('says once what keeps it from starting, with the exit code of one process', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  const target = { id: 'frontier/fake', base_url: 'http://127.0.0.1:9', api_key: 'k', model: 'm' };
  const tiers = { 3: { targets: [target] } };
  const refusal = (config: object): Promise<string> =>
    startGateway({ server, tiers, ...config }).then(
      () => 'it started',
      (error: Error) => error.message,
    );
  expect(await refusal({ server: { ...server, port } })).toMatch(
    new RegExp(
      `^the gateway did not start \\(exit code 2\\):\ntiergate: port ${port} on 127.0.0.1 is taken.*\n$`,
    ),
  );
  taken.close();
  expect(await refusal({ ledger: { path: join(process.execPath, 'ledger.db') } })).toMatch(
    /^the gateway did not start \(exit code 1\):\ntiergate: the ledger .* cannot be opened.*\n$/,
  );
  const few = [{ ...target, max_concurrency: WORKERS - 1 }];
  expect(await refusal({ tiers: { 3: { targets: few } } })).toMatch(
    /^the gateway did not start \(exit code 2\):\ntiergate: 3 workers cannot share the 2 calls at once .*\n$/,
  );
});
