// What the config's operators mean for routing: a tier in which a found type is blocked is denied, and one for which an operator was
// named gets redacted requests.
import type { TierLevel, TrustZone } from '../../contract/tier.ts';
import { defineRoutingPolicy } from '../routing-policy.ts';

const TIERS: readonly TierLevel[] = [1, 2, 3];

export default defineRoutingPolicy({
  name: 'operators',
  create({ operators }) {
    if (operators === undefined) return () => null;
    return (facts, targets) => {
      const types = Object.keys(facts.findings);
      if (types.length === 0) return null;
      const blocked = TIERS.filter((tier) =>
        types.some((type) => operators.operatorOf(type, tier) === 'block'),
      );
      const redacted = new Set<TrustZone>();
      for (const { tier, zone } of targets)
        if (types.some((type) => operators.isAskedFor(type, tier))) redacted.add(zone);
      if (blocked.length === 0 && redacted.size === 0) return null;
      const named = types.filter((type) =>
        blocked.some((tier) => operators.operatorOf(type, tier) === 'block'),
      );
      return {
        policy: 'operators',
        reason:
          blocked.length > 0
            ? `${named.join(', ')} may not go there (privacy.operators)`
            : 'replaced as privacy.operators says',
        ...(blocked.length > 0 && { denyTiers: blocked }),
        ...(redacted.size > 0 && { redactFor: [...redacted] }),
      };
    };
  },
});
