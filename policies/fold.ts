// All verdicts folded into one set of constraints. Denials are united, allowances intersected, caps take the least:
// the order of policies matters only for `startTier` (the last one holds) and for pins (tried in verdict order).

import type { CascadeMode } from '../contract/draft.ts';
import type {
  Exclusion,
  Policy,
  RequestFacts,
  Sensitivity,
  TargetView,
  Verdict,
} from '../contract/policy.ts';
import { SENSITIVITIES } from '../contract/policy.ts';
import type { TierLevel, TrustZone } from '../contract/tier.ts';

export interface Constraints {
  verdicts: Verdict[];
  sensitivity: Sensitivity;
  /** The first verdict that refuses the request. */
  blocked: Verdict | null;
  redactFor: ReadonlySet<TrustZone>;
  pins: string[];
  /** Tried last, by target id: why. */
  avoid: ReadonlyMap<string, string>;
  /** Null: no policy has a wish. */
  start: { tier: TierLevel; by: Verdict } | null;
  maxCostMicrousd: number | null;
  /** Null: Level 1's answer stands as it is. */
  cascade: CascadeMode | null;
  /** The cap's verdict. */
  cappedBy: Verdict | null;
}

const higher = (a: Sensitivity, b: Sensitivity): Sensitivity =>
  SENSITIVITIES.indexOf(b) > SENSITIVITIES.indexOf(a) ? b : a;

/**
 * Every policy's verdict. A verdict that raises the sensitivity makes all policies judge again with the raised label,
 * so that the result does not depend on which of them stands first; at most three times, there are four labels.
 */
function judgeAll(
  facts: RequestFacts,
  targets: readonly TargetView[],
  policies: readonly Policy[],
): { verdicts: Verdict[]; sensitivity: Sensitivity } {
  let { sensitivity } = facts;
  const raising: Verdict[] = [];
  for (;;) {
    const view = sensitivity === facts.sensitivity ? facts : { ...facts, sensitivity };
    const verdicts: Verdict[] = [];
    let raised = sensitivity;
    for (const policy of policies) {
      const verdict = policy.judge(view, targets);
      if (verdict === null) continue;
      verdicts.push(verdict);
      if (verdict.sensitivity !== undefined) raised = higher(raised, verdict.sensitivity);
    }
    if (raised === sensitivity) {
      // A rule that raised the label may no longer match the raised one; what it said still counts.
      const lost = raising.filter((earlier) => !verdicts.some(({ policy }) => policy === earlier.policy));
      return { verdicts: lost.length === 0 ? verdicts : [...lost, ...verdicts], sensitivity };
    }
    for (const verdict of verdicts) if (verdict.sensitivity !== undefined) raising.push(verdict);
    sensitivity = raised;
  }
}

/** Pure and total. */
export function foldVerdicts(
  facts: RequestFacts,
  targets: readonly TargetView[],
  policies: readonly Policy[],
): Constraints {
  const { verdicts, sensitivity } = judgeAll(facts, targets, policies);
  const redactFor = new Set<TrustZone>();
  const avoid = new Map<string, string>();
  const folded: Constraints = {
    verdicts,
    sensitivity,
    redactFor,
    pins: [],
    avoid,
    blocked: null,
    start: null,
    maxCostMicrousd: null,
    cascade: null,
    cappedBy: null,
  };
  for (const verdict of verdicts) {
    if (verdict.block !== undefined) folded.blocked ??= verdict;
    if (verdict.redactFor !== undefined) for (const zone of verdict.redactFor) redactFor.add(zone);
    for (const id in verdict.avoidTargets) avoid.set(id, verdict.avoidTargets[id]!);
    if (verdict.pinTarget !== undefined) folded.pins.push(verdict.pinTarget);
    if (verdict.cascade !== undefined && verdict.cascade !== 'off') folded.cascade = verdict.cascade;
    if (verdict.startTier !== undefined) folded.start = { tier: verdict.startTier, by: verdict };
    const cap = verdict.maxCostMicrousd;
    if (cap !== undefined && (folded.maxCostMicrousd === null || cap < folded.maxCostMicrousd)) {
      folded.maxCostMicrousd = cap;
      folded.cappedBy = verdict;
    }
  }
  if (verdicts.some(({ cascade }) => cascade === 'off')) folded.cascade = null;
  return folded;
}

/**
 * Which obstacle is named where several exclude a target: the most lasting one. What is denied stays denied when the
 * request shrinks or a server comes back.
 */
const PASSING: readonly string[] = ['override', 'capability', 'context', 'availability'];

/** Why a target may not be tried, or null. */
export function exclusionOf(target: TargetView, facts: RequestFacts, folded: Constraints): Exclusion | null {
  let named: Exclusion | null = null;
  let namedRank = PASSING.length;
  for (const verdict of folded.verdicts) {
    const rank = PASSING.indexOf(verdict.policy);
    if (named !== null && rank >= namedRank) continue;
    const reason = deniedBy(target, verdict);
    if (reason === null) continue;
    named = { target: target.id, by: verdict.policy, reason };
    namedRank = rank;
    if (rank < 0) return named;
  }
  const { maxCostMicrousd, cappedBy } = folded;
  if (maxCostMicrousd === null || cappedBy === null) return named;
  const reason = tooDear(target, facts, maxCostMicrousd);
  return reason === null ? named : { target: target.id, by: cappedBy.policy, reason };
}

function deniedBy(target: TargetView, verdict: Verdict): string | null {
  if (verdict.denyTargets?.includes(target.id)) return verdict.targetReasons?.[target.id] ?? verdict.reason;
  if (verdict.denyTiers?.includes(target.tier)) return `tier ${target.tier} is denied: ${verdict.reason}`;
  if (verdict.denyZones?.includes(target.zone)) return `zone ${target.zone} is denied: ${verdict.reason}`;
  if (verdict.allowTiers !== undefined && !verdict.allowTiers.includes(target.tier)) {
    return `only tier ${verdict.allowTiers.join(', ') || 'none'} is allowed: ${verdict.reason}`;
  }
  if (verdict.allowTargets !== undefined && !verdict.allowTargets.includes(target.id)) {
    return `only ${verdict.allowTargets.join(', ') || 'no target'} is allowed: ${verdict.reason}`;
  }
  return null;
}

/** Answer tokens assumed for a cost estimate where the client gave no limit. */
const ASSUMED_OUTPUT_TOKENS = 1024;

/**
 * The most a request can cost at a target, in micro-USD: the answer assumed at its limit, and what the provider's cache holds of
 * the conversation at its price. Null when the price is unknown.
 */
export function worstCaseMicrousd(target: TargetView, facts: RequestFacts): number | null {
  // The user's own machine costs nothing per token.
  if (target.zone === 'device') return 0;
  if (target.price === null) return null;
  const { inputUsdPerMtok, outputUsdPerMtok } = target.price;
  // USD per million tokens is micro-USD per token.
  const outputTokens = (facts.maxOutputTokens ?? ASSUMED_OUTPUT_TOKENS) * facts.choices;
  const cached = facts.session?.target === target.id ? facts.session.cachedTokens : 0;
  const cachedUsdPerMtok = target.price.cachedInputUsdPerMtok ?? inputUsdPerMtok;
  const savedUsdPerMtok = Math.min(cached, facts.promptTokens) * (inputUsdPerMtok - cachedUsdPerMtok);
  return facts.promptTokens * inputUsdPerMtok - savedUsdPerMtok + outputTokens * outputUsdPerMtok;
}

function tooDear(target: TargetView, facts: RequestFacts, capMicrousd: number): string | null {
  const cost = worstCaseMicrousd(target, facts);
  const cap = `$${(capMicrousd / 1e6).toFixed(6)}`;
  if (cost === null) return `its price is unknown and the cost is capped at ${cap}`;
  return cost > capMicrousd ? `may cost $${(cost / 1e6).toFixed(6)}, the cap is ${cap}` : null;
}
