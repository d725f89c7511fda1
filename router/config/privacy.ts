// The config's `privacy` section as the inspection takes it.
import type { InspectOptions } from '../../policies/privacy/conversation.ts';
import { CUSTOM_TYPE, customScan } from '../../policies/privacy/custom.ts';
import { nameFinder, type OperatingPoint } from '../../policies/privacy/names.ts';
import { registry as recognizers } from '../../policies/privacy/recognizers/_registry.gen.ts';
import { TYPES } from '../../policies/privacy/tagger/labels.ts';
import type { Config } from './schema.ts';
import type { ConfiguredTarget } from './targets.ts';

/** Every type that is looked for somehow. */
export const FINDING_TYPES: readonly string[] = [
  ...new Set([...Object.values(recognizers).map(({ type }) => type), ...TYPES, CUSTOM_TYPE]),
];

/** The score from which findings count, where the config names none. */
const MIN_SCORE: Record<OperatingPoint, number> = { precision: 0.7, balanced: 0.5, recall: 0.4 };

/**
 * `enabled: false` looks for no type at all. Names are looked for, and their model read, only when a target in an external zone
 * could get them: anywhere else they are not redacted, and looking costs 0.2 ms per KB.
 */
export function privacyOptions(
  { privacy }: Config,
  targets: readonly Pick<ConfiguredTarget, 'target'>[],
): InspectOptions {
  if (!privacy.enabled) return { types: new Set<string>() };
  const off = new Set(privacy.types_off);
  const types = [...FINDING_TYPES, ...privacy.recognizers.map(({ type }) => type)];
  const names = privacy.names.filter((type) => !off.has(type));
  const mayLeave = targets.some(({ target }) => target.zone === 'external');
  return {
    minScore: privacy.min_score ?? MIN_SCORE[privacy.operating_point],
    minScores: privacy.min_scores,
    scan: customScan(privacy),
    sensitivityByType: privacy.sensitivity,
    ...(off.size > 0 && { types: new Set(types.filter((type) => !off.has(type))) }),
    ...(mayLeave && names.length > 0 && { names: nameFinder(names, privacy.operating_point) }),
  };
}
