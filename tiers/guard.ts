// A target with what protects it: its breaker, its slots, and how often it is tried again.
import type { TargetRunner, TargetState } from '../contract/tier.ts';
import { Breaker, type BreakerOptions } from './breaker.ts';
import { type Clock, systemClock } from './clock.ts';
import { type SlotOptions, Slots } from './concurrency.ts';
import { Latency } from './latency.ts';
import { DEFAULT_RETRY, type RetryOptions } from './retry.ts';

export interface GuardedRunner {
  readonly runner: TargetRunner;
  readonly breaker: Breaker;
  readonly slots: Slots;
  /** Of whole answers. */
  readonly latency: Latency;
  readonly retry: RetryOptions;
  /** The runner's own state, or why its breaker lets nothing through. */
  state(): TargetState;
}

export interface GuardOptions {
  breaker?: Partial<BreakerOptions>;
  slots?: Partial<SlotOptions>;
  /** Running requests from which others go elsewhere; default: when all slots are taken. */
  overflowAt?: number;
  retry?: RetryOptions;
  clock?: Clock;
}

/** Enough for any one upstream; a target with fewer slots sets its own. */
const DEFAULT_SLOTS: SlotOptions = { maxConcurrent: 256, maxQueued: 1024 };

export function guardRunner(runner: TargetRunner, options: GuardOptions = {}): GuardedRunner {
  const clock = options.clock ?? systemClock;
  const breaker = new Breaker(clock.now, options.breaker);
  const slots = new Slots(runner.target.id, { ...DEFAULT_SLOTS, ...options.slots }, clock);
  const latency = new Latency(clock.now);
  const limit = options.overflowAt ?? options.slots?.maxConcurrent ?? DEFAULT_SLOTS.maxConcurrent;
  return {
    runner,
    breaker,
    slots,
    latency,
    retry: options.retry ?? DEFAULT_RETRY,
    state() {
      const waitMs = breaker.openForMs();
      if (waitMs > 0) return { available: false, reason: `breaker open for ${Math.ceil(waitMs / 1000)} s` };
      const latencyMs = latency.meanMs();
      const load = { running: slots.busy + slots.queued, limit };
      return Object.assign({}, runner.state(), { load }, latencyMs === null ? null : { latencyMs });
    },
  };
}
