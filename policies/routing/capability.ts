// A target that lacks a feature the request uses is not a candidate: features are never dropped silently.
import type { Capabilities } from '../../contract/tier.ts';
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

export default defineRoutingPolicy({
  name: 'capability',
  create: () => (facts, targets) => {
    let needsAny = false;
    for (const feature of FEATURES) needsAny ||= facts.needs[feature];
    if (!needsAny) return null;
    const denyTargets: string[] = [];
    const targetReasons: Record<string, string> = {};
    for (const { id, capabilities } of targets) {
      const missing = FEATURES.filter((feature) => facts.needs[feature] && !capabilities[feature]);
      if (missing.length === 0) continue;
      denyTargets.push(id);
      targetReasons[id] = `cannot do: ${missing.map((feature) => WIRE_NAMES[feature]).join(', ')}`;
    }
    if (denyTargets.length === 0) return null;
    const needed = FEATURES.filter((feature) => facts.needs[feature]).map((feature) => WIRE_NAMES[feature]);
    return {
      policy: 'capability',
      reason: `the request uses ${needed.join(', ')}`,
      denyTargets,
      targetReasons,
    };
  },
});
