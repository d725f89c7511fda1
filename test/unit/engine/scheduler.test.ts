import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NativeStepResult } from '../../../engine/binding.ts';
import { Scheduler, type SchedulerOptions } from '../../../engine/scheduler.ts';
import { expectedTokens, ScriptedEngine } from './scripted-engine.ts';

const prompt = (length: number, first = 1): number[] =>
  Array.from({ length }, (_, i) => (first * 37 + i) % 500);

function setUp(
  engineOptions: { nCtx?: number; nBatch?: number; kvTokens?: number } = {},
  options: Partial<SchedulerOptions> = {},
) {
  const engine = new ScriptedEngine(engineOptions);
  const scheduler = new Scheduler(engine, {
    kvTokens: engineOptions.kvTokens ?? 512,
    maxQueue: 8,
    maxActive: 4,
    promptChunk: 16,
    ...options,
  });
  return { engine, scheduler };
}

interface RunOptions {
  maxTokens?: number;
  signal?: AbortSignal;
  until?: (tokens: number[]) => boolean;
  isBehind?: () => boolean;
}

/** Runs one sequence and collects what it samples. */
function start(scheduler: Scheduler, tokens: number[], options: RunOptions = {}) {
  const sampled: number[] = [];
  const done = scheduler
    .run({
      prompt: Int32Array.from(tokens),
      maxTokens: options.maxTokens ?? 8,
      sampler: { temperature: 0 },
      topTokens: 0,
      signal: options.signal ?? new AbortController().signal,
      isBehind: options.isBehind ?? (() => false),
      onToken(result: NativeStepResult) {
        sampled.push(result.token);
        return !options.until?.(sampled);
      },
    })
    .then(({ reason, cachedTokens }) => ({ reason, sampled, cached: cachedTokens }));
  return { done, sampled };
}

describe('scheduler', () => {
  it('gives each of many overlapping sequences exactly what it would get alone', async () => {
    const request = fc.record({
      length: fc.integer({ min: 1, max: 150 }),
      first: fc.nat(3),
      maxTokens: fc.integer({ min: 1, max: 30 }),
      delayTurns: fc.nat(12),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 8 }), async (requests) => {
        const { engine, scheduler } = setUp();
        await Promise.all(
          requests.map(async ({ length, first, maxTokens, delayTurns }) => {
            for (let i = 0; i < delayTurns; i++) await new Promise((resolve) => setImmediate(resolve));
            const { sampled, reason } = await start(scheduler, prompt(length, first), { maxTokens }).done;
            expect(sampled).toEqual(expectedTokens(prompt(length, first), maxTokens));
            expect(reason).toBe('length');
          }),
        );
        await scheduler.close();
        expect(engine.open).toEqual([]);
        expect(engine.closed).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('decodes others in every step in which a long prompt is read, in bounded chunks', async () => {
    const { engine, scheduler } = setUp();
    const short = start(scheduler, prompt(4), { maxTokens: 40 });
    while (short.sampled.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await start(scheduler, prompt(200, 2), { maxTokens: 1 }).done;
    await short.done;
    const mixed = engine.steps.filter((items) => items.some(({ tokens }) => tokens > 1) && items.length > 1);
    expect(mixed.length).toBeGreaterThanOrEqual(200 / 16);
    for (const items of mixed) {
      expect(items[0]).toMatchObject({ tokens: 1, sample: true });
      expect(items.slice(1).reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(16);
    }
    await scheduler.close();
  });

  it('reads a prompt at full batch width when nobody decodes', async () => {
    const { engine, scheduler } = setUp();
    await start(scheduler, prompt(200), { maxTokens: 1 }).done;
    expect(engine.steps.map((items) => items[0]!.tokens)).toEqual([64, 64, 64, 8]);
    await scheduler.close();
  });

  it('refuses what can never fit, with both numbers', async () => {
    const { scheduler } = setUp();
    await expect(start(scheduler, prompt(500), { maxTokens: 13 }).done).rejects.toMatchObject({
      code: 'CONTEXT_OVERFLOW',
      message: expect.stringMatching(/500 tokens.* 13 .*window is 512/),
    });
    await expect(start(scheduler, prompt(500), { maxTokens: 12 }).done).resolves.toMatchObject({
      reason: 'length',
    });
    await scheduler.close();
  });

  it('lets a sequence wait for KV room instead of failing it, in order of arrival', async () => {
    const { scheduler } = setUp({ kvTokens: 512 });
    const order: number[] = [];
    const runs = [300, 300, 10].map((length, index) =>
      start(scheduler, prompt(length, index), { maxTokens: 20 }).done.then(() => order.push(index)),
    );
    await Promise.all(runs);
    expect(order).toEqual([0, 1, 2]);
    await scheduler.close();
  });

  it('refuses one more than the queue holds, with a time to retry', async () => {
    const { scheduler } = setUp({}, { maxQueue: 2, maxActive: 1 });
    const first = start(scheduler, prompt(4), { maxTokens: 30 });
    while (first.sampled.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const waiting = [start(scheduler, prompt(4)).done, start(scheduler, prompt(4)).done];
    await expect(start(scheduler, prompt(4)).done).rejects.toMatchObject({
      code: 'ENGINE_OVERLOADED',
      status: 429,
      retryAfterS: 1,
    });
    await Promise.all([first.done, ...waiting]);
    await scheduler.close();
  });

  it('ends a cancelled sequence at once, before, during and after its prompt, and frees its place', async () => {
    const { engine, scheduler } = setUp({}, { maxActive: 1 });
    const running = new AbortController();
    const queued = new AbortController();
    const first = start(scheduler, prompt(200), { maxTokens: 100, signal: running.signal });
    const second = start(scheduler, prompt(5), { signal: queued.signal });
    const third = start(scheduler, prompt(6), { maxTokens: 3 });
    queued.abort();
    await expect(second.done).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await new Promise((resolve) => setImmediate(resolve));
    running.abort();
    await expect(first.done).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    expect((await third.done).sampled).toHaveLength(3);
    expect(engine.open).toEqual([]);
    await expect(start(scheduler, prompt(3), { signal: running.signal }).done).rejects.toMatchObject({
      code: 'CLIENT_CLOSED',
    });
    await scheduler.close();
  });

  it('fails only the sequence whose step fails, and lives on', async () => {
    const { engine, scheduler } = setUp();
    engine.fault = (items) => {
      if (items.some(({ tokens }) => tokens.includes(499))) throw new Error('a bad token');
    };
    const good = start(scheduler, [1, 2, 3], { maxTokens: 12, until: () => false });
    const bad = start(scheduler, [499, 1, 2]);
    await expect(bad.done).rejects.toMatchObject({ code: 'INTERNAL' });
    const survivor = await good.done.catch((error: Error) => error);
    expect(survivor).toMatchObject({ reason: 'length', sampled: expectedTokens([1, 2, 3], 12) });
    engine.fault = () => {};
    await expect(start(scheduler, [5, 6]).done).resolves.toMatchObject({ reason: 'length' });
    expect(engine.freeKvTokens()).toBeGreaterThan(0);
    await scheduler.close();
    expect(engine.open).toEqual([]);
  });

  it('fails a sequence whose consumer throws, with the others unharmed', async () => {
    const { scheduler } = setUp();
    const other = start(scheduler, prompt(3, 2));
    const broken = start(scheduler, prompt(3), {
      until() {
        throw new Error('consumer');
      },
    });
    await expect(broken.done).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(other.done).resolves.toMatchObject({ reason: 'length' });
    await scheduler.close();
  });

  it('reuses the longest common prefix of finished sequences, and the answer is the same', async () => {
    const { engine, scheduler } = setUp();
    const first = await start(scheduler, prompt(100), { maxTokens: 10 }).done;
    const turn = [...prompt(100), ...first.sampled, 7, 8, 9];
    const second = await start(scheduler, turn, { maxTokens: 5 }).done;
    // The last sampled token was never evaluated.
    expect(second).toMatchObject({ cached: 109, sampled: expectedTokens(turn, 5) });
    const again = await start(scheduler, prompt(100), { maxTokens: 10 }).done;
    expect(again).toMatchObject({ cached: 99, sampled: first.sampled });
    const sibling = [...prompt(90), 3, 4, 5];
    expect(await start(scheduler, sibling, { maxTokens: 5 }).done).toMatchObject({
      cached: 90,
      sampled: expectedTokens(sibling, 5),
    });
    expect(engine.open).toHaveLength(0);
    await scheduler.close();
  });

  it('reads a prompt once when several requests for it run at the same time', async () => {
    const { engine, scheduler } = setUp({ kvTokens: 2048 });
    const runs = await Promise.all([1, 2, 3, 4].map(() => start(scheduler, prompt(300)).done));
    for (const { sampled } of runs) expect(sampled).toEqual(expectedTokens(prompt(300), 8));
    const read = engine.steps.flat().reduce((sum, { tokens }) => sum + tokens, 0);
    expect(read).toBeLessThan(300 + 4 * 64 + 4 * 8);
    await scheduler.close();
  });

  it('leaves out a sequence whose reader is behind, and takes it up again on wake', async () => {
    const { scheduler } = setUp();
    let behind = false;
    const slow = start(scheduler, prompt(3), {
      maxTokens: 6,
      isBehind: () => behind,
      until(tokens) {
        behind = tokens.length === 2;
        return false;
      },
    });
    const fast = await start(scheduler, prompt(3, 2), { maxTokens: 20 }).done;
    expect(fast.sampled).toHaveLength(20);
    expect(slow.sampled).toHaveLength(2);
    behind = false;
    scheduler.wake();
    expect((await slow.done).sampled).toEqual(expectedTokens(prompt(3), 6));
    await scheduler.close();
  });

  it('refuses work when closed, and ends what was running', async () => {
    const { engine, scheduler } = setUp();
    const running = start(scheduler, prompt(3), { maxTokens: 400 });
    const ended = expect(running.done).rejects.toMatchObject({ code: 'ENGINE_OVERLOADED', status: 503 });
    await scheduler.close();
    await ended;
    await expect(start(scheduler, prompt(3)).done).rejects.toMatchObject({ code: 'ENGINE_OVERLOADED' });
    expect(engine.closed).toBe(true);
  });
});
