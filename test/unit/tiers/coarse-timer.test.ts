import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CoarseTimer } from '../../../tiers/coarse-timer.ts';

/** Milliseconds until the timer ends; `during` runs after it was started. */
async function lasts(limitMs: number, during: (timer: CoarseTimer) => Promise<void> = async () => {}) {
  const start = performance.now();
  let endedAt: number | null = null;
  const timer = new CoarseTimer(() => {
    endedAt = performance.now() - start;
  });
  timer.start(limitMs);
  await during(timer);
  for (let waited = 0; endedAt === null && waited < 400; waited += 10) await sleep(10);
  timer.stop();
  return endedAt;
}

describe('CoarseTimer', () => {
  it('never ends early', async () => {
    for (const limitMs of [1, 19, 20, 21, 70]) expect(await lasts(limitMs)).toBeGreaterThanOrEqual(limitMs);
  });

  it('does not end once stopped, nor without a limit', async () => {
    expect(await lasts(30, async (timer) => timer.stop())).toBeNull();
    expect(await lasts(0)).toBeNull();
    expect(await lasts(30, async (timer) => timer.start(0))).toBeNull();
  });

  it('counts from the last refresh, and with the last limit', async () => {
    const refreshed = await lasts(60, async (timer) => {
      await sleep(40);
      timer.refresh();
    });
    expect(refreshed).toBeGreaterThanOrEqual(95); // 40 + 60, and timers that wake a little early
    expect(await lasts(30, async (timer) => timer.start(90))).toBeGreaterThanOrEqual(90);
  });

  it('ends each of many once, those that another end stopped or refreshed not at all or later', async () => {
    const start = performance.now();
    const ended: [name: string, afterMs: number][] = [];
    const timers: Record<string, CoarseTimer> = {};
    const add = (name: string, limitMs: number, onEnd = (): void => {}): void => {
      timers[name] = new CoarseTimer(() => {
        ended.push([name, performance.now() - start]);
        onEnd();
      });
      timers[name].start(limitMs);
    };
    add('first', 30, () => {
      timers['stopped']?.stop();
      timers['refreshed']?.refresh();
      add('new', 30);
    });
    for (const name of ['stopped', 'refreshed', 'last']) add(name, 30);
    for (let i = 0; i < 100; i += 1) add(`gone ${i}`, 30);
    for (let i = 0; i < 100; i += 1) timers[`gone ${(i * 37) % 100}`]?.stop();
    await sleep(250);
    expect(ended.map(([name]) => name).sort()).toEqual(['first', 'last', 'new', 'refreshed']);
    for (const [name, afterMs] of ended)
      expect(afterMs, name).toBeGreaterThanOrEqual(name === 'new' || name === 'refreshed' ? 60 : 30);
  });
});
