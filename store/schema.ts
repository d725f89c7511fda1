// The ledger's tables: one row a request, one an attempt; counts and labels only, never a text or a found value. And
// the captures: redacted requests of callers who consented, none by default.
// Column keys are the keys of contract/ledger.ts, so a record is a row; units stand in the column names.
// After a change: `npx drizzle-kit generate`, and commit what it writes to migrations/.
import { index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { DraftConfidence } from '../contract/draft.ts';
import type { AttemptRecord, LoggedFacts, Outcome, Provenance } from '../contract/ledger.ts';
import type { Exclusion, Sensitivity } from '../contract/policy.ts';
import type { TierLevel } from '../contract/tier.ts';

export const requests = sqliteTable(
  'requests',
  {
    id: text('id').primaryKey(),
    startedAt: integer('started_at_unix_ms').notNull(),
    caller: text('caller').notNull(),
    surface: text('surface').notNull(),
    requestedModel: text('requested_model').notNull(),
    stream: integer('stream', { mode: 'boolean' }).notNull(),
    task: text('task').notNull(),
    difficulty: real('difficulty').notNull(),
    sensitivity: text('sensitivity').$type<Sensitivity>().notNull(),
    findings: text('findings_json', { mode: 'json' }).$type<Record<string, number>>().notNull(),
    facts: text('facts_json', { mode: 'json' }).$type<LoggedFacts>(),
    arm: text('arm').$type<'current' | 'trial'>(),
    policy: text('policy').notNull(),
    reasons: text('reasons_json', { mode: 'json' }).$type<string[]>().notNull(),
    excluded: text('excluded_json', { mode: 'json' }).$type<Exclusion[]>().notNull(),
    target: text('target'),
    tier: integer('tier').$type<TierLevel>(),
    inputTokens: integer('input_tokens'),
    cachedInputTokens: integer('cached_input_tokens'),
    outputTokens: integer('output_tokens'),
    tokenProvenance: text('token_provenance').$type<Provenance>(),
    costMicrousd: integer('cost_microusd'),
    costProvenance: text('cost_provenance').$type<Provenance>(),
    priceSource: text('price_source'),
    level3CostMicrousd: integer('level3_cost_microusd'),
    gatewayMs: real('gateway_ms').notNull(),
    ttftMs: real('ttft_ms'),
    durationMs: real('duration_ms').notNull(),
    outcome: text('outcome').$type<Outcome>().notNull(),
    errorCode: text('error_code'),
    status: integer('status').notNull(),
  },
  // The report reads a period. More indexes would make every request pay for what a report needs seldom.
  (table) => [index('requests_started_at').on(table.startedAt)],
);

export const attempts = sqliteTable(
  'attempts',
  {
    requestId: text('request_id')
      .notNull()
      .references(() => requests.id),
    index: integer('attempt_index').notNull(),
    target: text('target').notNull(),
    tier: integer('tier').$type<TierLevel>().notNull(),
    kind: text('kind').$type<AttemptRecord['kind']>().notNull(),
    outcome: text('outcome').$type<AttemptRecord['outcome']>().notNull(),
    reason: text('reason'),
    confidence: text('confidence_json', { mode: 'json' }).$type<DraftConfidence>(),
    errorCode: text('error_code'),
    status: integer('status'),
    redacted: integer('redacted', { mode: 'boolean' }).notNull(),
    inputTokens: integer('input_tokens'),
    cachedInputTokens: integer('cached_input_tokens'),
    outputTokens: integer('output_tokens'),
    tokenProvenance: text('token_provenance').$type<Provenance>(),
    costMicrousd: integer('cost_microusd'),
    priceSource: text('price_source'),
    queueMs: real('queue_ms'),
    ttftMs: real('ttft_ms'),
    durationMs: real('duration_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.requestId, table.index] })],
);

export const captures = sqliteTable('captures', {
  requestId: text('request_id')
    .primaryKey()
    .references(() => requests.id),
  /** A chat request in OpenAI's shape; found values are placeholders. */
  request: text('request_json').notNull(),
});
