// A clock that stands still until it is told to go on.
import type { Clock } from '../../../tiers/clock.ts';

export interface VirtualClock extends Clock {
  /** Moves on and runs what is due, in order of time. */
  advance(ms: number): void;
  /** Timers still waiting. */
  pending(): number;
}

export function virtualClock(): VirtualClock {
  let time = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  return {
    now: () => time,
    after(ms, run) {
      const timer = { at: time + ms, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms) {
      const end = time + ms;
      for (;;) {
        const [next] = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers.delete(next);
        time = next.at;
        next.run();
      }
      time = end;
    },
    pending: () => timers.size,
  };
}
