// Builds the ledger's row of a request from what the pipeline knows. Pure; counts and labels only.
import type { GatewayError } from '../contract/errors.ts';
import type { AttemptRecord, LedgerEntry, LoggedFacts, Outcome, Provenance } from '../contract/ledger.ts';
import type { Decision, RequestFacts } from '../contract/policy.ts';
import type { Price } from '../contract/tier.ts';
import { costMicrousd } from '../tiers/prices.ts';

export interface Timing {
  /** Unix milliseconds of arrival. */
  startedAt: number;
  /** Milliseconds since arrival. */
  gatewayMs: number;
  ttftMs: number | null;
  durationMs: number;
}

export interface RecordInput {
  facts: RequestFacts;
  decision: Decision;
  arm: LedgerEntry['request']['arm'];
  attempts: AttemptRecord[];
  timing: Timing;
  outcome: Outcome;
  error: GatewayError | null;
  /** See `referencePrice`. */
  level3Price: Price | null;
}

/** The least certain of two provenances: reported, then counted, then estimated-partial. */
function weaker(a: Provenance | null, b: Provenance | null): Provenance | null {
  if (a === null || b === null) return a ?? b;
  const order: Provenance[] = ['reported', 'counted', 'estimated-partial'];
  return order[Math.max(order.indexOf(a), order.indexOf(b))]!;
}

/** Cost of all attempts that reached a model: null as soon as one of those is unknown. */
function totalCost(
  attempts: readonly AttemptRecord[],
): Pick<LedgerEntry['request'], 'costMicrousd' | 'costProvenance' | 'priceSource'> {
  let costMicrousd: number | null = 0;
  let costProvenance: Provenance | null = null;
  let priceSource: string | null = null;
  for (const attempt of attempts) {
    const reachedModel =
      attempt.inputTokens !== null || attempt.outputTokens !== null || attempt.outcome === 'ok';
    if (!reachedModel) continue;
    costMicrousd =
      costMicrousd === null || attempt.costMicrousd === null ? null : costMicrousd + attempt.costMicrousd;
    costProvenance = weaker(costProvenance, attempt.tokenProvenance);
    priceSource = attempt.priceSource ?? priceSource;
  }
  return { costMicrousd, costProvenance: costMicrousd === null ? null : costProvenance, priceSource };
}

function loggedFacts(facts: RequestFacts): LoggedFacts {
  const { promptTokens, maxOutputTokens, choices, messageCount, needs, gap, language, override, goals } =
    facts;
  const { tokenInput, topics, declaredSensitivity } = facts;
  const logged: LoggedFacts = {
    promptTokens,
    maxOutputTokens,
    choices,
    messageCount,
    needs,
    gap,
    language,
    override,
    goals,
    topics,
    declaredSensitivity,
  };
  if (tokenInput) logged.tokenInput = tokenInput;
  return logged;
}

/** The request's row and its attempts' rows. Every field by name: those behind a spread are added one by one, each at a price. */
export function ledgerEntry(input: RecordInput): LedgerEntry {
  const { facts, decision, attempts, timing, outcome, error } = input;
  // A draft that is kept for want of a better answer is not the last attempt.
  const answers = attempts.filter(({ kind }) => kind !== 'sample');
  const whole = answers.findLast((attempt) => attempt.outcome === 'ok');
  const answered = whole ?? (timing.ttftMs === null ? null : (answers.at(-1) ?? null));
  const {
    inputTokens = null,
    cachedInputTokens = null,
    outputTokens = null,
    tokenProvenance = null,
  } = answered ?? {};
  const level3CostMicrousd =
    inputTokens === null || outputTokens === null
      ? null
      : costMicrousd({ inputTokens, cachedInputTokens: 0, outputTokens }, input.level3Price);
  const total = totalCost(attempts);
  return {
    request: {
      id: facts.requestId,
      startedAt: timing.startedAt,
      caller: facts.caller,
      surface: facts.surface,
      requestedModel: facts.model.slice(0, 200),
      stream: facts.stream,
      task: facts.task,
      difficulty: facts.difficulty,
      sensitivity: decision.sensitivity,
      findings: facts.findings,
      facts: loggedFacts(facts),
      arm: input.arm,
      policy: decision.verdicts.map((verdict) => verdict.policy).join(','),
      reasons: decision.verdicts.map((verdict) => `${verdict.policy}: ${verdict.reason}`),
      excluded: decision.excluded,
      target: answered?.target ?? null,
      tier: answered?.tier ?? null,
      inputTokens,
      cachedInputTokens,
      outputTokens,
      tokenProvenance,
      costMicrousd: total.costMicrousd,
      costProvenance: total.costProvenance,
      priceSource: total.priceSource,
      level3CostMicrousd,
      gatewayMs: timing.gatewayMs,
      ttftMs: timing.ttftMs,
      durationMs: timing.durationMs,
      outcome,
      errorCode: error?.code ?? null,
      status: error?.status ?? 200,
    },
    attempts,
  };
}

/** The price Level 3 would have: the named reference target's, else the first Level 3 target with a price. */
export function referencePrice(
  targets: readonly { id: string; tier: number; price: Price | null }[],
  referenceTarget: string | undefined,
): Price | null {
  const named = targets.find((target) => target.id === referenceTarget);
  if (referenceTarget !== undefined) return named?.price ?? null;
  return targets.find((target) => target.tier === 3 && target.price !== null)?.price ?? null;
}
