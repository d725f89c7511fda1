import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slots } from '../../../tiers/concurrency.ts';
import { virtualClock } from './virtual-clock.ts';

const forever = new AbortController().signal;
const make = (maxConcurrent: number, maxQueued: number) => {
  const clock = virtualClock();
  return { clock, slots: new Slots('low/a', { maxConcurrent, maxQueued }, clock) };
};

describe('slots', () => {
  it('admit waiters first come, first served', async () => {
    const { slots, clock } = make(1, 3);
    const order: string[] = [];
    await slots.enter(forever, 1_000);
    const waiting = ['a', 'b', 'c'].map((name) => slots.enter(forever, 1_000).then(() => order.push(name)));
    expect([slots.busy, slots.queued]).toEqual([1, 3]);
    for (let i = 0; i < 3; i++) slots.leave();
    await Promise.all(waiting);
    expect(order).toEqual(['a', 'b', 'c']);
    slots.leave();
    expect([slots.busy, slots.queued, clock.pending()]).toEqual([0, 0, 0]);
  });

  it('refuse when the queue is full or the wait is over, with what to do', async () => {
    const { slots, clock } = make(1, 1);
    expect(slots.tryEnter()).toBe(true);
    const late = slots.enter(forever, 500);
    await expect(slots.enter(forever, 500)).rejects.toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    await expect(slots.enter(forever, 0)).rejects.toThrow(
      'all 1 slots of low/a are busy and 1 requests wait already',
    );
    clock.advance(500);
    await expect(late).rejects.toThrow('none came free within 500 ms');
    expect(slots.queued).toBe(0);
  });

  it('forget a waiter whose client left', async () => {
    const { slots, clock } = make(1, 2);
    slots.tryEnter();
    const controller = new AbortController();
    const gone = slots.enter(controller.signal, 1_000);
    const stays = slots.enter(forever, Number.POSITIVE_INFINITY);
    controller.abort();
    await expect(gone).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await expect(slots.enter(controller.signal, 1)).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    slots.leave();
    await stays;
    expect([slots.busy, slots.queued, clock.pending()]).toEqual([1, 0, 0]);
  });

  it('never admit more than the limit and lose no slot, in any order of events', async () => {
    const step = fc.constantFrom('enter', 'leave', 'abort', 'wait');
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
        fc.array(step, { maxLength: 40 }),
        async (limit, queue, steps) => {
          const { slots, clock } = make(limit, queue);
          const settle = () => new Promise((resolve) => setImmediate(resolve));
          const controllers: AbortController[] = [];
          let inside = 0;
          for (const kind of steps) {
            if (kind === 'enter') {
              const controller = new AbortController();
              controllers.push(controller);
              slots.enter(controller.signal, 10).then(
                () => inside++,
                () => {},
              );
            } else if (kind === 'abort') controllers.shift()?.abort();
            else if (kind === 'wait') clock.advance(6);
            else if (inside > 0) {
              inside--;
              slots.leave();
            }
            await settle();
            expect(inside).toBe(slots.busy);
            expect(inside).toBeLessThanOrEqual(limit);
            expect(slots.queued).toBeLessThanOrEqual(queue);
          }
          clock.advance(10);
          await settle();
          for (; inside > 0; inside--) slots.leave();
          expect([slots.busy, slots.queued, clock.pending()]).toEqual([0, 0, 0]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
