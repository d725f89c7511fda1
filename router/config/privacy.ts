// The config's `privacy` section as the inspection takes it.
import type { InspectOptions } from '../../policies/privacy/conversation.ts';
import { registry as recognizers } from '../../policies/privacy/recognizers/_registry.gen.ts';
import type { Config } from './schema.ts';

/** `enabled: false` looks for no type at all. */
export function privacyOptions({ privacy }: Config): InspectOptions {
  const off = new Set(privacy.types_off);
  const types = Object.values(recognizers).map((recognizer) => recognizer.type);
  return {
    minScore: privacy.min_score,
    sensitivityByType: privacy.sensitivity,
    ...(!privacy.enabled && { types: new Set<string>() }),
    ...(privacy.enabled && off.size > 0 && { types: new Set(types.filter((type) => !off.has(type))) }),
  };
}
