import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scheduler, type SchedulerOptions } from '../../../engine/scheduler.ts';
import type { Turn } from '../../../engine/sequence.ts';
import { expectedTokens, ScriptedEngine } from './scripted-engine.ts';
import { start } from './start-sequence.ts';

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
    now: () => engine.clock.ms,
    ...options,
  });
  return { engine, scheduler };
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

  it('keeps running streams under twice their idle pace while a long prompt is read', async () => {
    const { engine, scheduler } = setUp({ nCtx: 8192, nBatch: 512, kvTokens: 16_384 });
    engine.stepMs = 20;
    const gaps: number[] = [];
    let last = 0;
    const short = start(scheduler, prompt(4), {
      maxTokens: 700,
      until() {
        gaps.push(engine.clock.ms - last);
        last = engine.clock.ms;
        return false;
      },
    });
    while (short.sampled.length < 20) await new Promise((resolve) => setImmediate(resolve));
    const idle = engine.stepMs + engine.rowMs;
    expect(Math.max(...gaps.slice(1))).toBe(idle);
    const long = await start(scheduler, prompt(4000, 2), { maxTokens: 1 }).done;
    const reading = gaps.slice(20);
    expect(long.sampled).toHaveLength(1);
    expect(reading.length).toBeGreaterThan(100);
    expect(Math.max(...reading)).toBeLessThan(2 * idle);
    // It uses what it may: 12 tokens of prompt in most steps.
    expect(reading.length).toBeLessThan(4000 / 10);
    await short.done;
    await scheduler.close();
  });

  it('lets a short prompt overtake a long one, which gets on meanwhile', async () => {
    const { engine, scheduler } = setUp({ nCtx: 4096, nBatch: 64, kvTokens: 8192 });
    const order: string[] = [];
    const long = start(scheduler, prompt(2000, 2), { maxTokens: 1 }).done.then(() => order.push('long'));
    await new Promise((resolve) => setImmediate(resolve));
    const short = start(scheduler, prompt(60, 3), { maxTokens: 1 }).done.then(() => order.push('short'));
    await Promise.all([long, short]);
    expect(order).toEqual(['short', 'long']);
    const both = engine.steps.filter((items) => items.length === 2);
    expect(both[0]!.map(({ tokens }) => tokens)).toEqual([16, 48]);
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
    const runs = [300, 300, 300].map((length, index) =>
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

  it('takes the lower priority first, then the user with less running, then the earlier deadline', async () => {
    const { scheduler } = setUp({ kvTokens: 2048 }, { maxActive: 2 });
    const order: string[] = [];
    const run = (name: string, turn: Partial<Turn>, maxTokens = 3) =>
      start(scheduler, prompt(4, name.length), { maxTokens, turn }).done.then(() => order.push(name));
    // One of ann's runs to the end; the other place is passed on.
    const first = [run('ann, long', { user: 'ann' }, 60), run('ann', { user: 'ann' }, 8)];
    while (scheduler.stats().active < 2) await new Promise((resolve) => setImmediate(resolve));
    const rest = [
      run('ann again', { user: 'ann' }),
      run('bob', { user: 'bob' }),
      run('urgent', { user: 'ann', priority: -1 }),
      run('soon', { user: 'bob', startWithinMs: 60_000 }),
    ];
    await Promise.all([...first, ...rest]);
    expect(order).toEqual(['ann', 'urgent', 'soon', 'bob', 'ann again', 'ann, long']);
    await scheduler.close();
  });

  it('refuses what still waits at its deadline, and lets run what began before it', async () => {
    const { scheduler } = setUp({}, { maxActive: 1 });
    const first = start(scheduler, prompt(4), { maxTokens: 400, turn: { startWithinMs: 1 } });
    const late = start(scheduler, prompt(4), { turn: { startWithinMs: 1 } });
    await expect(late.done).rejects.toMatchObject({ code: 'ENGINE_OVERLOADED', retryAfterS: 1 });
    expect((await first.done).sampled).toHaveLength(400);
    expect(scheduler.stats().waiting).toBe(0);
    await scheduler.close();
  });

  it('guesses where a text repeats itself, takes fewer steps, and gives the same tokens', async () => {
    const repeating = Array.from({ length: 400 }, (_, i) => i % 20);
    const steps = await Promise.all(
      [true, false].map(async (speculation) => {
        const { engine, scheduler } = setUp({ nCtx: 1024, kvTokens: 1024 }, { speculation });
        engine.rowMs = 0.5;
        engine.next = (timeline) => timeline.length % 20;
        const run = await start(scheduler, repeating, { maxTokens: 200 }).done;
        expect(run.sampled).toEqual(Array.from({ length: 200 }, (_, i) => i % 20));
        await scheduler.close();
        return engine.steps.length;
      }),
    );
    expect(steps[0]).toBeLessThan(steps[1]! / 3);
  });

  it('stops guessing when guesses are wrong', async () => {
    const { engine, scheduler } = setUp({ nCtx: 2048, kvTokens: 2048 });
    // Three tokens that repeat, then a surprise.
    engine.next = (timeline) =>
      timeline.length % 4 === 3 ? (timeline.length * 7) % 500 : timeline.length % 4;
    await start(scheduler, [0, 1, 2, 3], { maxTokens: 400 }).done;
    const wrong = engine.steps
      .slice(200)
      .flat()
      .reduce((sum, { draft }) => sum + draft, 0);
    expect(wrong).toBeLessThan(30);
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
