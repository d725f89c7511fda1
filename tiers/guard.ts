// A target with what protects it: its breaker, its slots, and how often it is tried again.
import type { TargetRunner, TargetState } from '../contract/tier.ts';
import { Breaker, type BreakerOptions } from './breaker.ts';
import { type Clock, systemClock } from './clock.ts';
import { type SlotOptions, Slots } from './concurrency.ts';
import { DEFAULT_RETRY, type RetryOptions } from './retry.ts';

export interface GuardedRunner {
  readonly runner: TargetRunner;
  readonly breaker: Breaker;
  readonly slots: Slots;
  readonly retry: RetryOptions;
  /** The runner's own state, or why its breaker lets nothing through. */
  state(): TargetState;
}

export interface GuardOptions {
  breaker?: Partial<BreakerOptions>;
  slots?: Partial<SlotOptions>;
  retry?: RetryOptions;
  clock?: Clock;
}

/** Enough for any one upstream; a target with fewer slots sets its own. */
const DEFAULT_SLOTS: SlotOptions = { maxConcurrent: 256, maxQueued: 1024 };

export function guardRunner(runner: TargetRunner, options: GuardOptions = {}): GuardedRunner {
  const clock = options.clock ?? systemClock;
  const breaker = new Breaker(clock.now, options.breaker);
  const slots = new Slots(runner.target.id, { ...DEFAULT_SLOTS, ...options.slots }, clock);
  return {
    runner,
    breaker,
    slots,
    retry: options.retry ?? DEFAULT_RETRY,
    state() {
      const waitMs = breaker.openForMs();
      if (waitMs > 0) return { available: false, reason: `breaker open for ${Math.ceil(waitMs / 1000)} s` };
      return runner.state();
    },
  };
}
