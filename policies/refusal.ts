// When nothing is left to try: the error code that tells the client most, and a message that lists every exclusion.
import type { ErrorCode } from '../contract/errors.ts';
import type { Exclusion, RequestFacts, TargetView } from '../contract/policy.ts';
import type { Constraints } from './fold.ts';

export interface Refusal {
  code: ErrorCode;
  message: string;
}

export function refusalOf(
  facts: RequestFacts,
  targets: readonly TargetView[],
  excluded: readonly Exclusion[],
  folded: Constraints,
  routesWithoutFindings: () => boolean,
): Refusal {
  if (folded.blocked?.block !== undefined) {
    const { policy, reason, block } = folded.blocked;
    return { code: block.code, message: `refused by policy ${policy}: ${reason}` };
  }
  const wanted = facts.override.target;
  if (wanted !== undefined && !targets.some(({ id }) => id === wanted)) {
    return { code: 'MODEL_NOT_FOUND', message: unknownModel(wanted, targets) };
  }
  if (targets.length === 0) {
    return {
      code: 'NO_TIER_AVAILABLE',
      message: 'no target is configured; add one to tiers in tiergate.yaml',
    };
  }
  const code = codeOf(facts, excluded, routesWithoutFindings);
  if (code === 'NO_LOCAL_MODEL') return { code, message: excluded.find(isMissingModel)!.reason };
  const list = excluded.map(({ target, by, reason }) => `${target} (${by}: ${reason})`).join('; ');
  return { code, message: `${HEADLINES[code]}: ${list}` };
}

/** The message for a model name that is no target, with the names that are. */
export const unknownModel = (model: string, targets: readonly { id: string }[]): string =>
  `unknown model ${JSON.stringify(model.slice(0, 200))}; use auto, tier:1, tier:2, tier:3 or one of: ${
    targets.map(({ id }) => id).join(', ') || '(no target is configured)'
  }`;

type ListedCode =
  | 'CONTEXT_OVERFLOW'
  | 'UNSUPPORTED_FEATURE'
  | 'POLICY_BLOCKED'
  | 'PII_BLOCKED'
  | 'NO_TIER_AVAILABLE';

const HEADLINES: Record<ListedCode, string> = {
  CONTEXT_OVERFLOW: 'the request is too long for every allowed target; shorten it, or lower max_tokens',
  UNSUPPORTED_FEATURE:
    'no allowed target can do what the request uses; drop the feature or add a target that has it',
  POLICY_BLOCKED: 'policies leave no target for this request',
  PII_BLOCKED: 'the request holds private data, and policies leave no target that may see it',
  NO_TIER_AVAILABLE: 'no allowed target is available right now; try again later',
};

const isMissingModel = ({ by, reason }: Exclusion): boolean =>
  by === 'availability' && reason.startsWith('no model file');

/** Decided over the targets that policies and the client's own choice left, the obstacle that passes soonest first. */
function codeOf(
  facts: RequestFacts,
  excluded: readonly Exclusion[],
  routesWithoutFindings: () => boolean,
): ListedCode | 'NO_LOCAL_MODEL' {
  const by = new Set(excluded.map((exclusion) => exclusion.by));
  if (by.has('availability')) {
    const waiting = excluded.filter((exclusion) => exclusion.by === 'availability');
    return waiting.every(isMissingModel) ? 'NO_LOCAL_MODEL' : 'NO_TIER_AVAILABLE';
  }
  if (by.has('context')) return 'CONTEXT_OVERFLOW';
  if (by.has('capability')) return 'UNSUPPORTED_FEATURE';
  by.delete('override');
  // Only the client's choice is in the way: that tier has no target.
  if (by.size === 0) return 'NO_TIER_AVAILABLE';
  return Object.keys(facts.findings).length > 0 && routesWithoutFindings() ? 'PII_BLOCKED' : 'POLICY_BLOCKED';
}
