// The config's `privacy` section as the inspection takes it.
import { CUSTOM_TYPE, customScan, neverReported } from '../../policies/privacy/custom.ts';
import { type Handling, keysFrom } from '../../policies/privacy/handling.ts';
import { nameFinder, type OperatingPoint } from '../../policies/privacy/names.ts';
import { OperatorTable } from '../../policies/privacy/operator-table.ts';
import { registry as recognizers } from '../../policies/privacy/recognizers/_registry.gen.ts';
import { TYPES } from '../../policies/privacy/tagger/labels.ts';
import type { PrivacyOptions } from '../redaction-gate.ts';
import type { Config } from './schema.ts';
import type { ConfiguredTarget } from './targets.ts';

/** Every type that is looked for somehow. */
export const FINDING_TYPES: readonly string[] = [
  ...new Set([...Object.values(recognizers).map(({ type }) => type), ...TYPES, CUSTOM_TYPE]),
];

/** The score from which findings count, where the config names none. */
const MIN_SCORE: Record<OperatingPoint, number> = { precision: 0.7, balanced: 0.5, recall: 0.4 };

function handlingOf({ operators, restore, key, system_note }: Config['privacy']): Handling {
  const { secrets, system, system_secrets } = restore;
  return {
    operators: new OperatorTable(operators),
    reach: { secrets, system, systemSecrets: system_secrets },
    note: system_note,
    keyOf: keysFrom(key),
  };
}

/**
 * `enabled: false` looks for no type at all. Names are looked for, and their model read, only when a target in an external zone
 * could get them, or captures keep them: anywhere else they are not redacted, and looking costs 0.2 ms per KB.
 */
export function privacyOptions(
  { privacy, ledger }: Pick<Config, 'privacy' | 'ledger'>,
  targets: readonly Pick<ConfiguredTarget, 'target'>[],
): PrivacyOptions {
  if (!privacy.enabled) return { types: new Set<string>() };
  const off = new Set(privacy.types_off);
  const types = [...FINDING_TYPES, ...privacy.recognizers.map(({ type }) => type)];
  const names = privacy.names.filter((type) => !off.has(type));
  const mayLeave =
    targets.some(({ target }) => target.zone === 'external') || ledger.capture.callers.length > 0;
  return {
    minScore: privacy.min_score ?? MIN_SCORE[privacy.operating_point],
    minScores: privacy.min_scores,
    scan: customScan(privacy),
    ...(privacy.never.length > 0 && { never: neverReported(privacy) }),
    sensitivityByType: privacy.sensitivity,
    handling: handlingOf(privacy),
    ...(off.size > 0 && { types: new Set(types.filter((type) => !off.has(type))) }),
    ...(mayLeave && names.length > 0 && { names: nameFinder(names, privacy.operating_point) }),
  };
}
