// Walks the decision's candidates until one answers. Every attempt (first, retry, fallback, escalation) gets its
// request anew from `requestFor`, the sensitivity gate; nothing is tried that the decision does not list, and nothing
// once the first event has been handed on.
import type { ChatAnswer, ChatEvent } from '../contract/chat.ts';
import type { Draft, DraftJudge, DraftVerdict } from '../contract/draft.ts';
import { GatewayError, toGatewayError } from '../contract/errors.ts';
import type { AttemptRecord } from '../contract/ledger.ts';
import type { Candidate, Decision } from '../contract/policy.ts';
import type { AttemptContext, Outgoing, Target, TokenCounter } from '../contract/tier.ts';
import { Attempt } from './attempt.ts';
import { type BreakerPermit, countsAsFailure } from './breaker.ts';
import { abortError, type Clock, sleep, systemClock } from './clock.ts';
import { tokenCounter } from './count-tokens.ts';
import { draftOf, judgeStream } from './draft-reader.ts';
import type { GuardedRunner } from './guard.ts';
import { ObservedStream } from './observed-stream.ts';
import { type RetryOptions, retryDelayMs } from './retry.ts';
import { askAgain } from './sample.ts';

export interface ChainOptions {
  decision: Pick<Decision, 'candidates'>;
  runners: ReadonlyMap<string, GuardedRunner>;
  /** What this target may see. Called once for every attempt; may throw to refuse one. */
  requestFor(target: Target, redact: boolean): Outgoing;
  context: AttemptContext;
  /** Judges Level 1's answer while the list holds a higher tier; left out: it stands as it is. */
  judge?: DraftJudge | undefined;
  /** No wait goes beyond it (the clock's milliseconds). The signal is what stops a running attempt. */
  deadlineAt?: number;
  counter?: TokenCounter;
  clock?: Clock;
  /** Gives [0, 1). */
  random?: () => number;
}

/** A candidate that was passed over without a call. */
export interface Skip {
  target: string;
  reason: string;
}

/** A draft that did not stand. */
export interface RejectedDraft {
  target: string;
  reason: string;
}

export interface ChainResult {
  target: Target;
  candidate: Candidate;
  redacted: boolean;
  /** A stream has its first event already: what fails from here on cannot move to another target. */
  answer: ChatAnswer;
  skipped: Skip[];
  rejected: RejectedDraft[];
  /** What speaks for the draft that this answer is; null: nothing, or it was not judged. */
  accepted: string | null;
  /** The answer is a draft that did not stand: no higher tier answered. */
  isLastResort: boolean;
  /**
   * The records of all attempts, the last one complete. To be awaited before the response's last byte is sent. A
   * stream that is still running is cancelled, as "client-closed" or with the given error. Calling it again is free.
   */
  finish(error?: GatewayError): Promise<AttemptRecord[]>;
}

/** All candidates failed; carries the most useful error's code, message and status, and every attempt's record. */
export class ChainFailure extends GatewayError {
  readonly attempts: AttemptRecord[];
  readonly skipped: Skip[];

  constructor(error: GatewayError, attempts: AttemptRecord[], skipped: Skip[]) {
    const { code, message, status, param, retryAfterS, cause } = error;
    super(code, message, { status, param, cause, ...(retryAfterS !== null && { retryAfterS }) });
    this.attempts = attempts;
    this.skipped = skipped;
  }
}

/**
 * @throws {ChainFailure} with the code of the last failure that another try may cure, else of the last one;
 * NO_TIER_AVAILABLE when no candidate could even be called
 */
export function runChain(options: ChainOptions): Promise<ChainResult> {
  return new Chain(options).run();
}

class Chain {
  readonly #options: ChainOptions;
  readonly #clock: Clock;
  readonly #attempts: Attempt[] = [];
  readonly #errors: GatewayError[] = [];
  readonly #skipped: Skip[] = [];
  readonly #rejected: (RejectedDraft & { candidate: Candidate })[] = [];
  /** A whole draft that did not stand, for when nothing better comes. */
  #kept: { result: ChainResult; attempt: Attempt } | null = null;

  constructor(options: ChainOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  async run(): Promise<ChainResult> {
    for (const candidate of this.#options.decision.candidates) {
      const result = await this.#ask(candidate, this.#judgeOf(candidate));
      if (result !== null) return result;
    }
    return (await this.#lastResort()) ?? this.#giveUp();
  }

  /** One candidate with its retries; null when it did not answer, or its draft does not stand. */
  async #ask(candidate: Candidate, judge: DraftJudge | undefined): Promise<ChainResult | null> {
    const guarded = this.#options.runners.get(candidate.target);
    if (!guarded) {
      this.#skipped.push({ target: candidate.target, reason: 'not a running target' });
      return null;
    }
    for (let retry = 0; ; retry++) {
      const result = await this.#try(candidate, guarded, retry, judge);
      if (!(result instanceof GatewayError)) return result;
      if (!(await this.#waitToRetry(result, retry, guarded.retry))) return null;
    }
  }

  /** Level 1's answer is judged only while there is somewhere to move up to. */
  #judgeOf(candidate: Candidate): DraftJudge | undefined {
    const { decision, runners, judge } = this.#options;
    const tierOf = ({ target }: Candidate): number => runners.get(target)?.runner.target.tier ?? 0;
    if (judge === undefined || tierOf(candidate) !== 1) return undefined;
    const after = decision.candidates.slice(decision.candidates.indexOf(candidate) + 1);
    return after.some((later) => tierOf(later) > 1) ? judge : undefined;
  }

  /** A draft that did not stand is better than no answer: the whole one, else the target once more. */
  async #lastResort(): Promise<ChainResult | null> {
    const [first] = this.#rejected;
    if (first === undefined) return null;
    if (this.#kept === null) {
      const again = await this.#ask(first.candidate, undefined);
      return again && { ...again, isLastResort: true };
    }
    const { result, attempt } = this.#kept;
    attempt.keep(`${first.reason}; kept, as no higher tier answered`);
    return { ...result, isLastResort: true };
  }

  /** One attempt: its result or its error; null when the target was not called at all. */
  async #try(
    candidate: Candidate,
    guarded: GuardedRunner,
    retry: number,
    judge: DraftJudge | undefined,
  ): Promise<ChainResult | GatewayError | null> {
    const { signal } = this.#options.context;
    if (signal.aborted) return this.#giveUp(abortError(signal));
    const permit = guarded.breaker.enter();
    if (permit === null) {
      this.#skipped.push({
        target: candidate.target,
        reason: guarded.state().reason ?? 'breaker half-open, one call is on trial',
      });
      return null;
    }
    const { target } = guarded.runner;
    const askedAt = this.#clock.now();
    try {
      if (!guarded.slots.tryEnter()) await guarded.slots.enter(signal, this.#leftMs());
    } catch (thrown) {
      permit.settle('neutral');
      const error = toGatewayError(thrown);
      if (signal.aborted) return this.#giveUp(error);
      this.#skipped.push({ target: target.id, reason: error.message });
      this.#errors.push(error);
      return null;
    }
    const queueMs = this.#clock.now() - askedAt;
    const start = { index: this.#attempts.length, kind: this.#kind(target, retry), target, queueMs };
    const attempt = new Attempt(start, this.#clock.now);
    this.#attempts.push(attempt);
    try {
      return await this.#call(candidate, guarded, attempt, permit, judge);
    } catch (thrown) {
      const error = toGatewayError(thrown);
      attempt.end(error);
      guarded.slots.leave();
      permit.settle(countsAsFailure(error) ? 'failure' : 'neutral');
      this.#errors.push(error);
      // A client that left and a fault of our own are not cured by another target.
      if (signal.aborted || error.code === 'INTERNAL') return this.#giveUp(error);
      return error;
    }
  }

  async #call(
    candidate: Candidate,
    guarded: GuardedRunner,
    attempt: Attempt,
    permit: BreakerPermit,
    judge: DraftJudge | undefined,
  ): Promise<ChainResult | null> {
    const { context } = this.#options;
    const { runner, slots, breaker } = guarded;
    const outgoing = this.#outgoingFor(candidate, runner.target);
    attempt.send(outgoing.request, outgoing.redacted);
    const answer = await runner.chat(
      judge ? Object.assign({}, outgoing, { confidenceTokens: judge.earlyTokens }) : outgoing,
      context,
    );
    if (answer.kind === 'completion') {
      attempt.observeCompletion(answer.completion);
      const durationMs = attempt.end(null);
      const draft = judge && draftOf(answer.completion, judge.earlyTokens);
      const verdict = judge && (await this.#verdict(candidate, guarded, judge, draft!, judge.judge(draft!)));
      if (verdict?.stands === false) this.#reject(candidate, attempt, verdict.reason!, true);
      else guarded.latency.note(durationMs);
      slots.leave();
      permit.settle('success');
      const result = this.#result(candidate, runner.target, outgoing.redacted, answer, null);
      if (verdict?.stands !== false) return this.#accepted(result, attempt, verdict);
      this.#kept ??= { result, attempt };
      return null;
    }
    const events = answer.events[Symbol.asyncIterator]();
    let first = await this.#firstEvents(events, runner.target);
    let verdict: DraftVerdict | undefined;
    if (judge === undefined) for (const { chunk } of first) attempt.observeChunk(chunk);
    else {
      const judged = await judgeStream(first, events, judge, (chunk) => attempt.observeChunk(chunk));
      const { draft, isOver } = judged;
      verdict = isOver
        ? await this.#verdict(candidate, guarded, judge, draft, judged.verdict)
        : judged.verdict;
      if (!verdict.stands) {
        events.return?.().catch(() => {});
        this.#reject(candidate, attempt, verdict.reason!, isOver);
        slots.leave();
        permit.settle('success');
        if (isOver) {
          const whole: ChatAnswer = { kind: 'stream', events: replay(judged.read) };
          const result = this.#result(candidate, runner.target, outgoing.redacted, whole, null);
          this.#kept ??= { result, attempt };
        }
        return null;
      }
      first = judged.read;
    }
    permit.settle('success');
    const observed = new ObservedStream(first, events, attempt, (error) => {
      slots.leave();
      if (error === null) guarded.latency.note(attempt.end(null));
      else if (countsAsFailure(error)) breaker.noteLateFailure();
    });
    const stream: ChatAnswer = { kind: 'stream', events: observed };
    const result = this.#result(candidate, runner.target, outgoing.redacted, stream, observed);
    return this.#accepted(result, attempt, verdict);
  }

  /** What this target may see. Every attempt asks anew. @throws {GatewayError} EGRESS_BLOCKED */
  #outgoingFor(candidate: Candidate, target: Target): Outgoing {
    const outgoing = this.#options.requestFor(target, candidate.redact);
    if (candidate.redact && !outgoing.redacted) {
      throw new GatewayError(
        'EGRESS_BLOCKED',
        `${candidate.target} may only see a redacted request, and this one is not; nothing was sent`,
      );
    }
    return outgoing;
  }

  /** A whole draft that stands so far must also agree with itself. */
  async #verdict(
    candidate: Candidate,
    guarded: GuardedRunner,
    judge: DraftJudge,
    draft: Draft,
    soFar: DraftVerdict,
  ): Promise<DraftVerdict> {
    if (!soFar.stands) return soFar;
    const objection = await this.#disagreement(candidate, guarded, judge, draft);
    return objection === null ? soFar : { stands: false, reason: objection };
  }

  #accepted(result: ChainResult, attempt: Attempt, verdict: DraftVerdict | undefined): ChainResult {
    const accepted = verdict?.reason ?? null;
    if (accepted !== null) attempt.keep(accepted);
    return accepted === null ? result : { ...result, accepted };
  }

  /** A draft that stands so far is asked for again, in its own slot: the samples run together. Null: they agree. */
  async #disagreement(
    candidate: Candidate,
    { runner }: GuardedRunner,
    judge: DraftJudge,
    draft: Draft,
  ): Promise<string | null> {
    if (judge.samples === 0) return null;
    const { target } = runner;
    const samples = await Promise.all(
      Array.from({ length: judge.samples }, async (_, seed): Promise<Draft | null> => {
        const start = { index: this.#attempts.length, kind: 'sample' as const, target, queueMs: 0 };
        const attempt = new Attempt(start, this.#clock.now);
        this.#attempts.push(attempt);
        const outgoing = (): Outgoing => this.#outgoingFor(candidate, target);
        return askAgain(runner, outgoing, seed, attempt, this.#options.context);
      }),
    );
    return judge.compare(
      draft,
      samples.filter((sample) => sample !== null),
    );
  }

  #reject(candidate: Candidate, attempt: Attempt, reason: string, isWhole: boolean): void {
    attempt.reject(reason, isWhole);
    this.#rejected.push({ target: candidate.target, reason, candidate });
  }

  async #firstEvents(
    events: AsyncIterator<readonly ChatEvent[]>,
    target: Target,
  ): Promise<readonly ChatEvent[]> {
    const { done, value } = await events.next();
    if (!done) return value;
    throw new GatewayError('PROVIDER_PROTOCOL', `${target.id} ended its stream without a single event`);
  }

  #result(
    candidate: Candidate,
    target: Target,
    redacted: boolean,
    answer: ChatAnswer,
    stream: ObservedStream | null,
  ): ChainResult {
    let records: Promise<AttemptRecord[]> | null = null;
    const finish = (error?: GatewayError): Promise<AttemptRecord[]> => {
      stream?.stop(error ?? null);
      records ??= this.#records();
      return records;
    };
    const [skipped, rejected] = [this.#skipped, this.#rejected];
    return {
      target,
      candidate,
      redacted,
      answer,
      skipped,
      rejected,
      accepted: null,
      isLastResort: false,
      finish,
    };
  }

  /** Waits for the retry's time to come; false when the next candidate is to be tried. */
  async #waitToRetry(error: GatewayError, retry: number, options: RetryOptions): Promise<boolean> {
    const { random = Math.random, context } = this.#options;
    const delayMs = retryDelayMs(error, retry, options, random);
    if (delayMs === null || delayMs >= this.#leftMs()) return false;
    await sleep(delayMs, context.signal, this.#clock).catch((thrown) => this.#giveUp(toGatewayError(thrown)));
    return true;
  }

  #kind(target: Target, retry: number): AttemptRecord['kind'] {
    const last = this.#attempts.at(-1)?.target;
    if (!last) return 'first';
    if (retry > 0 && last.id === target.id) return 'retry';
    return target.tier > last.tier ? 'escalate' : 'fallback';
  }

  #leftMs(): number {
    return (this.#options.deadlineAt ?? Number.POSITIVE_INFINITY) - this.#clock.now();
  }

  async #records(): Promise<AttemptRecord[]> {
    const { runners, counter = tokenCounter } = this.#options;
    const counterOf = ({ target }: Attempt): TokenCounter =>
      runners.get(target.id)?.runner.counter ?? counter;
    return Promise.all(this.#attempts.map((attempt) => attempt.record(counterOf(attempt))));
  }

  async #giveUp(last?: GatewayError): Promise<never> {
    throw new ChainFailure(last ?? this.#mostUseful(), await this.#records(), this.#skipped);
  }

  #mostUseful(): GatewayError {
    const chosen = this.#errors.findLast((error) => error.retryable) ?? this.#errors.at(-1);
    if (chosen) return chosen;
    const why = this.#skipped.map((skip) => `${skip.target}: ${skip.reason}`).join('; ');
    return new GatewayError(
      'NO_TIER_AVAILABLE',
      `no target can be called now (${why || 'the decision lists none'})`,
    );
  }
}

/** A stream that has been read already. */
async function* replay(events: readonly ChatEvent[]): AsyncGenerator<readonly ChatEvent[], void, undefined> {
  yield events;
}
