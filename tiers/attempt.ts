// The account of one attempt: its times, its tokens and what they cost. Becomes one AttemptRecord.
import type {
  ChatChunk,
  ChatCompletion,
  ChatDelta,
  ChatMessage,
  ChatRequest,
  Usage,
} from '../contract/chat.ts';
import type { DraftConfidence } from '../contract/draft.ts';
import type { GatewayError } from '../contract/errors.ts';
import type { AttemptRecord, Provenance } from '../contract/ledger.ts';
import type { Target, TokenCounter } from '../contract/tier.ts';
import { reportedConfidence } from './draft-reader.ts';
import { costMicrousd } from './prices.ts';
import { UpstreamError } from './upstream-error.ts';
import { readUsage, type TokenCounts } from './usage.ts';

export interface AttemptStart {
  index: number;
  kind: AttemptRecord['kind'];
  target: Target;
  /** Milliseconds waited for a slot. */
  queueMs: number;
}

const BLOCKS = new Set<string>(['EGRESS_BLOCKED', 'PII_BLOCKED', 'POLICY_BLOCKED', 'BUDGET_EXCEEDED']);

/** Failures after which the upstream may have worked, and bill for it, although nothing arrived. */
const MAY_BILL = new Set<string>([
  'PROVIDER_TIMEOUT',
  'CLIENT_CLOSED',
  'REQUEST_TIMEOUT',
  'PROVIDER_PROTOCOL',
]);

function outcomeOf(error: GatewayError | null, begun: boolean): AttemptRecord['outcome'] {
  if (error === null) return 'ok';
  if (error.code === 'CLIENT_CLOSED') return 'client-closed';
  if (BLOCKS.has(error.code)) return 'blocked';
  return begun ? 'cut' : 'error';
}

export class Attempt {
  readonly target: Target;
  readonly #start: AttemptStart;
  readonly #now: () => number;
  readonly #startedAt: number;
  /** What was sent, for counting its tokens; null until it was. */
  #sent: ChatRequest | null = null;
  #redacted = false;
  #ttftMs: number | null = null;
  #durationMs: number | null = null;
  #begun = false;
  #usage: Usage | null = null;
  #confidence: DraftConfidence | null = null;
  /** Of a judged draft. */
  #draft: { stands: boolean; reason: string; isWhole: boolean } | null = null;
  /** Everything the model wrote, in pieces. */
  readonly #said: string[] = [];
  #error: GatewayError | null = null;
  #record: AttemptRecord | null = null;

  constructor(start: AttemptStart, now: () => number) {
    this.target = start.target;
    this.#start = start;
    this.#now = now;
    this.#startedAt = now();
  }

  get isOver(): boolean {
    return this.#durationMs !== null;
  }

  send(request: ChatRequest, redacted: boolean): void {
    this.#sent = request;
    this.#redacted = redacted;
  }

  observeChunk(chunk: ChatChunk): void {
    if (!this.#begun) {
      this.#begun = true;
      this.#ttftMs = this.#now() - this.#startedAt;
    }
    if (chunk.usage) this.#usage = chunk.usage;
    this.#confidence = reportedConfidence(chunk) ?? this.#confidence;
    for (const choice of chunk.choices) this.#collect(choice.delta);
  }

  observeCompletion(completion: ChatCompletion): void {
    this.#begun = true;
    if (completion.usage) this.#usage = completion.usage;
    this.#confidence = reportedConfidence(completion);
    // The text is only read when it has to be counted.
    if (readUsage(this.#usage) === null)
      for (const choice of completion.choices) this.#collect(choice.message);
  }

  /** The end; only the first call counts. Returns the attempt's milliseconds. */
  end(error: GatewayError | null): number {
    if (this.#durationMs === null) {
      this.#durationMs = this.#now() - this.#startedAt;
      this.#error = error;
    }
    return this.#durationMs;
  }

  /** The attempt's answer was judged and does not stand; ends it. */
  reject(reason: string, isWhole: boolean): void {
    this.#draft = { stands: false, reason, isWhole };
    this.end(null);
  }

  /** The answer is a draft that stands: why. */
  keep(reason: string): void {
    this.#draft = { stands: true, reason, isWhole: true };
  }

  /** The finished record; an attempt that did not end is not asked for it. */
  async record(counter: TokenCounter): Promise<AttemptRecord> {
    this.#record ??= await this.#makeRecord(counter);
    return this.#record;
  }

  async #makeRecord(counter: TokenCounter): Promise<AttemptRecord> {
    const error = this.#error;
    const reported = readUsage(this.#usage);
    const found = reported ?? (await this.#count(counter));
    const counts = found === 'unknown' ? null : found;
    const isWhole = error === null && this.#draft?.isWhole !== false;
    const provenance: Provenance = isWhole ? 'counted' : 'estimated-partial';
    const { price } = this.target;
    return {
      index: this.#start.index,
      target: this.target.id,
      tier: this.target.tier,
      kind: this.#start.kind,
      outcome: this.#draft?.stands === false ? 'rejected' : outcomeOf(error, this.#begun),
      reason: this.#draft?.reason ?? null,
      confidence: this.#confidence,
      errorCode: error?.code ?? null,
      status:
        error instanceof UpstreamError ? error.upstreamStatus : error === null || this.#begun ? 200 : null,
      redacted: this.#redacted,
      inputTokens: counts?.inputTokens ?? null,
      cachedInputTokens: counts?.cachedInputTokens ?? null,
      outputTokens: counts?.outputTokens ?? null,
      tokenProvenance: counts === null ? null : reported ? 'reported' : provenance,
      // A call that was refused or never arrived is not billed by anybody.
      costMicrousd: found === null ? 0 : counts === null ? null : costMicrousd(counts, price),
      priceSource: price?.source ?? null,
      queueMs: this.#start.queueMs,
      ttftMs: this.#ttftMs,
      durationMs: this.#durationMs ?? 0,
    };
  }

  /** Null when nothing can have been used: the call was refused, blocked or never arrived. */
  async #count(counter: TokenCounter): Promise<TokenCounts | 'unknown' | null> {
    if (this.#sent === null) return null;
    if (!this.#begun && this.#error !== null && !MAY_BILL.has(this.#error.code)) return null;
    const { model } = this.target;
    const said = this.#said.join('');
    try {
      const inputTokens = await counter.prompt(this.#sent, model);
      return {
        inputTokens,
        cachedInputTokens: 0,
        outputTokens: said === '' ? 0 : await counter.text(said, model),
      };
    } catch {
      return 'unknown';
    }
  }

  #collect(part: ChatDelta | ChatMessage): void {
    for (const text of [part.content, part['reasoning_content'], part.refusal]) {
      if (typeof text === 'string' && text !== '') this.#said.push(text);
    }
    for (const call of part.tool_calls ?? []) {
      if (call.function?.name) this.#said.push(call.function.name);
      if (call.function?.arguments) this.#said.push(call.function.arguments);
    }
  }
}
