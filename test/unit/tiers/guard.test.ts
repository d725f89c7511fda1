import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../contract/errors.ts';
import type { TargetRunner } from '../../../contract/tier.ts';
import { guardRunner } from '../../../tiers/guard.ts';
import { virtualClock } from './virtual-clock.ts';

const runner = {
  target: { id: 'low/a' },
  state: () => ({ available: false, reason: 'no model file' }),
  chat: () => Promise.reject(new GatewayError('NO_LOCAL_MODEL', 'none')),
  close: async () => {},
} as unknown as TargetRunner;

describe('a guarded runner', () => {
  it('tells its breaker from the runner, and keeps the defaults that are not given', () => {
    const clock = virtualClock();
    const guarded = guardRunner(runner, { clock, breaker: { openMs: 2_500 }, slots: { maxConcurrent: 1 } });
    const load = { running: 0, limit: 1 };
    expect(guarded.state()).toEqual({ available: false, reason: 'no model file', load });
    for (let i = 0; i < 5; i++) guarded.breaker.enter()!.settle('failure');
    expect(guarded.state()).toEqual({ available: false, reason: 'breaker open for 3 s' });
    clock.advance(2_500);
    expect(guarded.state()).toEqual({ available: false, reason: 'no model file', load });
    expect([guarded.slots.tryEnter(), guarded.slots.tryEnter()]).toEqual([true, false]);
  });
});
