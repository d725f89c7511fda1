// Promise 3: no response without its record. `kill -9` under load: every response that a client received whole
// has its row in the ledger.
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { startGateway } from '../support/gateway.ts';

const ROUNDS = 20;
const CLIENTS = 50;

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream({ record: false, reply: { text: 'Hello.' } });
});
afterAll(() => upstream.close());

/** One client: requests in a loop until the gateway is gone; keeps the ids of responses it received whole. */
async function client(url: string, stream: boolean, whole: string[]): Promise<void> {
  for (;;) {
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
      if (complete) whole.push(response.headers.get('x-tiergate-request-id')!);
    } catch {
      return;
    }
  }
}

it(`keeps a ledger row for every whole response over ${ROUNDS} kills under ${CLIENTS} clients`, {
  timeout: 180_000,
}, async () => {
  let received = 0;
  let folder: string | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    const target = { id: 'frontier/fake', base_url: upstream.url, api_key: 'k', model: 'gpt-fake' };
    const gateway = await startGateway(
      { tiers: { 3: { targets: [target] } } },
      folder === undefined ? {} : { folder },
    );
    folder = gateway.folder;
    const whole: string[] = [];
    const clients = Array.from({ length: CLIENTS }, (_, index) =>
      client(gateway.url, index % 2 === 0, whole),
    );
    await new Promise((resolve) => setTimeout(resolve, 300 + 37 * round));
    await gateway.stop('SIGKILL');
    await Promise.all(clients);
    const database = new Database(gateway.ledgerPath, { readonly: true });
    const rows = new Set(database.prepare('SELECT id FROM requests').pluck().all() as string[]);
    database.close();
    expect(whole.filter((id) => !rows.has(id))).toEqual([]);
    received += whole.length;
    if (round === ROUNDS - 1) await gateway.dispose();
  }
  console.log(`${received} whole responses over ${ROUNDS} kills, every one with its row`);
  expect(received).toBeGreaterThan(ROUNDS * CLIENTS);
});
