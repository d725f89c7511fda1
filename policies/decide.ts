// All policies' verdicts become one decision: which targets to try, in which order, with what redacted, and why.
// Pure, total and deterministic: the same facts, targets and policies always give the same decision.
import type { Candidate, Decision, Exclusion, Policy, RequestFacts, TargetView } from '../contract/policy.ts';
import type { TierLevel } from '../contract/tier.ts';
import type { Constraints } from './fold.ts';
import { exclusionOf, foldVerdicts, worstCaseMicrousd } from './fold.ts';
import { refusalOf } from './refusal.ts';

/**
 * Deny wins; every target is a candidate or excluded with its reason. Order: pinned targets, then from the start tier
 * upwards (inside a tier the cheapest first, an unknown price last, then by id), then the tiers below it, nearest first.
 */
export function decide(
  facts: RequestFacts,
  targets: readonly TargetView[],
  policies: readonly Policy[],
): Decision {
  const folded = foldVerdicts(facts, targets, policies);
  const allowed: TargetView[] = [];
  const excluded: Exclusion[] = [];
  for (const target of targets) {
    const exclusion =
      folded.blocked === null
        ? exclusionOf(target, facts, folded)
        : { target: target.id, by: folded.blocked.policy, reason: folded.blocked.reason };
    if (exclusion === null) allowed.push(target);
    else excluded.push(exclusion);
  }
  const { verdicts, sensitivity, maxCostMicrousd, cascade } = folded;
  const startTier = folded.start?.tier ?? 1;
  if (allowed.length === 0) {
    const block = refusalOf(facts, targets, excluded, folded, () =>
      routesWithoutFindings(facts, targets, policies),
    );
    return {
      outcome: 'block',
      startTier,
      candidates: [],
      excluded,
      verdicts,
      sensitivity,
      maxCostMicrousd,
      cascade,
      reason: block.message,
      block,
    };
  }
  const candidates = order(allowed, facts, folded, startTier);
  return {
    outcome: 'route',
    startTier,
    candidates,
    excluded,
    verdicts,
    sensitivity,
    maxCostMicrousd,
    cascade,
    reason: candidates[0]!.reason,
  };
}

/** Is it the private data alone that leaves no target? Asked only when a request is refused. */
function routesWithoutFindings(
  facts: RequestFacts,
  targets: readonly TargetView[],
  policies: readonly Policy[],
): boolean {
  const plain: RequestFacts = { ...facts, findings: {}, sensitivity: 'public' };
  const folded = foldVerdicts(plain, targets, policies);
  return folded.blocked === null && targets.some((target) => exclusionOf(target, plain, folded) === null);
}

/** Place of a tier when starting at `start`: upwards first, then downwards, nearest first. */
const tierRank = (tier: TierLevel, start: TierLevel): number =>
  tier >= start ? tier - start : 3 + (start - tier);

function order(
  allowed: TargetView[],
  facts: RequestFacts,
  folded: Constraints,
  start: TierLevel,
): Candidate[] {
  if (allowed.length > 1) {
    const pinRank = (id: string): number => {
      const index = folded.pins.indexOf(id);
      return index < 0 ? folded.pins.length : index;
    };
    const ranked = allowed.map((target) => ({
      target,
      price: worstCaseMicrousd(target, facts) ?? Number.POSITIVE_INFINITY,
    }));
    ranked.sort(
      (a, b) =>
        pinRank(a.target.id) - pinRank(b.target.id) ||
        tierRank(a.target.tier, start) - tierRank(b.target.tier, start) ||
        // Not a difference: Infinity - Infinity is NaN.
        (a.price === b.price ? 0 : a.price < b.price ? -1 : 1) ||
        (a.target.id < b.target.id ? -1 : a.target.id > b.target.id ? 1 : 0),
    );
    return ranked.map(({ target }) => candidate(target, start, folded));
  }
  return allowed.map((target) => candidate(target, start, folded));
}

function candidate(target: TargetView, start: TierLevel, folded: Constraints): Candidate {
  const redact = folded.redactFor.has(target.zone);
  const note = redact ? '; redacted' : '';
  return { target: target.id, reason: placeReason(target, start, folded) + note, redact };
}

function placeReason(target: TargetView, start: TierLevel, folded: Constraints): string {
  if (folded.pins.includes(target.id)) {
    const by = folded.verdicts.find(({ pinTarget }) => pinTarget === target.id)!;
    return `pinned by ${by.policy}: ${by.reason}`;
  }
  const why = folded.start === null ? '' : `: ${folded.start.by.reason}`;
  if (target.tier === start) return `tier ${target.tier}${why}`;
  return target.tier > start
    ? `tier ${target.tier}, above the preferred tier ${start}${why}`
    : `tier ${target.tier}, last resort below the preferred tier ${start}${why}`;
}
