// Promise 3: no response without its record. `kill -9` under load, of the gateway or of one of its workers: every
// response that a client received whole has its row in the ledger.
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isAlive, until } from '../support/engine-process.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway, workerPids } from '../support/gateway.ts';

/** Of the gateway in one process; with workers, which take longer to start, a fifth unless TIERGATE_KILLS=all. */
const ROUNDS = 20;
const WORKER_ROUNDS = process.env['TIERGATE_KILLS'] === 'all' ? ROUNDS : ROUNDS / 5;
const CLIENTS = 50;

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream({ record: false, reply: { text: 'Hello.' } });
});
afterAll(() => upstream.close());

interface Seen {
  /** Ids of responses received whole. */
  whole: string[];
  /** Set at the kill; what is asked afterwards counts apart. */
  killed: boolean;
  wholeAfterKill: number;
  /** Requests that had no whole answer. */
  failed: number;
}

/** One client: requests in a loop until one fails; keeps the ids of responses it received whole. */
async function client(url: string, stream: boolean, seen: Seen): Promise<void> {
  for (;;) {
    const askedAfterKill = seen.killed;
    try {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'tier:3',
          stream,
          messages: [{ role: 'user', content: 'Say hello.' }],
        }),
      });
      const text = await response.text();
      const complete = stream
        ? text.endsWith('data: [DONE]\n\n')
        : (JSON.parse(text) as { object?: string }).object === 'chat.completion';
      if (!complete) throw new Error('not whole');
      seen.whole.push(response.headers.get('x-tiergate-request-id')!);
      if (askedAfterKill) seen.wholeAfterKill += 1;
    } catch {
      seen.failed += 1;
      return;
    }
  }
}

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function killAll(gateway: RunningGateway): Promise<void> {
  const workers = workerPids(gateway);
  await gateway.stop('SIGKILL');
  await until(() => !workers.some(isAlive), 2000);
}

/** The others go on; then all are killed. */
async function killOneWorker(gateway: RunningGateway, seen: Seen): Promise<void> {
  process.kill(workerPids(gateway)[0]!, 'SIGKILL');
  seen.killed = true;
  await until(() => seen.wholeAfterKill > 0);
  expect(seen.failed).toBeLessThan(CLIENTS);
  await killAll(gateway);
}

const cases: [name: string, workers: number, kill: typeof killOneWorker, rounds: number][] = [
  ['the gateway in one process', 1, killAll, ROUNDS],
  ['the primary of two workers', 2, killAll, WORKER_ROUNDS],
  ['one of two workers', 2, killOneWorker, WORKER_ROUNDS],
];

it.each(cases)(
  `keeps a ledger row for every whole response over many kills of %s under ${CLIENTS} clients`,
  {
    timeout: 240_000,
  },
  async (name, workers, kill, rounds) => {
    let received = 0;
    let folder: string | undefined;
    for (let round = 0; round < rounds; round += 1) {
      const target = { id: 'frontier/fake', base_url: upstream.url, api_key: 'k', model: 'gpt-fake' };
      const gateway = await startGateway(
        { server: { port: 0, workers }, tiers: { 3: { targets: [target] } } },
        folder === undefined ? {} : { folder },
      );
      folder = gateway.folder;
      expect(workerPids(gateway)).toHaveLength(workers === 1 ? 0 : workers);
      const seen: Seen = { whole: [], killed: false, wholeAfterKill: 0, failed: 0 };
      const clients = Array.from({ length: CLIENTS }, (_, index) =>
        client(gateway.url, index % 2 === 0, seen),
      );
      // At another moment each round, with answers already out; how many a second is the machine's affair.
      await rest(300 + 37 * round);
      await until(() => seen.whole.length > CLIENTS, 60_000);
      await kill(gateway, seen);
      await Promise.all(clients);
      const database = new Database(gateway.ledgerPath, { readonly: true });
      const rows = new Set(database.prepare('SELECT id FROM requests').pluck().all() as string[]);
      database.close();
      expect(seen.whole.filter((id) => !rows.has(id))).toEqual([]);
      received += seen.whole.length;
      if (round === rounds - 1) await gateway.dispose();
    }
    console.log(`${received} whole responses over ${rounds} kills of ${name}, every one with its row`);
    expect(received).toBeGreaterThan(rounds * CLIENTS);
  },
);
