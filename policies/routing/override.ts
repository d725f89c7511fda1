// The client's own choice, by header or model name. It only narrows: what a policy denies stays denied.

import type { Verdict } from '../../contract/policy.ts';
import { defineRoutingPolicy } from '../routing-policy.ts';

export default defineRoutingPolicy({
  name: 'override',
  create: () => (facts) => {
    const { tier, target } = facts.override;
    if (tier === undefined && target === undefined) return null;
    const verdict: Verdict = { policy: 'override', reason: '' };
    if (tier !== undefined) verdict.allowTiers = [tier];
    if (target !== undefined) verdict.allowTargets = [target];
    const wishes = [
      ...(tier === undefined ? [] : [`tier ${tier}`]),
      ...(target === undefined ? [] : [`target ${target}`]),
    ];
    verdict.reason = `the client asked for ${wishes.join(' and ')}`;
    return verdict;
  },
});
