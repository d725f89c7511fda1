// Ledger entries for tests and benchmarks.
import { randomUUID } from 'node:crypto';
import type { AttemptRecord, LedgerEntry, RequestRecord } from '../../contract/ledger.ts';

/** A plausible entry with one attempt; `request` overrides parts of it. */
export function ledgerEntry(
  request: Partial<RequestRecord> = {},
  attempts: Partial<AttemptRecord>[] = [{}],
): LedgerEntry {
  const base: RequestRecord = {
    id: randomUUID(),
    startedAt: Date.now(),
    caller: 'anonymous',
    surface: 'chat-completions',
    requestedModel: 'auto',
    stream: false,
    task: 'extract',
    difficulty: 0.31,
    sensitivity: 'confidential',
    findings: { EMAIL: 1 },
    facts: null,
    arm: null,
    policy: 'capability,difficulty,default',
    reasons: ['difficulty: 0.31 is below 0.45', 'default: personal data is redacted for external targets'],
    excluded: [{ target: 'inhouse/llama', by: 'availability', reason: 'breaker open for 12 s' }],
    target: 'frontier/gpt',
    tier: 3,
    inputTokens: 310,
    cachedInputTokens: 0,
    outputTokens: 20,
    tokenProvenance: 'reported',
    costMicrousd: 42,
    costProvenance: 'reported',
    priceSource: 'config',
    level3CostMicrousd: 42,
    gatewayMs: 0.4,
    ttftMs: 3.1,
    durationMs: 12.3,
    outcome: 'ok',
    errorCode: null,
    status: 200,
  };
  const attempt: AttemptRecord = {
    index: 0,
    target: 'frontier/gpt',
    tier: 3,
    kind: 'first',
    outcome: 'ok',
    reason: null,
    confidence: null,
    errorCode: null,
    status: 200,
    redacted: true,
    inputTokens: 310,
    cachedInputTokens: 0,
    outputTokens: 20,
    tokenProvenance: 'reported',
    costMicrousd: 42,
    priceSource: 'config',
    queueMs: 0.1,
    ttftMs: 3,
    durationMs: 11.9,
  };
  return {
    request: { ...base, ...request },
    attempts: attempts.map((part, index) => ({ ...attempt, index, ...part })),
  };
}
