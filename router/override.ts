// The client's own choice of tier, target and policy: headers first, then the model name.
import { GatewayError } from '../contract/errors.ts';
import type { Override } from '../contract/policy.ts';
import type { TierLevel } from '../contract/tier.ts';
import { unknownModel } from '../policies/refusal.ts';

/** Names that leave the choice to the router. */
const AUTO = new Set(['', 'auto', 'tiergate', 'tiergate/auto']);

const TIER_MODEL = /^tier:(.*)$/i;

function tierOf(text: string, param: string): TierLevel {
  if (text === '1' || text === '2' || text === '3') return Number(text) as TierLevel;
  throw new GatewayError(
    'INVALID_REQUEST',
    `${param}: ${JSON.stringify(text.slice(0, 60))} is no tier; write 1, 2 or 3`,
    { param },
  );
}

/**
 * Reads the choice without knowing the targets: a model name that is neither `auto` nor `tier:N` counts as a target id.
 * @throws {GatewayError} INVALID_REQUEST
 */
export function overrideOf(model: string, headers: Record<string, string>): Override {
  const override: Override = {};
  const name = model.trim();
  const tierName = TIER_MODEL.exec(name)?.[1];
  if (tierName !== undefined) override.tier = tierOf(tierName, 'model');
  else if (!AUTO.has(name.toLowerCase())) override.target = name;
  const tier = headers['x-tiergate-tier'];
  if (tier !== undefined && tier.trim() !== '' && tier.trim() !== 'auto')
    override.tier = tierOf(tier.trim(), 'x-tiergate-tier');
  const policy = headers['x-tiergate-policy'];
  if (policy !== undefined && policy.trim() !== '') override.policy = policy.trim();
  return override;
}

/**
 * The choice, checked against the configured targets.
 * @throws {GatewayError} MODEL_NOT_FOUND with the list of names, INVALID_REQUEST for a tier that is none
 */
export function parseOverride(
  model: string,
  headers: Record<string, string>,
  targets: readonly { id: string }[],
): Override {
  const override = overrideOf(model, headers);
  if (override.target !== undefined && !targets.some(({ id }) => id === override.target)) {
    throw new GatewayError('MODEL_NOT_FOUND', unknownModel(override.target, targets), { param: 'model' });
  }
  return override;
}
