// The floor under every configuration: found values never enter an external zone as they are, and a restricted
// request is redacted for private servers as well. Rules can add to it, never take it away.
import { defineRoutingPolicy } from '../routing-policy.ts';

export default defineRoutingPolicy({
  name: 'sensitivity',
  create: () => (facts) => {
    if (facts.scanFailed === true) {
      return {
        policy: 'sensitivity',
        reason: 'looking for private values failed, so the request stays on this machine',
        denyZones: ['private', 'external'],
        sensitivity: 'restricted',
      };
    }
    let total = 0;
    for (const type in facts.findings) total += facts.findings[type] ?? 0;
    if (total === 0) return null;
    const found = `${total} ${total === 1 ? 'value' : 'values'} found (${facts.sensitivity})`;
    return facts.sensitivity === 'restricted'
      ? {
          policy: 'sensitivity',
          reason: `${found}: redacted off the device`,
          redactFor: ['private', 'external'],
        }
      : { policy: 'sensitivity', reason: `${found}: redacted for external zones`, redactFor: ['external'] };
  },
});
