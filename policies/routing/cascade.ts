// Level 1 answers first and its answer is judged before it stands: where the config or the caller wants it.
import { cascadeMode } from '../draft/mode.ts';
import { defineRoutingPolicy } from '../routing-policy.ts';

export default defineRoutingPolicy({
  name: 'cascade',
  create: (options) => (facts) => {
    const mode = cascadeMode(facts, options);
    if (mode === null) return null;
    const how = mode === 'hold' ? 'whole' : 'by its first tokens';
    const when = facts.stream ? how : 'whole';
    return {
      policy: 'cascade',
      reason: `an answer of Level 1 is judged ${when} before it stands`,
      cascade: mode,
    };
  },
});
