// A target with as many requests as it should have is tried last: the next allowed one takes the overflow. Where there is none,
// the request waits its turn, or is told to come back.
import { defineRoutingPolicy } from '../routing-policy.ts';

export default defineRoutingPolicy({
  name: 'load',
  create: () => (_facts, targets) => {
    let avoidTargets: Record<string, string> | undefined;
    for (const { id, state } of targets) {
      const { load } = state;
      if (load === undefined || load.running < load.limit) continue;
      avoidTargets ??= {};
      avoidTargets[id] = `${load.running} requests run at ${id} already`;
    }
    return avoidTargets === undefined
      ? null
      : { policy: 'load', reason: Object.values(avoidTargets).join('; '), avoidTargets };
  },
});
