// Continuous batching: one loop of steps; sequences join and leave at every step (engine/step-plan.ts). Who waits is
// admitted in a fair order (engine/waiting.ts). A sequence's K/V room is reserved when it is admitted: once begun, it
// never runs out.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { GatewayError, toGatewayError } from '../contract/errors.ts';
import type { NativeEngine, NativePooling, NativeStepItem, NativeStepResult } from './binding.ts';
import type { DraftModel } from './drafters/draft-model.ts';
import { PromptLookup } from './drafters/prompt-lookup.ts';
import { fromNativeError } from './model.ts';
import { cancelled, type Sequence, type SequenceEnd, type SequenceRequest, USUAL_TURN } from './sequence.ts';
import { mayGuess, type Planned, planStep } from './step-plan.ts';
import { StepTimes } from './step-times.ts';
import { WaitingQueue } from './waiting.ts';

export interface SchedulerOptions {
  /** KV budget of the engine, in tokens. */
  kvTokens: number;
  /** Most requests that wait; one more is refused. */
  maxQueue: number;
  /** Most sequences at once. */
  maxActive: number;
  /** An encoder: a prompt is read in one step, never in chunks; default false. */
  readsWhole?: boolean;
  /** Guess tokens where that is faster; default true. */
  speculation?: boolean;
  /** Guesses too, where the text itself tells nothing. Closed with the scheduler. */
  draftModel?: DraftModel;
  /** Milliseconds; default: performance.now. */
  now?: () => number;
}

export class Scheduler {
  readonly #engine: NativeEngine;
  readonly #options: SchedulerOptions;
  readonly #waiting: WaitingQueue;
  readonly #times = new StepTimes();
  readonly #now: () => number;
  #active: Sequence[] = [];
  /** Of the step in flight, and of the reading: their sessions are in use even when they were cancelled. */
  #stepping: readonly Sequence[] = [];
  #inReading: readonly Sequence[] = [];
  /** What the reading has taken so far. */
  #readingMs = 0;
  #loop: Promise<void> | null = null;
  #wake: (() => void) | null = null;
  /** Tokens guessed so far, and those of them that were right. */
  #guessed = 0;
  #guessedRight = 0;
  #closed = false;

  constructor(engine: NativeEngine, options: SchedulerOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#waiting = new WaitingQueue(options.maxQueue);
    this.#now = options.now ?? (() => performance.now());
  }

  get contextTokens(): number {
    return this.#engine.nCtx;
  }

  stats() {
    return {
      active: this.#active.length,
      waiting: this.#waiting.size,
      freeKvTokens: this.#engine.freeKvTokens(),
      guessed: this.#guessed,
      guessedRight: this.#guessedRight,
    };
  }

  /**
   * Runs one sequence to its end. `onAdmitted` is called when its turn has come.
   * @throws {GatewayError} CONTEXT_OVERFLOW when it can never fit, ENGINE_OVERLOADED when too many wait,
   * CLIENT_CLOSED (or the signal's GatewayError) when cancelled
   */
  run(request: SequenceRequest, onAdmitted: () => void = () => {}): Promise<SequenceEnd> {
    const { prompt, maxTokens, signal } = request;
    const refusal = this.#refusal(prompt.length, maxTokens);
    if (refusal) return Promise.reject(refusal);
    if (signal.aborted) return Promise.reject(cancelled(signal));
    const tokens = new Int32Array(prompt.length + maxTokens);
    tokens.set(prompt);
    const guesses = this.#options.speculation !== false && !request.pooling;
    const modelDrafter = guesses ? (this.#options.draftModel?.drafter(tokens) ?? null) : null;
    const drafters = guesses ? [new PromptLookup(tokens), ...(modelDrafter ? [modelDrafter] : [])] : [];
    return new Promise((resolve, reject) => {
      const sequence: Sequence = {
        request,
        tokens,
        length: prompt.length,
        session: null,
        drafters,
        modelDrafter,
        arrivedAt: this.#now(),
        admittedAt: 0,
        position: 0,
        cachedTokens: 0,
        ended: false,
        onAdmitted,
        resolve,
        reject,
      };
      const cancel = () => this.#end(sequence, cancelled(signal));
      signal.addEventListener('abort', cancel, { once: true });
      const { startWithinMs } = request.turn;
      const late = () => {
        if (sequence.session === null) this.#end(sequence, this.#waiting.refusal(this.#active.length));
      };
      const timer = startWithinMs === null ? undefined : setTimeout(late, startWithinMs);
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          signal.removeEventListener('abort', cancel);
          clearTimeout(timer);
          then(value);
        };
      sequence.resolve = settle(resolve);
      sequence.reject = settle(reject);
      this.#waiting.push(sequence);
      this.#loop ??= this.#run().finally(() => {
        this.#loop = null;
      });
      this.wake();
    });
  }

  /**
   * The pooled hidden state of a prompt, (d_model,), of length 1; of rank pooling (1,). Reads and keeps no cached prefix.
   * @throws {GatewayError} as `run`
   */
  async embed(prompt: Int32Array, pooling: NativePooling, signal: AbortSignal): Promise<Float32Array> {
    let embedding: Float32Array = new Float32Array();
    await this.run({
      prompt,
      maxTokens: 0,
      pooling,
      isWhole: this.#options.readsWhole === true,
      sampler: {},
      topTokens: 0,
      turn: USUAL_TURN,
      signal,
      isBehind: () => false,
      onToken(result) {
        embedding = result.embedding!;
        return false;
      },
    });
    return embedding;
  }

  /** A consumer that was behind has caught up. */
  wake(): void {
    this.#wake?.();
  }

  /** Refuses all work, waits for the step in flight and for `last`, which may use the engine, and frees everything. */
  async close(last?: () => Promise<void>): Promise<void> {
    this.#closed = true;
    const error = new GatewayError('ENGINE_OVERLOADED', 'the engine is shutting down; try again', {
      status: 503,
    });
    for (const sequence of [...this.#waiting, ...this.#active]) this.#end(sequence, error);
    this.wake();
    await this.#loop;
    await last?.();
    this.#options.draftModel?.close();
    this.#engine.close();
  }

  #refusal(promptTokens: number, maxTokens: number): GatewayError | null {
    const { nCtx } = this.#engine;
    const { kvTokens } = this.#options;
    const limit = this.#engine.kvTokensFor(nCtx) <= kvTokens ? nCtx : Math.min(nCtx, kvTokens);
    if (promptTokens === 0) {
      return new GatewayError('INVALID_REQUEST', 'the prompt has no tokens; send some text', {
        param: 'messages',
      });
    }
    if (promptTokens + maxTokens > limit) {
      return new GatewayError(
        'CONTEXT_OVERFLOW',
        `the prompt has ${promptTokens} tokens and up to ${maxTokens} are asked for, together ` +
          `${promptTokens + maxTokens}; this model's context window is ${limit}: shorten the messages or lower max_tokens`,
        { param: 'messages' },
      );
    }
    return this.#closed || this.#waiting.isFull ? this.#waiting.refusal(this.#active.length) : null;
  }

  async #run(): Promise<void> {
    while (this.#active.length > 0 || this.#waiting.size > 0) {
      this.#admit();
      await this.#guess();
      const plan = planStep(this.#active, this.#inReading, this.#engine, this.#times);
      if (plan.reading.length > 0) this.#beginReading(plan.reading);
      if (plan.step.length > 0 || this.#inReading.length > 0) await this.#step(plan.step, plan.readingMs);
      else if (this.#active.length > 0) await this.#woken();
      // Lets sockets and cancellations through between steps.
      await nextTurn();
    }
  }

  async #guess(): Promise<void> {
    const { draftModel } = this.#options;
    const may = draftModel && mayGuess(this.#active, this.#inReading, this.#engine, this.#times);
    if (may) await draftModel.guess(may.guessing, may.offer);
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }

  /** Tokens of the K/V budget that a sequence has a right to. */
  #reserved({ request }: Sequence): number {
    return this.#engine.kvTokensFor(request.prompt.length + request.maxTokens);
  }

  #admit(): void {
    while (this.#active.length < this.#options.maxActive) {
      const next = this.#waiting.next(this.#now(), this.#active);
      if (next === undefined) return;
      const inUse = this.#active.reduce((sum, each) => sum + this.#reserved(each), 0);
      if (this.#active.length > 0 && inUse + this.#reserved(next) > this.#options.kvTokens) return;
      this.#waiting.remove(next);
      try {
        next.session = this.#engine.newSession();
        next.session.setSampler(next.request.sampler);
        if (next.request.grammar) next.session.setGrammar(next.request.grammar, next.request.maxTokens);
        next.admittedAt = this.#now();
        this.#active.push(next);
        next.onAdmitted();
      } catch (error) {
        this.#end(next, fromNativeError(error));
      }
    }
  }

  /** Where all together cannot be read, the first that can alone; those that cannot end. */
  #beginReading(batch: Planned[]): void {
    try {
      const results = this.#engine.read(batch.map(({ item }) => item));
      this.#inReading = batch.map(({ sequence }) => sequence);
      this.#readingMs = 0;
      results.then(
        (each) => this.#endReading(batch, each),
        () => this.#endReading(batch, null),
      );
    } catch (error) {
      if (batch.length === 1) this.#end(batch[0]!.sequence, fromNativeError(error));
      else for (const each of batch) if (this.#inReading.length === 0) this.#beginReading([each]);
    }
  }

  /** results: null when the engine was closed. */
  #endReading(batch: Planned[], results: NativeStepResult[] | null): void {
    this.#inReading = [];
    const rows = batch.reduce((sum, { item }) => sum + item.tokens.length, 0);
    if (results) this.#times.observeReading(rows, this.#readingMs);
    batch.forEach(({ sequence, item }, index) => {
      if (results) this.#advance(sequence, item, results[index]!);
      else this.#release(sequence);
    });
  }

  async #step(batch: Planned[], readingMs = 0): Promise<void> {
    this.#stepping = batch.map(({ sequence }) => sequence);
    const begun = this.#now();
    let results: NativeStepResult[];
    try {
      results = await this.#engine.step(
        batch.map(({ item }) => item),
        readingMs,
      );
    } catch (error) {
      this.#stepping = [];
      await this.#stepFailed(batch, error);
      return;
    }
    this.#stepping = [];
    this.#readingMs += this.#engine.readingMs;
    this.#measure(batch, this.#now() - begun - this.#engine.readingMs);
    batch.forEach(({ sequence, item }, index) => {
      this.#advance(sequence, item, results[index]!);
    });
  }

  #measure(batch: Planned[], ms: number): void {
    const decoding = batch.filter(({ sequence }) => sequence.position >= sequence.request.prompt.length);
    const rows = batch.reduce((sum, { item }) => sum + item.tokens.length, 0);
    const draftRows = batch.reduce((sum, { item }) => sum + (item.draft?.length ?? 0), 0);
    this.#times.observe({
      decoding: decoding.length,
      promptRows: rows - decoding.length,
      draftRows,
      ms,
    });
  }

  /** The culprit is found by stepping alone those whose timelines were not touched; the others fail. */
  async #stepFailed(batch: Planned[], error: unknown): Promise<void> {
    for (const { sequence, item } of batch) {
      if (sequence.ended) this.#release(sequence);
      else if (batch.length === 1 || item.session.nPast() !== sequence.position) {
        this.#end(sequence, fromNativeError(error));
      } else await this.#step([{ sequence, item }]);
    }
  }

  #advance(sequence: Sequence, item: NativeStepItem, first: NativeStepResult): void {
    const { request, drafters } = sequence;
    const results = [first, ...(first.following ?? [])];
    sequence.position += item.tokens.length + results.length - 1;
    this.#guessed += item.draft?.length ?? 0;
    this.#guessedRight += results.length - 1;
    if (request.pooling && !first.error && sequence.position === sequence.length) {
      if (!sequence.ended) request.onToken(first);
      this.#end(sequence, 'stop');
    }
    const length = sequence.length;
    for (const result of results) {
      if (sequence.ended) break;
      this.#take(sequence, result);
    }
    for (const drafter of drafters) drafter.learn(length, sequence.length - length);
    if (sequence.ended) this.#release(sequence);
  }

  /** One result, which may have sampled nothing. */
  #take(sequence: Sequence, result: NativeStepResult): void {
    if (result.error) {
      const why = `the engine stopped this request: ${result.error}`;
      this.#end(sequence, new GatewayError('INTERNAL', why));
      return;
    }
    if (!result.sampled) return;
    sequence.tokens[sequence.length++] = result.token;
    try {
      const goesOn = sequence.request.onToken(result);
      if (!goesOn || result.complete) this.#end(sequence, 'stop');
      else if (sequence.length === sequence.tokens.length) this.#end(sequence, 'length');
    } catch (error) {
      this.#end(sequence, toGatewayError(error));
    }
  }

  #end(sequence: Sequence, outcome: SequenceEnd['reason'] | GatewayError): void {
    if (sequence.ended) return;
    sequence.ended = true;
    this.#waiting.remove(sequence);
    if (sequence.session) this.#waiting.served(this.#now() - sequence.admittedAt);
    this.#active = this.#active.filter((each) => each !== sequence);
    if (!this.#stepping.includes(sequence) && !this.#inReading.includes(sequence)) this.#release(sequence);
    if (outcome instanceof GatewayError) sequence.reject(outcome);
    else sequence.resolve({ reason: outcome, cachedTokens: sequence.cachedTokens });
    this.wake();
  }

  /** What it computed stays in the engine's prefix tree. */
  #release(sequence: Sequence): void {
    sequence.session?.close();
    sequence.session = null;
    for (const drafter of sequence.drafters) drafter.close();
  }
}
