// A target that lacks a feature the request uses is not a candidate: features are never dropped silently.
import type { RequestFacts, TargetView } from '../../contract/policy.ts';
import { type Capabilities, surfaceNamed } from '../../contract/tier.ts';
import { defineRoutingPolicy } from '../routing-policy.ts';

const WIRE_NAMES: Record<keyof Capabilities, string> = {
  tools: 'tools',
  jsonMode: 'response_format json_object',
  jsonSchema: 'response_format json_schema',
  vision: 'images',
  audio: 'audio',
  logprobs: 'logprobs',
  multipleChoices: 'n > 1',
};
const FEATURES = Object.keys(WIRE_NAMES) as (keyof Capabilities)[];

/** What the target cannot do of what is asked. */
function missingOf(facts: RequestFacts, { capabilities, surfaces, provider }: TargetView): string[] {
  const surface = surfaceNamed(facts.surface);
  const missing = FEATURES.filter((feature) => facts.needs[feature] && !capabilities[feature]).map(
    (feature) => WIRE_NAMES[feature],
  );
  if (!(surfaces ?? ['chat']).includes(surface)) missing.unshift(surface);
  // Ids are a tokenizer's own, and no recognizer can read them: they stay on this machine.
  if (facts.tokenInput && provider !== 'local') missing.push('token ids as input');
  return missing;
}

export default defineRoutingPolicy({
  name: 'capability',
  create: () => (facts, targets) => {
    const denyTargets: string[] = [];
    const targetReasons: Record<string, string> = {};
    const surface = surfaceNamed(facts.surface);
    for (const target of targets) {
      const missing = missingOf(facts, target);
      if (missing.length === 0) continue;
      denyTargets.push(target.id);
      targetReasons[target.id] = `cannot do: ${missing.join(', ')}`;
    }
    if (denyTargets.length === 0) return null;
    const needed = FEATURES.filter((feature) => facts.needs[feature]).map((feature) => WIRE_NAMES[feature]);
    if (surface !== 'chat' || needed.length === 0) needed.unshift(surface);
    return {
      policy: 'capability',
      reason: `the request uses ${needed.join(', ')}`,
      denyTargets,
      targetReasons,
    };
  },
});
