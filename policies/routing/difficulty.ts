// The level to start at, by the thresholds of the config. Escalation above it is the chain's work.
import { defineRoutingPolicy } from '../routing-policy.ts';

export default defineRoutingPolicy({
  name: 'difficulty',
  create:
    ({ level2, level3 }) =>
    ({ difficulty, task }) => {
      const shown = difficulty.toFixed(2);
      if (difficulty >= level3) {
        return { policy: 'difficulty', reason: `${task}, difficulty ${shown} >= ${level3}`, startTier: 3 };
      }
      if (difficulty >= level2) {
        return { policy: 'difficulty', reason: `${task}, difficulty ${shown} >= ${level2}`, startTier: 2 };
      }
      return { policy: 'difficulty', reason: `${task}, difficulty ${shown} < ${level2}`, startTier: 1 };
    },
});
