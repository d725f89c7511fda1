// A target must hold the prompt and the answer. An unknown window passes: the upstream then has the last word.
import { defineRoutingPolicy } from '../routing-policy.ts';

export default defineRoutingPolicy({
  name: 'context',
  create:
    ({ contextSafety }) =>
    (facts, targets) => {
      // Where the client gave no limit, at least one token of answer must fit.
      const needed = Math.ceil(facts.promptTokens * contextSafety) + (facts.maxOutputTokens ?? 1);
      let denyTargets: string[] | undefined;
      const targetReasons: Record<string, string> = {};
      for (const { id, contextWindow } of targets) {
        if (contextWindow === null || needed <= contextWindow) continue;
        denyTargets ??= [];
        denyTargets.push(id);
        targetReasons[id] = `needs about ${needed} tokens, holds ${contextWindow}`;
      }
      if (denyTargets === undefined) return null;
      return {
        policy: 'context',
        reason: `about ${facts.promptTokens} prompt tokens and ${facts.maxOutputTokens ?? 'any number of'} answer tokens`,
        denyTargets,
        targetReasons,
      };
    },
});
