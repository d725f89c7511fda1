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
});
