// What a policy sees (facts and targets) and what it says (a verdict); how all verdicts fold into a decision.
import type { CascadeMode } from './draft.ts';
import type { Capabilities, Target, TargetState, TierLevel, TrustZone } from './tier.ts';

export type Sensitivity = 'public' | 'internal' | 'confidential' | 'restricted';
export const SENSITIVITIES: readonly Sensitivity[] = ['public', 'internal', 'confidential', 'restricted'];

export const TASKS = [
  'chat',
  'summarise',
  'extract',
  'classify',
  'rewrite',
  'translate',
  'grounded-question',
  'open-question',
  'code',
  'maths',
  'reasoning',
  'agent-step',
  'creative',
] as const;
export type Task = (typeof TASKS)[number];

/** What a request may be about that is seldom meant for everybody. */
export const TOPICS = ['health', 'legal', 'finance', 'hr', 'source_code'] as const;
export type Topic = (typeof TOPICS)[number];

/** What the client asked for besides the content: headers and model name. */
export interface Override {
  /** `x-tiergate-tier: 2`, or model `tier:2`. */
  tier?: TierLevel;
  /** A target id given as the model name. */
  target?: string;
  /** `x-tiergate-policy: strict-privacy`: a policy file's name, applied on top of the configured ones. */
  policy?: string;
}

/** By pair of tiers: the chance, 0 ... 1, that the stronger gets the request right and the weaker does not. */
export interface Gap {
  '1|2': number;
  '2|3': number;
}

/** What a caller asks of its answers: from the config, its key, and headers; the nearest holds. */
export interface Goals {
  /** Least chance, 0 ... 1, that no higher tier would have done better. */
  quality?: number;
  /** Of one request, in USD. */
  maxCostUsd?: number;
  /** Of the whole answer. */
  maxLatencyMs?: number;
  /** How drafts of Level 1 are judged for this request. */
  cascade?: 'off' | CascadeMode;
}

/** Everything a policy may look at. Plain data, made once per request, in process, in well under a millisecond. */
export interface RequestFacts {
  requestId: string;
  surface: string;
  /** Name of the API key's owner; "anonymous" where no keys are configured. */
  caller: string;
  /** The model name as the client wrote it. */
  model: string;
  stream: boolean;
  /** The input is token ids, which nobody can look into. */
  tokenInput?: boolean;
  /** Estimated prompt tokens. */
  promptTokens: number;
  /** The client's max_tokens / max_completion_tokens, null when absent. */
  maxOutputTokens: number | null;
  /** The client's `n`: answers asked for at once. */
  choices: number;
  messageCount: number;
  needs: Capabilities;
  task: Task;
  /** 0 easy … 1 hard. */
  difficulty: number;
  gap: Gap;
  /** ISO 639-1 where recognised. */
  language: string | null;
  /** Number of findings by type, e.g. {EMAIL: 2}. Never values. */
  findings: Record<string, number>;
  /** The highest of what findings, topics, the caller's key and the header `x-tiergate-sensitivity` say. */
  sensitivity: Sensitivity;
  /** What the caller's key and the header say alone. */
  declaredSensitivity: Sensitivity;
  /** What the messages are about; empty where nothing is recognised. */
  topics: readonly Topic[];
  /** Looking for private values failed: nobody knows what is in the request. */
  scanFailed?: boolean;
  /** Lower-case request headers without credentials. */
  headers: Record<string, string>;
  /** Local time of arrival. */
  time: { iso: string; hour: number; weekday: number };
  override: Override;
  goals: Goals;
  /** Who answered this conversation last, and how many of its tokens that target's cache may still hold. */
  session?: { target: string; cachedTokens: number };
}

export interface TargetView extends Target {
  state: TargetState;
}

/** What one policy says about one request. Everything is optional: silence is "no opinion". */
export interface Verdict {
  policy: string;
  /** A human sentence: why. */
  reason: string;
  /** Stop here: the request is refused. */
  block?: { code: 'POLICY_BLOCKED' | 'PII_BLOCKED' | 'BUDGET_EXCEEDED' };
  denyTiers?: TierLevel[];
  denyZones?: TrustZone[];
  denyTargets?: string[];
  /** Why a single target of `denyTargets` is denied, where that says more than `reason`. */
  targetReasons?: Record<string, string>;
  /** If any verdict has it, only these (intersection over verdicts) are allowed. */
  allowTiers?: TierLevel[];
  allowTargets?: string[];
  /** Values found must be redacted before a request enters these zones. */
  redactFor?: TrustZone[];
  /** Prefer these targets first, in order. */
  pinTarget?: string;
  /** Tried after all others, each with why. */
  avoidTargets?: Record<string, string>;
  /** Preferred tier: candidates are ordered from here upwards, lower tiers last. */
  startTier?: TierLevel;
  /** Upper bound of one request's estimated cost. */
  maxCostMicrousd?: number;
  /** How Level 1's answer is judged before it stands. "off" holds against every other verdict. */
  cascade?: 'off' | CascadeMode;
  sensitivity?: Sensitivity;
}

export interface Policy {
  name: string;
  /** Pure and total: no I/O, no clock, no randomness; never throws. Null: no opinion. */
  judge(facts: RequestFacts, targets: readonly TargetView[]): Verdict | null;
}

export interface Candidate {
  target: string;
  /** Why it stands at this place. */
  reason: string;
  /** True: it may only ever see the redacted request. */
  redact: boolean;
}

export interface Exclusion {
  target: string;
  /** Policy name, or "capability", "context", "availability". */
  by: string;
  reason: string;
}

export interface Decision {
  outcome: 'route' | 'block';
  /** The level the policies would start at, whether or not a target can be had there. */
  startTier: TierLevel;
  /** In the order to try. Empty exactly when outcome is "block". */
  candidates: Candidate[];
  excluded: Exclusion[];
  /** Every verdict, in policy order. */
  verdicts: Verdict[];
  sensitivity: Sensitivity;
  maxCostMicrousd: number | null;
  /** Level 1's answer is a draft, judged in this way, while a higher tier may still be asked; null: it stands as it is. */
  cascade: CascadeMode | null;
  /** One line for `x-tiergate-reason`. */
  reason: string;
  /** Present when blocked: a code of contract/errors.ts and the message for the client. */
  block?: { code: string; message: string };
}
