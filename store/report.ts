// What the ledger says about a period: one consistent snapshot, read while the gateway may be writing.
// Unknown costs stay unknown: sums are over known rows, and the number of unknown ones stands beside them.
import { and, count, desc, eq, gte, isNotNull, lt, type SQL, sql, type sum } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { Outcome, Provenance } from '../contract/ledger.ts';
import type { TierLevel } from '../contract/tier.ts';
import { openForReading } from './open.ts';
import { type Spread, spread } from './percentile.ts';
import { attempts, requests } from './schema.ts';

export interface ReportPeriod {
  /** Unix milliseconds, inclusive; absent: from the beginning. */
  since?: number;
  /** Unix milliseconds, exclusive; absent: until now. */
  until?: number;
  /** Only this caller's requests. */
  caller?: string;
}

export interface LatencyRow {
  /** "all": every request that a target answered. */
  tier: TierLevel | 'all';
  durationMs: Spread;
  ttftMs: Spread;
  /** Gateway time before the first attempt. */
  gatewayMs: Spread;
}

export interface Report {
  period: ReportPeriod;
  requests: number;
  /** Unix milliseconds of the first and last request in the period. */
  firstAt: number | null;
  lastAt: number | null;
  outcomes: { outcome: Outcome; requests: number }[];
  /** Tier null: no target answered. Shares of all requests, 0 … 1. */
  tiers: { tier: TierLevel | null; requests: number; share: number }[];
  tokens: { input: number; cachedInput: number; output: number };
  /** Where the token counts come from; null: no counts. */
  tokenProvenance: { provenance: Provenance | null; requests: number }[];
  cost: {
    microusd: number;
    /** Requests whose cost is not known; they are not in the sum. */
    unknownRequests: number;
    byProvenance: { provenance: Provenance | null; requests: number; microusd: number }[];
  };
  /** Over answered requests whose cost and whose cost at Level 3 are both known. */
  savings: {
    requests: number;
    costMicrousd: number;
    level3CostMicrousd: number;
    savedMicrousd: number;
    /** savedMicrousd / level3CostMicrousd; null when that is 0. */
    share: number | null;
    /** Answered requests that cannot be compared. */
    unknownRequests: number;
  };
  latency: LatencyRow[];
  /** `findings` pieces of this type in `requests` requests. */
  findings: { type: string; findings: number; requests: number }[];
  errors: { code: string; requests: number }[];
  targets: {
    target: string;
    tier: TierLevel | null;
    requests: number;
    inputTokens: number;
    outputTokens: number;
    costMicrousd: number;
    unknownCostRequests: number;
  }[];
  /** Answers that were judged and did not stand: what they cost and how long they took. */
  drafts: { target: string; rejected: number; costMicrousd: number; meanMs: number }[];
  /** The policies in force beside those on trial; empty where no trial was on. */
  trial: TrialRow[];
}

export interface TrialRow {
  arm: 'current' | 'trial';
  requests: number;
  /** Not answered. */
  failed: number;
  /** Answered at Level 1; at an external target is not known here. */
  level1: number;
  costMicrousd: number;
  unknownCostRequests: number;
  meanMs: number;
}

const TOP_TARGETS = 20;

/** SQLite gives a sum over no rows, or over nulls alone, as null. */
const total = (column: SQL.Aliased | SQL | Parameters<typeof sum>[0]) =>
  sql<number>`coalesce(sum(${column}), 0)`;
const nulls = (column: Parameters<typeof sum>[0]) => sql<number>`coalesce(sum(${column} is null), 0)`;

function latencyRows(
  rows: readonly { tier: TierLevel | null; durationMs: number; ttftMs: number | null; gatewayMs: number }[],
): LatencyRow[] {
  const groups = new Map<TierLevel | 'all', typeof rows>([['all', rows]]);
  for (const tier of [1, 2, 3] as const)
    groups.set(
      tier,
      rows.filter((row) => row.tier === tier),
    );
  return [...groups]
    .filter(([, group]) => group.length > 0)
    .map(([tier, group]) => ({
      tier,
      durationMs: spread(group.map((row) => row.durationMs)),
      ttftMs: spread(group.flatMap((row) => row.ttftMs ?? [])),
      gatewayMs: spread(group.map((row) => row.gatewayMs)),
    }));
}

/**
 * Reads the report of a period. Opens the file read-only for its duration.
 * @throws {GatewayError} LEDGER_UNAVAILABLE: no ledger there, not a ledger, other schema
 */
export function readReport(path: string, period: ReportPeriod = {}): Report {
  const sqlite = openForReading(path);
  try {
    // One read transaction: every number below is of the same moment.
    return drizzle(sqlite).transaction((db) => {
      const { since, until, caller } = period;
      const where = and(
        since === undefined ? undefined : gte(requests.startedAt, since),
        until === undefined ? undefined : lt(requests.startedAt, until),
        caller === undefined ? undefined : eq(requests.caller, caller),
      );
      const answered = and(where, isNotNull(requests.target));
      const comparable = and(
        answered,
        isNotNull(requests.costMicrousd),
        isNotNull(requests.level3CostMicrousd),
      );
      const n = count();

      const all = db
        .select({
          requests: n,
          answered: count(requests.target),
          firstAt: sql<number | null>`min(${requests.startedAt})`,
          lastAt: sql<number | null>`max(${requests.startedAt})`,
          input: total(requests.inputTokens),
          cachedInput: total(requests.cachedInputTokens),
          output: total(requests.outputTokens),
          microusd: total(requests.costMicrousd),
          unknownRequests: nulls(requests.costMicrousd),
        })
        .from(requests)
        .where(where)
        .get()!;
      const compared = db
        .select({
          requests: n,
          costMicrousd: total(requests.costMicrousd),
          level3CostMicrousd: total(requests.level3CostMicrousd),
        })
        .from(requests)
        .where(comparable)
        .get()!;
      const savedMicrousd = compared.level3CostMicrousd - compared.costMicrousd;

      return {
        period,
        requests: all.requests,
        firstAt: all.firstAt,
        lastAt: all.lastAt,
        outcomes: db
          .select({ outcome: requests.outcome, requests: n })
          .from(requests)
          .where(where)
          .groupBy(requests.outcome)
          .orderBy(desc(n))
          .all(),
        tiers: db
          .select({ tier: requests.tier, requests: n })
          .from(requests)
          .where(where)
          .groupBy(requests.tier)
          .orderBy(sql`${requests.tier} is null`, requests.tier)
          .all()
          .map((row) => ({ ...row, share: row.requests / all.requests })),
        tokens: { input: all.input, cachedInput: all.cachedInput, output: all.output },
        tokenProvenance: db
          .select({ provenance: requests.tokenProvenance, requests: n })
          .from(requests)
          .where(where)
          .groupBy(requests.tokenProvenance)
          .orderBy(desc(n))
          .all(),
        cost: {
          microusd: all.microusd,
          unknownRequests: all.unknownRequests,
          byProvenance: db
            .select({
              provenance: requests.costProvenance,
              requests: n,
              microusd: total(requests.costMicrousd),
            })
            .from(requests)
            .where(and(where, isNotNull(requests.costMicrousd)))
            .groupBy(requests.costProvenance)
            .orderBy(desc(n))
            .all(),
        },
        savings: {
          ...compared,
          savedMicrousd,
          share: compared.level3CostMicrousd === 0 ? null : savedMicrousd / compared.level3CostMicrousd,
          unknownRequests: all.answered - compared.requests,
        },
        latency: latencyRows(
          db
            .select({
              tier: requests.tier,
              durationMs: requests.durationMs,
              ttftMs: requests.ttftMs,
              gatewayMs: requests.gatewayMs,
            })
            .from(requests)
            .where(answered)
            .all(),
        ),
        findings: db
          .select({
            type: sql<string>`finding.key`,
            findings: sql<number>`sum(finding.value)`,
            // A type stands once in a request's object: each row is another request.
            requests: n,
          })
          .from(sql`${requests}, json_each(${requests.findings}) as finding`)
          .where(where)
          .groupBy(sql`finding.key`)
          .orderBy(sql`2 desc`, sql`1`)
          .all(),
        errors: db
          .select({ code: sql<string>`${requests.errorCode}`, requests: n })
          .from(requests)
          .where(and(where, isNotNull(requests.errorCode)))
          .groupBy(requests.errorCode)
          .orderBy(desc(n), requests.errorCode)
          .all(),
        targets: db
          .select({
            target: sql<string>`${requests.target}`,
            tier: requests.tier,
            requests: n,
            inputTokens: total(requests.inputTokens),
            outputTokens: total(requests.outputTokens),
            costMicrousd: total(requests.costMicrousd),
            unknownCostRequests: nulls(requests.costMicrousd),
          })
          .from(requests)
          .where(answered)
          .groupBy(requests.target, requests.tier)
          .orderBy(desc(n), requests.target)
          .limit(TOP_TARGETS)
          .all(),
        drafts: db
          .select({
            target: attempts.target,
            rejected: n,
            costMicrousd: total(attempts.costMicrousd),
            meanMs: sql<number>`avg(${attempts.durationMs})`,
          })
          .from(attempts)
          .innerJoin(requests, eq(requests.id, attempts.requestId))
          .where(and(where, eq(attempts.outcome, 'rejected')))
          .groupBy(attempts.target)
          .orderBy(desc(n), attempts.target)
          .all(),
        trial: db
          .select({
            arm: sql<TrialRow['arm']>`${requests.arm}`,
            requests: n,
            failed: sql<number>`sum(${requests.target} is null)`,
            level1: sql<number>`coalesce(sum(${requests.tier} = 1), 0)`,
            costMicrousd: total(requests.costMicrousd),
            unknownCostRequests: nulls(requests.costMicrousd),
            meanMs: sql<number>`avg(${requests.durationMs})`,
          })
          .from(requests)
          .where(and(where, isNotNull(requests.arm)))
          .groupBy(requests.arm)
          .orderBy(requests.arm)
          .all(),
      };
    });
  } finally {
    sqlite.close();
  }
}
