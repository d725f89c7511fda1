// Shadow sampling in the built gateway, what `calibrate --status` makes of it, and the judges of calibrate with real answers to judge.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtFile } from '../../contract/built-file.ts';
import type { ChatMessage } from '../../contract/chat.ts';
import type { AnsweredCapture } from '../../router/calibrate/answers.ts';
import { judgeOf } from '../../router/calibrate/judges.ts';
import { loadConfig } from '../../router/config/config.ts';
import { createGateway, type RunningGateway as InProcess, startHosts } from '../../router/gateway.ts';
import { createLog } from '../../router/log.ts';
import { ALL } from '../../router/workers/share.ts';
import { openLedger } from '../../store/ledger.ts';
import { lastUserText } from '../support/fake-chat-bodies.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { shopAndClinic, startLowAndHigh } from '../support/shop-and-clinic.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const EASY = 6;
const HARD = 2;

let low: FakeUpstream;
let high: FakeUpstream;
let gateway: RunningGateway;

const LABELS = 'tiergate.calibration.shadow.jsonl';
const labels = (): { id: string; caller: string; isLoss: boolean; highMicrousd: number }[] =>
  existsSync(join(gateway.folder, LABELS))
    ? readFileSync(join(gateway.folder, LABELS), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];

const ask = (content: string, key: string): Promise<Response> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'auto', messages: [{ role: 'user', content }], max_tokens: 20 }),
  });

async function command(...args: string[]): Promise<Record<string, unknown>> {
  const given = { cwd: gateway.folder, encoding: 'utf8' as const, maxBuffer: 1e8, timeout: 60_000 };
  const { out, err } = await new Promise<{ out: string; err: string }>((resolve) => {
    execFile(process.execPath, [builtFile('router/cli/main'), ...args], given, (_error, out, err) =>
      resolve({ out, err }),
    );
  });
  expect(err).toBe('');
  return JSON.parse(out) as Record<string, unknown>;
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!isSo() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isSo()).toBe(true);
}

const configWith = (shadow: object) => ({
  ...shopAndClinic(low, high),
  routing: { thresholds: { level2: 1, level3: 1 }, shadow },
});

beforeAll(async () => {
  [low, high] = await startLowAndHigh();
  gateway = await startGateway(configWith({ share: 1 }));
});
afterAll(async () => {
  await gateway?.dispose();
  await Promise.all([low?.close(), high?.close()]);
});

describe('shadow sampling', () => {
  it('judges what consenting callers asked, on both levels, redacted, and keeps no text', async () => {
    for (let i = 0; i < EASY; i += 1)
      expect((await ask(`What is ${i} plus one? Mail bob${i}@example.org.`, 'key-of-the-shop')).status).toBe(
        200,
      );
    for (let i = 0; i < HARD; i += 1)
      expect((await ask(`Prove theorem ${i} for eve@example.org.`, 'key-of-the-shop')).status).toBe(200);
    expect((await ask('Call me: ann@example.org', 'key-of-the-clinic')).status).toBe(200);
    await until(() => labels().length === EASY + HARD);
    expect(labels().filter(({ isLoss }) => isLoss)).toHaveLength(HARD);
    expect(labels().every(({ caller, highMicrousd }) => caller === 'shop' && highMicrousd > 0)).toBe(true);
    // Every request was answered low, so all that went up was a shadow's.
    expect(high.requests).toHaveLength(EASY + HARD);
    expect(JSON.stringify(high.requests)).not.toContain('@example.org');
    const text = readFileSync(join(gateway.folder, LABELS), 'utf8');
    expect(text).not.toMatch(/theorem|example|induction/);
    expect(statSync(join(gateway.folder, LABELS)).mode & 0o077).toBe(0);
  });

  it('is told by the status, which changes nothing; and calibrate does not pay for it again', async () => {
    expect(await command('calibrate', '--status', '--json')).toMatchObject({
      ...{ calibratedAt: null, promise: null, shadow: null, shifts: [], labels: EASY + HARD },
      advice: expect.stringMatching(/nothing is calibrated/),
    });
    expect(existsSync(join(gateway.folder, 'tiergate.calibration.json'))).toBe(false);
    const before = high.requests.length;
    expect(await command('calibrate', '--json', '--apply')).toMatchObject({
      ...{ judged: EASY + HARD, shadowed: EASY + HARD, losses: HARD, spentMicrousd: 0 },
    });
    expect(high.requests).toHaveLength(before);
    expect(await command('calibrate', '--status', '--json')).toMatchObject({
      ...{ promise: { alpha: 0.05, delta: 0.1 }, labels: EASY + HARD },
      shadow: { judged: 0, verdict: 'open' },
    });
  });

  it('stops at its budget', async () => {
    const poor = await startGateway(configWith({ share: 1, budget_usd_per_day: 0 }));
    try {
      const before = high.requests.length;
      const response = await fetch(`${poor.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: 'Bearer key-of-the-shop', 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'auto',
          messages: [{ role: 'user', content: '3 plus one?' }],
          max_tokens: 9,
        }),
      });
      expect(response.status).toBe(200);
      await poor.stop();
      expect(high.requests).toHaveLength(before);
      expect(existsSync(join(poor.folder, LABELS))).toBe(false);
    } finally {
      await poor.dispose();
    }
  });
});

describe('the judges', () => {
  let local: InProcess;
  let judge: FakeUpstream;
  let says: (question: string) => string;

  const pair = (lowText: string, highText: string): AnsweredCapture => {
    const answered = (content: string) => ({
      message: { role: 'assistant', content } as ChatMessage,
      ...{ costMicrousd: 0, confidence: null },
    });
    return {
      capture: { id: 'r1', caller: 'shop', task: 'chat', request: '{}' },
      request: { model: 'auto', messages: [{ role: 'user', content: 'Where is Oslo?' }] },
      ...{ low: answered(lowText), high: answered(highText) },
    };
  };

  beforeAll(async () => {
    judge = await startFakeUpstream({ reply: (request) => ({ text: says(lastUserText(request)) }) });
    const path = join(gateway.folder, 'judges.yaml');
    writeFileSync(
      path,
      JSON.stringify({
        tiers: {
          1: { targets: [{ id: 'local/tiny', model_file: tinyModel() }] },
          2: { targets: [{ id: 'house/judge', base_url: judge.url }] },
        },
        ledger: { path: join(gateway.folder, 'judges.db') },
      }),
    );
    const loaded = loadConfig({ path, env: {}, cwd: gateway.folder });
    const log = createLog('silent', null);
    local = createGateway(loaded, {
      ...{ hosts: startHosts(loaded, log), share: ALL, startedAtS: 0, log },
      ledger: await openLedger({ path: loaded.config.ledger.path }),
    });
  });
  afterAll(async () => {
    await local?.close();
    await judge?.close();
  });

  const judged = (name: 'judge' | 'embedder', target: string, minSimilarity = 0.9) =>
    judgeOf(local, { [name]: target, minSimilarity });

  it('without a model takes prose that differs for a loss, and asks nobody where form decides', async () => {
    const byForm = judgeOf(local, { minSimilarity: 0.9 });
    expect(await byForm(pair('In Norway.', 'in  norway'))).toBe(true);
    expect(await byForm(pair('In Norway.', 'It is in Norway.'))).toBe(false);
    says = () => 'no';
    expect(await judged('judge', 'house/judge')(pair('In Norway.', 'in  norway'))).toBe(true);
    expect(judge.requests).toHaveLength(0);
  });

  it('by a model is right where the model is, whichever place an answer has', async () => {
    // As good as the other: the one that says Norway.
    says = (question) => {
      const asked = /Is the (first|second)/.exec(question)![1]!;
      return new RegExp(`<${asked}>[^<]*Norway`).test(question) ? 'Yes.' : 'No, it is wrong.';
    };
    const byModel = judged('judge', 'house/judge');
    expect(await byModel(pair('In Norway.', 'It is in Norway.'))).toBe(true);
    expect(await byModel(pair('In Sweden.', 'It is in Norway.'))).toBe(false);
    // Both places for the first pair; the second is settled by its first question.
    expect(judge.requests).toHaveLength(3);
  });

  it('by a model that always likes one place believes nothing', async () => {
    for (const place of ['first', 'second']) {
      says = (question) => (question.includes(`Is the ${place}`) ? 'yes' : 'no');
      expect(await judged('judge', 'house/judge')(pair('In Norway.', 'It is in Norway.'))).toBe(false);
    }
    says = () => 'I cannot tell; yes or no?';
    expect(await judged('judge', 'house/judge')(pair('In Norway.', 'It is in Norway.'))).toBe(false);
  });

  it('by embeddings compares the cosine with its limit', async () => {
    const texts = ['In Norway.', 'Bananas are yellow and sweet.'] as const;
    const { runner } = local.runners.get('local/tiny')!;
    const given = await runner.chat(
      {
        request: { model: 'x', messages: texts.map((content) => ({ role: 'user', content })) },
        ...{ redacted: false, surface: 'embeddings' },
      },
      { requestId: 'x', signal: new AbortController().signal },
    );
    const [a, b] = (
      given as unknown as { completion: { data: { embedding: number[] }[] } }
    ).completion.data.map(({ embedding }) => embedding) as [number[], number[]];
    // The engine gives vectors of length 1: their cosine is the sum of products.
    const cosine = a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    expect(cosine).toBeLessThan(0.99);
    const byVectors = (limit: number) => judged('embedder', 'local/tiny', limit)(pair(...texts));
    expect(await byVectors(Math.max(0, cosine - 0.01))).toBe(cosine >= 0);
    expect(await byVectors(cosine + 0.01)).toBe(false);
  });

  it('must be targets, and an embedder a local one: answers are not sent away to be compared', () => {
    expect(() => judged('judge', 'nobody/x')).toThrow(
      /nobody\/x is no target; the config has: local\/tiny, house\/judge/,
    );
    expect(() => judged('embedder', 'house/judge')).toThrow(/no local target; the config has: local\/tiny/);
  });
});
