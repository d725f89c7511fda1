// The level to start at: the lowest that is likely enough to do it, by the gap model and the thresholds of the config.
// Escalation above it is the chain's work.
import type { Task } from '../../contract/policy.ts';
import { defineRoutingPolicy } from '../routing-policy.ts';

/** Work on a given text: a small model does it well, and the gap model has seen little of it. */
const ROUTINE: ReadonlySet<Task> = new Set(['summarise', 'extract', 'classify', 'rewrite', 'translate']);
/** What their thresholds are multiplied by. */
const ROUTINE_FACTOR = 1.5;

/** The comparison in words, and whether the gap reaches the threshold. */
function compare(pair: string, gap: number, threshold: number): { reached: boolean; text: string } {
  const reached = gap >= threshold;
  return {
    reached,
    text: `gap ${pair} ${gap.toFixed(2)} ${reached ? '>=' : '<'} ${Number(threshold.toFixed(3))}`,
  };
}

export default defineRoutingPolicy({
  name: 'gap',
  create:
    ({ level2, level3 }) =>
    ({ gap, task }) => {
      const factor = ROUTINE.has(task) ? ROUTINE_FACTOR : 1;
      const first = compare('1|2', gap['1|2'], level2 * factor);
      if (!first.reached) return { policy: 'gap', reason: `${task}, ${first.text}`, startTier: 1 };
      const second = compare('2|3', gap['2|3'], level3 * factor);
      return {
        policy: 'gap',
        reason: `${task}, ${first.text}, ${second.text}`,
        startTier: second.reached ? 3 : 2,
      };
    },
});
