// The most that the caller wants to pay for one request.
import { defineRoutingPolicy } from '../routing-policy.ts';

export default defineRoutingPolicy({
  name: 'goals',
  create:
    () =>
    ({ goals: { maxCostUsd } }) =>
      maxCostUsd === undefined
        ? null
        : {
            policy: 'goals',
            reason: `the caller pays at most $${maxCostUsd} for one request`,
            maxCostMicrousd: maxCostUsd * 1e6,
          },
});
