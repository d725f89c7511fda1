// The chain over real runners and a real upstream: what is tried, in which order, with what, and what it is written down as.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../contract/chat.ts';
import { GatewayError } from '../../contract/errors.ts';
import type { Candidate } from '../../contract/policy.ts';
import type { Outgoing, Target } from '../../contract/tier.ts';
import { ChainFailure, type ChainOptions, runChain } from '../../tiers/chain.ts';
import { createEgress, type Egress } from '../../tiers/egress.ts';
import { type GuardedRunner, guardRunner } from '../../tiers/guard.ts';
import openai from '../../tiers/providers/openai.ts';
import { createRemoteRunner } from '../../tiers/remote.ts';
import { FAILURES, type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';

const TIMEOUTS = { connectMs: 2_000, firstByteMs: 2_000, idleMs: 2_000, totalMs: 0 };
const FAST = { retries: 2, baseMs: 1, capMs: 2, retryAfterCapMs: 1_500 };

let low: FakeUpstream;
let high: FakeUpstream;
let egress: Egress;
let runners: Map<string, GuardedRunner>;

const targetOf = (id: string, tier: 2 | 3): Target => ({
  id,
  tier,
  zone: tier === 2 ? 'private' : 'external',
  provider: 'openai',
  model: `${id}-model`,
  contextWindow: null,
  capabilities: {
    tools: true,
    jsonMode: true,
    jsonSchema: true,
    vision: false,
    audio: false,
    logprobs: true,
    multipleChoices: true,
  },
  price: { inputUsdPerMtok: 1, outputUsdPerMtok: 2, cachedInputUsdPerMtok: 0.5, source: 'test' },
});

const runnerOf = (target: Target, url: string, timeouts = TIMEOUTS) =>
  guardRunner(
    createRemoteRunner({
      target,
      provider: openai,
      baseUrl: url,
      apiKey: 'sk-secret-key-1',
      timeouts,
      egress,
    }),
    { retry: FAST },
  );

const candidate = (target: string, redact = false): Candidate => ({ target, redact, reason: 'test' });
const ask = (stream = false): ChatRequest => ({
  model: 'auto',
  stream,
  messages: [{ role: 'user', content: 'Say it again' }],
});

/** Runs the chain over `low/a` (tier 2), `low/b` (tier 2) and `high/c` (tier 3). */
function run(request: ChatRequest, options: Partial<ChainOptions> = {}) {
  return runChain({
    decision: { candidates: [candidate('low/a'), candidate('low/b'), candidate('high/c')] },
    runners,
    requestFor: (): Outgoing => ({ request, redacted: false }),
    context: { requestId: 'r1', signal: new AbortController().signal },
    ...options,
  });
}

const failureOf = async (promise: Promise<unknown>): Promise<ChainFailure> => {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ChainFailure);
  return error as ChainFailure;
};

beforeAll(async () => {
  [low, high] = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
  egress = createEgress({ allowedOrigins: [low.url, high.url, 'http://127.0.0.1:9'] });
});
afterAll(() => Promise.all([egress.close(), low.close(), high.close()]));
beforeEach(() => {
  low.requests.length = 0;
  high.requests.length = 0;
  runners = new Map([
    ['low/a', runnerOf(targetOf('low/a', 2), low.url)],
    ['low/b', runnerOf(targetOf('low/b', 2), low.url)],
    ['high/c', runnerOf(targetOf('high/c', 3), high.url)],
  ]);
});

describe('the chain', () => {
  it('answers from the first candidate and writes one complete record', async () => {
    const result = await run(ask());
    expect(result.answer).toMatchObject({
      kind: 'completion',
      completion: { choices: [{ message: { content: 'Say it again' } }] },
    });
    const [record, ...more] = await result.finish();
    expect(more).toEqual([]);
    expect(record).toMatchObject({
      index: 0,
      target: 'low/a',
      tier: 2,
      kind: 'first',
      outcome: 'ok',
      status: 200,
      errorCode: null,
      tokenProvenance: 'reported',
      priceSource: 'test',
    });
    expect(record!.costMicrousd).toBe(record!.inputTokens! + 2 * record!.outputTokens!);
    expect(high.requests).toHaveLength(0);
  });

  it('retries, then falls back in the tier, then escalates, asking the gate each time', async () => {
    low.next(FAILURES.serverError, FAILURES.unavailable, FAILURES.serverError, FAILURES.badRequest);
    const asked: string[] = [];
    const result = await run(ask(), {
      requestFor: (target) => {
        asked.push(target.id);
        return { request: ask(), redacted: false };
      },
    });
    const records = await result.finish();
    expect(records.map((one) => [one.target, one.kind, one.outcome, one.status])).toEqual([
      ['low/a', 'first', 'error', 500],
      ['low/a', 'retry', 'error', 503],
      ['low/a', 'retry', 'error', 500],
      ['low/b', 'fallback', 'error', 400],
      ['high/c', 'escalate', 'ok', 200],
    ]);
    expect(records.slice(0, 4).map((one) => one.costMicrousd)).toEqual([0, 0, 0, 0]);
    expect(asked).toEqual(['low/a', 'low/a', 'low/a', 'low/b', 'high/c']);
  });

  it('never sends an unredacted request where only a redacted one may go', async () => {
    const failure = await failureOf(run(ask(), { decision: { candidates: [candidate('high/c', true)] } }));
    expect(failure.code).toBe('EGRESS_BLOCKED');
    expect(failure.attempts[0]).toMatchObject({ outcome: 'blocked', redacted: false, costMicrousd: 0 });
    expect(high.requests).toHaveLength(0);
  });

  it('moves past a target that the gate or the door refuses', async () => {
    const result = await run(ask(), {
      requestFor: (target) => ({
        request: ask(),
        redacted: false,
        check: () => (target.id === 'low/a' ? '1 EMAIL found' : null),
      }),
    });
    const records = await result.finish();
    expect(records.map((one) => [one.target, one.outcome, one.errorCode])).toEqual([
      ['low/a', 'blocked', 'EGRESS_BLOCKED'],
      ['low/b', 'ok', null],
    ]);
    expect(low.requests).toHaveLength(1);
  });

  it('never goes to a target that the decision does not list', async () => {
    low.next(FAILURES.badRequest);
    const failure = await failureOf(
      run(ask(), { decision: { candidates: [candidate('low/a'), candidate('gone/x')] } }),
    );
    expect(failure).toMatchObject({ code: 'PROVIDER_REJECTED', status: 400 });
    expect(failure.message).toContain("Invalid value for 'temperature'");
    expect(failure.skipped).toEqual([{ target: 'gone/x', reason: 'not a running target' }]);
    expect(high.requests).toHaveLength(0);
  });

  it('honours Retry-After, and leaves a target that asks for too long', async () => {
    low.next({ ...FAILURES.rateLimited, headers: { 'retry-after-ms': '80' } });
    const started = performance.now();
    expect((await (await run(ask())).finish()).map((one) => one.kind)).toEqual(['first', 'retry']);
    expect(performance.now() - started).toBeGreaterThanOrEqual(79);
    low.next({ ...FAILURES.rateLimited, headers: { 'retry-after': '30' } });
    expect((await (await run(ask())).finish()).map((one) => [one.target, one.kind])).toEqual([
      ['low/a', 'first'],
      ['low/b', 'fallback'],
    ]);
  });

  it('does not wait beyond the deadline', async () => {
    low.next({ ...FAILURES.rateLimited, headers: { 'retry-after': '1' } });
    const failure = await failureOf(
      run(ask(), { decision: { candidates: [candidate('low/a')] }, deadlineAt: performance.now() + 300 }),
    );
    expect(failure).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', retryAfterS: 1, status: 429 });
    expect(failure.attempts).toHaveLength(1);
  });

  it("stops at once when the deadline aborts a running attempt, with the pipeline's own error", async () => {
    low.next({ headersAfterMs: 5_000 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new GatewayError('REQUEST_TIMEOUT', 'deadline passed')), 50);
    const failure = await failureOf(run(ask(), { context: { requestId: 'r', signal: controller.signal } }));
    expect(failure.code).toBe('REQUEST_TIMEOUT');
    expect(failure.attempts).toMatchObject([
      { outcome: 'error', tokenProvenance: 'estimated-partial', outputTokens: 0 },
    ]);
    expect(low.requests).toHaveLength(1);
    await expect.poll(() => low.requests[0]!.aborted).toBe(true);
  });

  it('opens the breaker of a dead target and stops calling it', async () => {
    const dead = runnerOf(targetOf('low/a', 2), 'http://127.0.0.1:9/v1');
    runners.set('low/a', dead);
    for (let i = 0; i < 2; i++) await (await run(ask())).finish();
    expect(dead.breaker.state).toBe('open');
    expect(dead.state().reason).toMatch(/^breaker open for \d+ s$/);
    const result = await run(ask());
    expect((await result.finish()).map((one) => [one.target, one.kind])).toEqual([['low/b', 'first']]);
    expect(result.skipped).toEqual([{ target: 'low/a', reason: dead.state().reason }]);
    const failure = await failureOf(run(ask(), { decision: { candidates: [candidate('low/a')] } }));
    expect(failure).toMatchObject({ code: 'NO_TIER_AVAILABLE', status: 503, attempts: [] });
  });

  it("prefers the curable error when all fail, and shows an upstream's own words when all refuse", async () => {
    low.next(FAILURES.contextOverflow, FAILURES.contextOverflow);
    high.next(FAILURES.contextOverflow);
    const failure = await failureOf(run(ask()));
    expect(failure).toMatchObject({ code: 'CONTEXT_OVERFLOW', status: 400 });
    expect(failure.attempts.map((one) => one.target)).toEqual(['low/a', 'low/b', 'high/c']);
    low.next(FAILURES.unauthenticated, FAILURES.badRequest);
    high.next(FAILURES.badRequest);
    expect((await failureOf(run(ask()))).code).toBe('PROVIDER_UNAUTHENTICATED');
  });
});

describe('a streamed answer through the chain', () => {
  const read = async (result: Awaited<ReturnType<typeof run>>) => {
    if (result.answer.kind !== 'stream') throw new Error('not a stream');
    let text = '';
    for await (const batch of result.answer.events)
      for (const { chunk } of batch) text += chunk.choices[0]?.delta.content ?? '';
    return text;
  };

  it('has its record complete once the last event is read', async () => {
    const result = await run(ask(true));
    expect(await read(result)).toBe('Say it again');
    const [record] = await result.finish();
    expect(record).toMatchObject({ outcome: 'ok', status: 200, tokenProvenance: 'reported' });
    expect(record!.ttftMs).toBeGreaterThan(0);
    expect(record!.ttftMs).toBeLessThanOrEqual(record!.durationMs);
    expect(JSON.parse(low.requests[0]!.bodyText)).toMatchObject({
      model: 'low/a-model',
      stream_options: { include_usage: true },
    });
  });

  it('falls back while no event has arrived: refused, cut or failed before the first one', async () => {
    low.next({ ...FAILURES.badRequest }, { cutAfter: 0 });
    const result = await run(ask(true));
    expect(await read(result)).toBe('Say it again');
    expect((await result.finish()).map((one) => [one.target, one.errorCode])).toEqual([
      ['low/a', 'PROVIDER_REJECTED'],
      ['low/b', 'PROVIDER_PROTOCOL'],
      ['high/c', null],
    ]);
  });

  it.each([
    ['cut', { cutAfter: 3, chunkEveryMs: 2 }, 'PROVIDER_PROTOCOL'],
    ['ended without a finish reason', { endAfter: 3 }, 'PROVIDER_PROTOCOL'],
    ['broken by an error object', { errorAfter: 3 }, 'PROVIDER_ERROR'],
  ])(
    'throws once events were handed on and it is %s, without asking another target',
    async (_, reply, code) => {
      low.next(reply);
      const result = await run(ask(true));
      await expect(read(result)).rejects.toMatchObject({ code });
      const records = await result.finish();
      expect(records).toMatchObject([
        { outcome: 'cut', errorCode: code, tokenProvenance: 'estimated-partial' },
      ]);
      expect(records[0]!.outputTokens).toBeGreaterThan(0);
      expect(low.requests.length + high.requests.length).toBe(1);
    },
  );

  it('counts what was sent when the client leaves, and cancels the upstream', async () => {
    low.next({ text: 'word '.repeat(2_000), chunkSizes: [5], chunkEveryMs: 2 });
    const controller = new AbortController();
    const result = await run(ask(true), { context: { requestId: 'r', signal: controller.signal } });
    if (result.answer.kind !== 'stream') throw new Error('not a stream');
    let events = 0;
    const reading = (async () => {
      if (result.answer.kind === 'stream')
        for await (const _ of result.answer.events) if (++events === 10) controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    const [record] = await result.finish();
    expect(record).toMatchObject({
      outcome: 'client-closed',
      tokenProvenance: 'estimated-partial',
      status: 200,
    });
    expect(record!.outputTokens).toBeGreaterThanOrEqual(8);
    expect(record!.outputTokens).toBeLessThanOrEqual(12);
    expect(record!.inputTokens).toBeGreaterThan(0);
    await expect.poll(() => low.requests[0]!.aborted).toBe(true);
  });

  it('is cancelled by finish() when nobody reads on, and gives its slot back', async () => {
    low.next({ text: 'word '.repeat(2_000), chunkEveryMs: 2 });
    const result = await run(ask(true));
    expect(runners.get('low/a')!.slots.busy).toBe(1);
    const [record] = await result.finish(new GatewayError('RESTORE_FAILED', 'a placeholder is unknown'));
    expect(record).toMatchObject({ outcome: 'cut', errorCode: 'RESTORE_FAILED' });
    expect(runners.get('low/a')!.slots.busy).toBe(0);
    await expect.poll(() => low.requests[0]!.aborted).toBe(true);
  });

  it('is counted by us where the upstream reports nothing', async () => {
    low.next({ usage: null, text: 'hello world' });
    const result = await run(ask(true));
    await read(result);
    expect((await result.finish())[0]).toMatchObject({ tokenProvenance: 'counted', outputTokens: 2 });
  });
});
