// From traffic to a calibration, and the commands that explain, test and replay policies: the built gateway and commands, servers
// that answer alike on easy requests and differently on hard ones.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtFile } from '../../contract/built-file.ts';
import type { FakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { shopAndClinic, startLowAndHigh } from '../support/shop-and-clinic.ts';

const REQUESTS = 160;
let low: FakeUpstream;
let high: FakeUpstream;
let gateway: RunningGateway;
let lastId = '';

const promptOf = (i: number): string =>
  i % 4 === 0
    ? `Prove the theorem number ${i} by induction, step by step, and check each of its ${i + 3} conditions in full. ${'It has many parts. '.repeat(12)}`
    : `What is ${i} plus one? Mail bob${i}@example.org.`;

/** Not in one go: the servers that it may call are in this process. */
const command = (...args: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const given = { cwd: gateway.folder, encoding: 'utf8' as const, maxBuffer: 1e8, timeout: 60_000 };
    const child = execFile(
      process.execPath,
      [builtFile('router/cli/main'), ...args],
      given,
      (_error, stdout, stderr) => resolve({ status: child.exitCode, stdout, stderr }),
    );
  });

async function run(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await command(...args);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

async function ask(content: string, key: string): Promise<Response> {
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'auto', messages: [{ role: 'user', content }], max_tokens: 20 }),
  });
}

beforeAll(async () => {
  [low, high] = await startLowAndHigh();
  gateway = await startGateway({
    ...shopAndClinic(low, high),
    trial: { share: 0.5, policies: ['strict-privacy'] },
  });
  for (let i = 0; i < REQUESTS; i += 1) {
    const response = await ask(promptOf(i), 'key-of-the-shop');
    expect(response.status).toBe(200);
    lastId = response.headers.get('x-tiergate-request-id')!;
  }
  expect((await ask('Call me: eve@example.org', 'key-of-the-clinic')).status).toBe(200);
});
afterAll(async () => {
  await gateway?.dispose();
  await Promise.all([low?.close(), high?.close()]);
});

function ledger<T>(sql: string, ...values: unknown[]): T[] {
  const database = new Database(join(gateway.folder, 'ledger.db'), { readonly: true });
  try {
    return database.prepare(sql).all(...values) as T[];
  } finally {
    database.close();
  }
}

describe('captures', () => {
  it('are redacted, and of callers who consented alone', async () => {
    const captured = ledger<{ request_json: string; caller: string }>(
      'SELECT request_json, caller FROM captures JOIN requests ON id = request_id',
    );
    expect(captured).toHaveLength(REQUESTS);
    expect(new Set(captured.map(({ caller }) => caller))).toEqual(new Set(['shop']));
    expect(captured.some(({ request_json }) => request_json.includes('@example.org'))).toBe(false);
    expect(captured.some(({ request_json }) => request_json.includes('[EMAIL_1]'))).toBe(true);
  });
});

describe('tiergate calibrate', () => {
  const file = () => join(gateway.folder, 'tiergate.calibration.json');

  it('judges both answers, certifies thresholds and changes nothing', async () => {
    const shown = JSON.parse(await run('calibrate', '--alpha', '0.1', '--json', '--html', 'page.html')) as {
      judged: number;
      losses: number;
      spentMicrousd: number;
      result: {
        calibration: {
          own: { labels: number } | null;
          thresholds: { caller: string; task: string; threshold: number; kept: number; lossBound: number }[];
        };
        router: { kept: number; loss: number; lossHigh: number }[];
      };
    };
    expect(shown.judged).toBe(REQUESTS);
    expect(shown.losses).toBe(REQUESTS / 4);
    expect(shown.spentMicrousd).toBeGreaterThan(0);
    const { thresholds, own } = shown.result.calibration;
    expect(own!.labels).toBeGreaterThan(0);
    expect(thresholds.every(({ caller }) => caller === 'shop')).toBe(true);
    // Hard ones can be told by their prompts: much is kept, within the bound.
    // Of the caller as a whole: which task's group is large enough for a threshold of its own hangs on the requests' ids.
    const whole = thresholds.find(({ task }) => task === '*')!;
    expect(whole.threshold).toBeGreaterThan(0);
    expect(whole.kept).toBeGreaterThan(20);
    expect(whole.lossBound).toBeLessThanOrEqual(0.1);
    expect(shown.result.router.at(-1)).toMatchObject({ kept: 1 });
    expect(readFileSync(join(gateway.folder, 'page.html'), 'utf8')).toContain('<svg');
    expect(existsSync(file())).toBe(false);
  });

  it('stops before its budget would be passed', async () => {
    const { judged, isCut, spentMicrousd } = JSON.parse(
      await run('calibrate', '--budget', '0.01', '--json'),
    ) as Record<string, number | boolean>;
    expect(isCut).toBe(true);
    expect(judged).toBeGreaterThan(0);
    expect(judged).toBeLessThan(REQUESTS);
    expect(spentMicrousd).toBeLessThanOrEqual(10_000);
  });

  it('writes what the router then decides by, when it is told to', async () => {
    expect(await run('calibrate', '--alpha', '0.1', '--apply')).toMatch(
      /wrote .*tiergate\.calibration\.json/,
    );
    writeFileSync(
      join(gateway.folder, 'cases.yaml'),
      `cases:
  - { name: easy, prompt: "What is 7 plus one?", caller: shop, expect: { first: small/fake, task: maths } }
  - { name: hard, prompt: ${JSON.stringify(promptOf(8))}, caller: shop, expect: { first: frontier/fake } }
`,
    );
    const { stdout } = await command('policy', 'test', 'cases.yaml', '--config', 'tiergate.yaml', '--json');
    const { failed } = JSON.parse(stdout) as { failed: { name: string; wrong: string[] }[] };
    // The task is not what is tested here.
    expect(failed.flatMap(({ wrong }) => wrong).filter((line) => line.startsWith('first'))).toEqual([]);
  });

  it('says what is missing', async () => {
    const nothing = await command('calibrate', '--caller', 'clinic');
    expect(nothing.status).toBe(2);
    expect(nothing.stderr).toMatch(/no captured request/);
    const judge = await command('calibrate', '--judge', 'nobody/x');
    expect(judge.status).toBe(2);
    expect(judge.stderr).toMatch(
      /the judge nobody\/x is no target; the config has: small\/fake, frontier\/fake/,
    );
    expect((await command('calibrate', '--alpha', '2')).stderr).toMatch(/--alpha 2/);
  });
});

describe('policies as tests', () => {
  it('shows what is other than expected, and fails', async () => {
    writeFileSync(
      join(gateway.folder, 'wrong.yaml'),
      `cases:
  - name: an address
    prompt: "Write to a@example.org"
    expect: { sensitivity: public, tiers: [1], max_cost_usd: 0, redacted: false, blocked: false }
`,
    );
    const { status, stdout } = await command('policy', 'test', 'wrong.yaml');
    expect(status).toBe(1);
    expect(stdout).toMatch(/FAIL {2}an address/);
    expect(stdout).toMatch(/sensitivity: expected "public", got "\w+"/);
    expect(stdout).toMatch(/tiers: expected \[1\], got \[1,3\]/);
    expect(stdout).toMatch(/0 of 1 cases as expected/);
  });
  it('refuses a file that is no list of cases, with its place', async () => {
    writeFileSync(join(gateway.folder, 'bad.yaml'), 'cases:\n  - prompt: x\n    expect: { tears: [1] }\n');
    const { status, stderr } = await command('policy', 'test', 'bad.yaml');
    expect(status).toBe(2);
    expect(stderr).toMatch(/bad\.yaml: cases\.0\.expect/);
  });
});

describe('explain and replay', () => {
  it('explains a request by its id', async () => {
    const shown = await run('explain', lastId);
    expect(shown).toContain(lastId);
    expect(shown).toMatch(/gap: [\w-]+, gap 1\|2 0\.\d\d/);
    expect(shown).toMatch(/1\. first +small\/fake: ok/);
    const missing = await command('explain', 'no-such-id');
    expect(missing.status).toBe(2);
    expect(missing.stderr).toMatch(/no request "no-such-id"/);
  });

  it('shows what other policies would change: nothing leaves with strict-privacy', async () => {
    const { current, other, changed, byTask } = JSON.parse(
      await run('replay', '--policy', 'strict-privacy', '--since', '1d', '--caller', 'shop', '--json'),
    ) as {
      current: { requests: number; external: number };
      other: { requests: number; external: number; costMicrousd: number; risk: number };
      changed: number;
      byTask: Record<string, unknown>;
    };
    expect(current.requests).toBe(REQUESTS);
    expect(other).toMatchObject({ requests: REQUESTS, external: 0, costMicrousd: 0 });
    expect(other.risk).toBeGreaterThan(0);
    expect(changed).toBe(current.external);
    expect(Object.keys(byTask).length).toBeGreaterThan(0);
    expect(await run('replay', '--policy', 'default', '--since', '1d')).toMatch(/quality risk/);
  });
});

describe('a trial', () => {
  it('gives a caller the same policies every time, and the report compares them', async () => {
    const arms = ledger<{ arm: string }>("SELECT DISTINCT arm FROM requests WHERE caller = 'shop'");
    expect(arms).toHaveLength(1);
    const { trial } = JSON.parse(await run('report', '--json')) as {
      trial: { arm: string; requests: number }[];
    };
    const counted = trial.reduce((sum, { requests }) => sum + requests, 0);
    expect(counted).toBe(REQUESTS + 1);
  });
});
