// A target whose breaker is open, or that has no model file, is not tried.
import { defineRoutingPolicy } from '../routing-policy.ts';

export default defineRoutingPolicy({
  name: 'availability',
  create: () => (_facts, targets) => {
    let denyTargets: string[] | undefined;
    const targetReasons: Record<string, string> = {};
    for (const { id, state } of targets) {
      if (state.available) continue;
      denyTargets ??= [];
      denyTargets.push(id);
      targetReasons[id] = state.reason ?? 'not available';
    }
    return denyTargets === undefined
      ? null
      : { policy: 'availability', reason: 'not available right now', denyTargets, targetReasons };
  },
});
