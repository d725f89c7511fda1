// From own traffic to a learned acceptance, over real sockets with the real engine: requests are captured, `calibrate` answers them again
// on both levels and learns when Level 1's drafts stand, and the gateway that is started anew decides by that. The upper server
// says what Level 1 says on most requests, so that it is known which drafts are good.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtFile } from '../../contract/built-file.ts';
import { lastUserText } from '../support/fake-chat-bodies.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway, waitUntilReady } from '../support/gateway.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const REQUESTS = 150;
const EARLY = 3;
const OTHERWISE = 'something else altogether';
const FILE = 'tiergate.calibration.json';

let house: FakeUpstream;
let gateway: RunningGateway;
/** What Level 1 says to each request. */
const said = new Map<string, string>();

const promptOf = (i: number): string => `Say the word ${i}.`;
const isBad = (text: string): boolean => Number(/\d+/.exec(text)?.[0]) % 8 === 0;

const start = (folder?: string): Promise<RunningGateway> =>
  startGateway(
    {
      auth: { keys: [{ name: 'shop', key: 'key-of-the-shop' }] },
      tiers: {
        1: { targets: [{ id: 'local/tiny', model_file: tinyModel() }] },
        2: {
          targets: [
            {
              ...{ id: 'house/fake', base_url: house.url, retries: 0 },
              price: { input_usd_per_mtok: 1, output_usd_per_mtok: 2 },
            },
          ],
        },
      },
      routing: {
        cascade: { mode: 'hold', early_tokens: EARLY, min_acceptance: 0 },
        thresholds: { level2: 1, level3: 1 },
      },
      ledger: { path: 'ledger.db', capture: { share: 1, callers: ['shop'] } },
    },
    folder === undefined ? {} : { folder },
  );

const ready = ({ url }: RunningGateway): Promise<unknown> =>
  waitUntilReady(url, (body) => body.targets.every((target) => target.available));

async function ask(content: string, fields: object = {}): Promise<{ text: string; reason: string }> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer key-of-the-shop', 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'auto',
      messages: [{ role: 'user', content }],
      temperature: 0,
      max_tokens: 8,
      ...fields,
    }),
  });
  expect(response.status).toBe(200);
  const body = await response.text();
  const reason = response.headers.get('x-tiergate-reason')!;
  return { text: body.startsWith('{') ? JSON.parse(body).choices[0].message.content : body, reason };
}

/** Not in one go: the server that it calls is in this process. */
const calibrate = (...args: string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const given = { cwd: gateway.folder, encoding: 'utf8' as const, maxBuffer: 1e8, timeout: 120_000 };
    execFile(
      process.execPath,
      [builtFile('router/cli/main'), 'calibrate', '--alpha', '0.3', ...args],
      given,
      (error, stdout, stderr) => (error === null ? resolve(stdout) : reject(new Error(stderr))),
    );
  });

beforeAll(async () => {
  house = await startFakeUpstream({
    reply: (request) => {
      const text = lastUserText(request);
      return { text: isBad(text) ? OTHERWISE : (said.get(text) ?? OTHERWISE) };
    },
  });
  gateway = await start();
  await ready(gateway);
  for (let i = 0; i < REQUESTS; i += 1) {
    const { text, reason } = await ask(promptOf(i));
    expect(reason).toMatch(/its draft stands: acceptance [01]\.\d{3} >= 0\.000$/);
    said.set(promptOf(i), text);
  }
}, 120_000);
afterAll(async () => {
  await gateway?.dispose();
  await house?.close();
});

describe('calibrate', () => {
  it('learns from how sure the engine was, says what it certified on how many, and changes nothing', async () => {
    const shown = await calibrate();
    expect(shown).toMatch(
      /cascade, whole drafts: learned from \d+ drafts; an acceptance of 0\.\d{3} keeps \d+ of \d+ with \d+ losses, at most \d+\.\d % \(alpha 30\.0 %, delta 10\.0 %\)/,
    );
    expect(shown).toMatch(/cascade, streams by their first 3 tokens: learned from \d+ drafts/);
    expect(shown).toContain('nothing was changed');
    expect(existsSync(join(gateway.folder, FILE))).toBe(false);
  }, 150_000);

  it('writes what the gateway then decides by', async () => {
    await calibrate('--apply');
    const { version, acceptance } = JSON.parse(readFileSync(join(gateway.folder, FILE), 'utf8'));
    expect(version).toBe(2);
    expect(acceptance).toMatchObject({ earlyTokens: EARLY, whole: { least: expect.any(Number) } });
    expect(acceptance.whole.own.labels + acceptance.whole.judged).toBe(REQUESTS);
    await gateway.stop();
    gateway = await start(gateway.folder);
    await ready(gateway);
    const least = acceptance.whole.least.toFixed(3);
    const { reason } = await ask(promptOf(1));
    expect(reason).toMatch(new RegExp(`acceptance [01]\\.\\d{3} (>=|<) ${least.replace('.', '\\.')}`));
    const early = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer key-of-the-shop',
        'content-type': 'application/json',
        'x-tiergate-cascade': 'early',
      },
      body: JSON.stringify({
        model: 'auto',
        messages: [{ role: 'user', content: promptOf(1) }],
        ...{ temperature: 0, max_tokens: 8, stream: true },
      }),
    });
    await early.text();
    expect(early.headers.get('x-tiergate-reason')).toMatch(
      /acceptance [01]\.\d{3} (>=|<) [01]\.\d{3} after 3 tokens/,
    );
  }, 150_000);
});
