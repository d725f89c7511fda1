// Logged requests decided anew: what other policies would have cost, risked and sent out. Pure. Quality risk (kept low, may have
// been wrong) and waste (sent high, was not needed) are expectations by the gap model, never added to one another.
import type { RequestRecord } from '../contract/ledger.ts';
import type { Gap, Policy, RequestFacts, TargetView } from '../contract/policy.ts';
import type { TierLevel } from '../contract/tier.ts';
import { decide } from './decide.ts';

export interface Outcomes {
  requests: number;
  blocked: number;
  /** By the first target's tier. */
  tiers: Record<TierLevel, number>;
  /** Expected number of requests that a higher tier would have done better. */
  risk: number;
  /** Expected number of requests that the tier below would have done as well. */
  waste: number;
  costMicrousd: number;
  /** Not in the sum. */
  unknownCosts: number;
  /** To targets in the external zone; those of them with findings in them. */
  external: number;
  externalWithFindings: number;
}

const nothing = (): Outcomes => ({
  requests: 0,
  blocked: 0,
  tiers: { 1: 0, 2: 0, 3: 0 },
  risk: 0,
  waste: 0,
  costMicrousd: 0,
  unknownCosts: 0,
  external: 0,
  externalWithFindings: 0,
});

/** Chance that a tier above does better. */
const riskAt = (tier: TierLevel, gap: Gap): number =>
  tier === 3 ? 0 : tier === 2 ? gap['2|3'] : Math.min(1, gap['1|2'] + gap['2|3']);
/** Chance that the tier below would have done. */
const wasteAt = (tier: TierLevel, gap: Gap): number => (tier === 1 ? 0 : 1 - gap[tier === 2 ? '1|2' : '2|3']);

/** The facts as they were; null for rows that hold none. Headers are not kept: rules that read them see none. */
export function factsOf(row: RequestRecord): RequestFacts | null {
  if (row.facts === null) return null;
  const { id, surface, caller, requestedModel, stream, task, difficulty, findings } = row;
  const at = new Date(row.startedAt);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return {
    topics: [],
    declaredSensitivity: 'public',
    ...row.facts,
    ...{ requestId: id, surface, caller, model: requestedModel, stream, difficulty, findings },
    task: task as RequestFacts['task'],
    sensitivity: row.sensitivity,
    headers: {},
    time: {
      iso: `${date}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`,
      hour: at.getHours(),
      weekday: at.getDay(),
    },
  };
}

/** Tokens as they were; where nothing was answered, the prompt and its limit. */
function costAt(target: TargetView, row: RequestRecord, facts: RequestFacts): number | null {
  if (target.zone === 'device') return 0;
  if (target.price === null) return null;
  const input = row.inputTokens ?? facts.promptTokens;
  const output = row.outputTokens ?? facts.maxOutputTokens ?? 0;
  return input * target.price.inputUsdPerMtok + output * target.price.outputUsdPerMtok;
}

function add(sum: Outcomes, row: RequestRecord, facts: RequestFacts, target: TargetView | undefined): void {
  sum.requests += 1;
  if (target === undefined) {
    sum.blocked += 1;
    return;
  }
  sum.tiers[target.tier] += 1;
  sum.risk += riskAt(target.tier, facts.gap);
  sum.waste += wasteAt(target.tier, facts.gap);
  const cost = costAt(target, row, facts);
  if (cost === null) sum.unknownCosts += 1;
  else sum.costMicrousd += cost;
  if (target.zone !== 'external') return;
  sum.external += 1;
  if (Object.keys(facts.findings).length > 0) sum.externalWithFindings += 1;
}

export interface ReplayGroup {
  current: Outcomes;
  other: Outcomes;
}

export interface Replay extends ReplayGroup {
  /** Rows without facts, written by an older version. */
  skipped: number;
  /** Requests whose first target would be another. */
  changed: number;
  byTask: Record<string, ReplayGroup>;
  byLanguage: Record<string, ReplayGroup>;
}

/** Every target counts as available: what broke then need not break again. */
export function replay(
  rows: readonly RequestRecord[],
  targets: readonly TargetView[],
  current: readonly Policy[],
  other: readonly Policy[],
): Replay {
  const all: Replay = {
    ...{ current: nothing(), other: nothing(), skipped: 0, changed: 0 },
    byTask: {},
    byLanguage: {},
  };
  const views = targets.map((target) => ({ ...target, state: { available: true } }));
  const byId = new Map(views.map((view) => [view.id, view]));
  for (const row of rows) {
    const facts = factsOf(row);
    if (facts === null) {
      all.skipped += 1;
      continue;
    }
    const [before, after] = [current, other].map((policies) =>
      byId.get(decide(facts, views, policies).candidates[0]?.target ?? ''),
    );
    if (before?.id !== after?.id) all.changed += 1;
    const groupIn = (groups: Record<string, ReplayGroup>, name: string): ReplayGroup => {
      groups[name] ??= { current: nothing(), other: nothing() };
      return groups[name];
    };
    const task = groupIn(all.byTask, facts.task);
    const language = groupIn(all.byLanguage, facts.language ?? 'unknown');
    for (const { current: sum, other: otherSum } of [all, task, language]) {
      add(sum, row, facts, before);
      add(otherSum, row, facts, after);
    }
  }
  return all;
}
