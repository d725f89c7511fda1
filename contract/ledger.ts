// What is written about every request. Counts and labels only: never a prompt, an answer or a found value; but for captures,
// which an operator must switch on by caller, and which hold redacted requests.
import type { DraftConfidence } from './draft.ts';
import type { Exclusion, RequestFacts, Sensitivity } from './policy.ts';
import type { TierLevel } from './tier.ts';

export type Outcome = 'ok' | 'error' | 'blocked' | 'client-closed' | 'cut';

/**
 * Where a token count or cost comes from: the upstream's usage, our own count, or an estimate of an answer that
 * was cut or aborted (its tokens so far).
 */
export type Provenance = 'reported' | 'counted' | 'estimated-partial';

/** What was decided by, for explaining and deciding anew. Headers are left out: they may hold anything. */
export type LoggedFacts = Pick<
  RequestFacts,
  | 'promptTokens'
  | 'maxOutputTokens'
  | 'choices'
  | 'messageCount'
  | 'needs'
  | 'gap'
  | 'language'
  | 'override'
  | 'goals'
  | 'tokenInput'
> &
  // Rows of older versions have none of these.
  Partial<Pick<RequestFacts, 'topics' | 'declaredSensitivity'>>;

export interface AttemptRecord {
  /** 0 … in order of trying. */
  index: number;
  target: string;
  tier: TierLevel;
  /** Why this attempt. "sample": a draft asked for again, to be compared with it; never what the client gets. */
  kind: 'first' | 'retry' | 'fallback' | 'escalate' | 'sample';
  /** "rejected": a draft that was judged and did not stand. */
  outcome: Outcome | 'rejected';
  /** Why a draft did not stand, or why it stands all the same. */
  reason: string | null;
  /** How sure the model was, where it says so. */
  confidence: DraftConfidence | null;
  /** GatewayError code when it failed. */
  errorCode: string | null;
  /** The upstream's status, null when none arrived. */
  status: number | null;
  redacted: boolean;
  inputTokens: number | null;
  cachedInputTokens: number | null;
  outputTokens: number | null;
  tokenProvenance: Provenance | null;
  costMicrousd: number | null;
  priceSource: string | null;
  queueMs: number | null;
  /** From the attempt's start. */
  ttftMs: number | null;
  durationMs: number;
}

export interface RequestRecord {
  id: string;
  /** Unix milliseconds. */
  startedAt: number;
  caller: string;
  surface: string;
  requestedModel: string;
  stream: boolean;
  task: string;
  difficulty: number;
  sensitivity: Sensitivity;
  /** Count by type. */
  findings: Record<string, number>;
  /** Null in rows of older versions. */
  facts: LoggedFacts | null;
  /** Which policies of a trial it met; null: no trial was on. */
  arm: 'current' | 'trial' | null;
  policy: string;
  reasons: string[];
  excluded: Exclusion[];
  /** Null when no target answered. */
  target: string | null;
  tier: TierLevel | null;
  inputTokens: number | null;
  cachedInputTokens: number | null;
  outputTokens: number | null;
  tokenProvenance: Provenance | null;
  /** Sum over all attempts; null as soon as one of them is unknown. */
  costMicrousd: number | null;
  costProvenance: Provenance | null;
  priceSource: string | null;
  /** The same tokens at the reference Level 3 target; null when unknown. */
  level3CostMicrousd: number | null;
  /** Gateway time before the first attempt, to the first byte, to the last byte. */
  gatewayMs: number;
  ttftMs: number | null;
  durationMs: number;
  outcome: Outcome;
  errorCode: string | null;
  status: number;
}

export interface LedgerEntry {
  request: RequestRecord;
  attempts: AttemptRecord[];
  /** The redacted request as JSON, of callers who consented: for `tiergate calibrate`. */
  capture?: string;
}

export interface Ledger {
  /** Resolves once the entry is committed. @throws {GatewayError} LEDGER_UNAVAILABLE */
  record(entry: LedgerEntry): Promise<void>;
  /** Null when writable, else why not. */
  problem(): string | null;
  close(): Promise<void>;
}
