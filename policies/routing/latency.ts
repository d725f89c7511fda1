// Targets that were slower of late than the caller wants are tried last. One that was never measured counts as fast enough:
// it has to be tried to be known.
import { defineRoutingPolicy } from '../routing-policy.ts';

export default defineRoutingPolicy({
  name: 'latency',
  create:
    () =>
    ({ goals: { maxLatencyMs } }, targets) => {
      if (maxLatencyMs === undefined) return null;
      let avoidTargets: Record<string, string> | undefined;
      for (const { id, state } of targets) {
        if (state.latencyMs === undefined || state.latencyMs <= maxLatencyMs) continue;
        avoidTargets ??= {};
        avoidTargets[id] = `${id} takes ${Math.round(state.latencyMs)} ms of late`;
      }
      const reason = `an answer may take ${maxLatencyMs} ms`;
      return avoidTargets === undefined
        ? { policy: 'latency', reason }
        : { policy: 'latency', reason: `${reason}; ${Object.values(avoidTargets).join('; ')}`, avoidTargets };
    },
});
