// All policies' verdicts become one decision: which targets to try, in which order, with what redacted, and why.
// Pure, total and deterministic: the same facts, targets and policies always give the same decision.
import type { Candidate, Decision, Exclusion, Policy, RequestFacts, TargetView } from '../contract/policy.ts';
import type { TierLevel } from '../contract/tier.ts';
import type { Constraints } from './fold.ts';
import { exclusionOf, foldVerdicts, worstCaseMicrousd } from './fold.ts';
import { refusalOf } from './refusal.ts';

/**
 * Deny wins; every target is a candidate or excluded with its reason. Order: pinned targets, then from the start tier
 * upwards (inside a tier the cheapest first, an unknown price last, then by id), then the tiers below it, nearest first;
 * those to be avoided come after the others. A higher target that has the conversation in its cache goes first where that
 * makes it the cheaper one.
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
  const plain: RequestFacts = { ...facts, findings: {}, sensitivity: facts.declaredSensitivity };
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
    const avoidRank = (id: string): number => (folded.avoid.has(id) ? 1 : 0);
    ranked.sort(
      (a, b) =>
        pinRank(a.target.id) - pinRank(b.target.id) ||
        avoidRank(a.target.id) - avoidRank(b.target.id) ||
        tierRank(a.target.tier, start) - tierRank(b.target.tier, start) ||
        // Not a difference: Infinity - Infinity is NaN.
        (a.price === b.price ? 0 : a.price < b.price ? -1 : 1) ||
        (a.target.id < b.target.id ? -1 : a.target.id > b.target.id ? 1 : 0),
    );
    const stays = stayingAt(ranked, facts, folded);
    if (stays > 0) ranked.unshift(...ranked.splice(stays, 1));
    return ranked.map(({ target }, place) => {
      const { target: id, redact, reason } = candidate(target, start, folded);
      const passed = place === 0 ? passedOver(allowed, target, start, folded) : '';
      const stay =
        place === 0 && stays > 0 ? '; its cache holds the conversation, going elsewhere costs more' : '';
      return { target: id, reason: reason + stay + passed, redact };
    });
  }
  return allowed.map((target) => candidate(target, start, folded));
}

/** Place of the target that has the conversation in its cache, where staying is no dearer than the first's; else 0. */
function stayingAt(
  ranked: readonly { target: TargetView; price: number }[],
  facts: RequestFacts,
  folded: Constraints,
): number {
  const place = ranked.findIndex(({ target }) => target.id === facts.session?.target);
  if (place <= 0) return 0;
  const [first, last] = [ranked[0]!, ranked[place]!];
  const isFree = !folded.pins.includes(first.target.id) && !folded.avoid.has(last.target.id);
  return isFree && last.target.tier >= first.target.tier && last.price <= first.price ? place : 0;
}

/** Why a target that would have come before the first one did not. */
function passedOver(
  allowed: readonly TargetView[],
  first: TargetView,
  start: TierLevel,
  { avoid }: Constraints,
): string {
  if (avoid.size === 0 || avoid.has(first.id)) return '';
  const before = allowed.filter(
    ({ id, tier }) => avoid.has(id) && tierRank(tier, start) <= tierRank(first.tier, start),
  );
  return before.map(({ id }) => `; ${avoid.get(id)}`).join('');
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
