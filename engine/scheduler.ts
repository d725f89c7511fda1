// Continuous batching: one loop of steps; sequences join and leave at every step. Decoding sequences go first (one
// token each), then prompts in chunks, so that a long prompt does not stop the others' streams. First come, first
// served. A sequence's K/V room is reserved when it is admitted: once begun, it never runs out.
// Source: Yu et al., "Orca" (OSDI 2022); Agrawal et al., "Sarathi-Serve" (OSDI 2024) for chunked prefill.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { GatewayError, toGatewayError } from '../contract/errors.ts';
import type { NativeEngine, NativePooling, NativeStepItem, NativeStepResult } from './binding.ts';
import { fromNativeError } from './model.ts';
import { cancelled, reserved, type Sequence, type SequenceEnd, type SequenceRequest } from './sequence.ts';

export interface SchedulerOptions {
  /** KV budget of the engine, in tokens. */
  kvTokens: number;
  /** Most requests that wait; one more is refused. */
  maxQueue: number;
  /** Most sequences at once. */
  maxActive: number;
  /** Most prompt tokens in a step in which others decode. */
  promptChunk: number;
}

export class Scheduler {
  readonly #engine: NativeEngine;
  readonly #options: SchedulerOptions;
  readonly #waiting: Sequence[] = [];
  #active: Sequence[] = [];
  /** Sequences of the step in flight: their sessions are in use even when they were cancelled. */
  #stepping: readonly Sequence[] = [];
  #loop: Promise<void> | null = null;
  #wake: (() => void) | null = null;
  #closed = false;

  constructor(engine: NativeEngine, options: SchedulerOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  get contextTokens(): number {
    return this.#engine.nCtx;
  }

  stats(): { active: number; waiting: number; freeKvTokens: number } {
    return {
      active: this.#active.length,
      waiting: this.#waiting.length,
      freeKvTokens: this.#engine.freeKvTokens(),
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
    return new Promise((resolve, reject) => {
      const sequence: Sequence = {
        request,
        tokens,
        length: prompt.length,
        session: null,
        position: 0,
        cachedTokens: 0,
        ended: false,
        onAdmitted,
        resolve,
        reject,
      };
      const cancel = () => this.#end(sequence, cancelled(signal));
      signal.addEventListener('abort', cancel, { once: true });
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          signal.removeEventListener('abort', cancel);
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
   * The pooled hidden state of a prompt, (d_model,), of length 1. Reads and keeps no cached prefix.
   * @throws {GatewayError} as `run`
   */
  async embed(prompt: Int32Array, pooling: NativePooling, signal: AbortSignal): Promise<Float32Array> {
    let embedding: Float32Array = new Float32Array();
    await this.run({
      prompt,
      maxTokens: 0,
      pooling,
      sampler: {},
      topTokens: 0,
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

  /** Refuses all work, waits for the step in flight, frees everything. */
  async close(): Promise<void> {
    this.#closed = true;
    const error = new GatewayError('ENGINE_OVERLOADED', 'the engine is shutting down; try again', {
      status: 503,
    });
    for (const sequence of [...this.#waiting, ...this.#active]) this.#end(sequence, error);
    this.wake();
    await this.#loop;
    this.#engine.close();
  }

  #refusal(promptTokens: number, maxTokens: number): GatewayError | null {
    const limit = Math.min(this.#engine.nCtx, this.#options.kvTokens);
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
    if (this.#closed || this.#waiting.length >= this.#options.maxQueue) {
      return new GatewayError(
        'ENGINE_OVERLOADED',
        `${this.#waiting.length} requests already wait for the local engine; try again shortly`,
        { retryAfterS: 1 },
      );
    }
    return null;
  }

  async #run(): Promise<void> {
    while (this.#active.length > 0 || this.#waiting.length > 0) {
      this.#admit();
      const batch = this.#batch();
      if (batch.length > 0) await this.#step(batch);
      else if (this.#active.length > 0) await this.#woken();
      // Lets sockets and cancellations through between steps.
      await nextTurn();
    }
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#active.length < this.#options.maxActive) {
      const next = this.#waiting[0]!;
      const inUse = this.#active.reduce((sum, each) => sum + reserved(each), 0);
      if (this.#active.length > 0 && inUse + reserved(next) > this.#options.kvTokens) return;
      this.#waiting.shift();
      try {
        next.session = this.#engine.newSession();
        next.session.setSampler(next.request.sampler);
        this.#active.push(next);
        next.onAdmitted();
      } catch (error) {
        this.#end(next, fromNativeError(error));
      }
    }
  }

  #batch(): { sequence: Sequence; item: NativeStepItem }[] {
    const { nBatch } = this.#engine;
    const ready = this.#active.filter((sequence) => !sequence.request.isBehind());
    const isDecoding = (sequence: Sequence) => sequence.position >= sequence.request.prompt.length;
    const decoding = ready.filter(isDecoding).slice(0, nBatch);
    const room = nBatch - decoding.length;
    let budget = decoding.length > 0 ? Math.min(room, this.#options.promptChunk) : room;
    const batch = decoding.map((sequence) => this.#item(sequence, 1));
    for (const sequence of ready) {
      if (isDecoding(sequence) || budget <= 0) continue;
      this.#adopt(sequence);
      const count = Math.min(budget, sequence.length - sequence.position);
      budget -= count;
      batch.push(this.#item(sequence, count));
    }
    return batch;
  }

  /**
   * Takes what others have computed of this prompt by now. At least the last token is left: its logits are wanted. A
   * pooled hidden state needs every token of its prompt.
   */
  #adopt(sequence: Sequence): void {
    const { prompt, pooling } = sequence.request;
    if (pooling) return;
    const before = sequence.position;
    sequence.position = sequence.session!.adoptPrefix(prompt.subarray(0, -1));
    sequence.cachedTokens += sequence.position - before;
  }

  #item(sequence: Sequence, count: number): { sequence: Sequence; item: NativeStepItem } {
    const end = sequence.position + count;
    const item: NativeStepItem = {
      session: sequence.session!,
      tokens: sequence.tokens.slice(sequence.position, end),
      sample: end === sequence.length && !sequence.request.pooling,
      nTop: sequence.request.topTokens,
      ...(sequence.request.pooling && { pooling: sequence.request.pooling }),
    };
    return { sequence, item };
  }

  async #step(batch: { sequence: Sequence; item: NativeStepItem }[]): Promise<void> {
    this.#stepping = batch.map(({ sequence }) => sequence);
    let results: NativeStepResult[];
    try {
      results = await this.#engine.step(batch.map(({ item }) => item));
    } catch (error) {
      this.#stepping = [];
      await this.#stepFailed(batch, error);
      return;
    }
    this.#stepping = [];
    batch.forEach(({ sequence, item }, index) => {
      this.#advance(sequence, item, results[index]!);
    });
  }

  /** The culprit is found by stepping alone those whose timelines were not touched; the others fail. */
  async #stepFailed(batch: { sequence: Sequence; item: NativeStepItem }[], error: unknown): Promise<void> {
    for (const { sequence, item } of batch) {
      if (sequence.ended) this.#release(sequence);
      else if (batch.length === 1 || item.session.nPast() !== sequence.position) {
        this.#end(sequence, fromNativeError(error));
      } else await this.#step([{ sequence, item }]);
    }
  }

  #advance(sequence: Sequence, item: NativeStepItem, result: NativeStepResult): void {
    sequence.position += item.tokens.length;
    if (sequence.ended) {
      this.#release(sequence);
      return;
    }
    if (result.error) {
      this.#end(sequence, new GatewayError('INTERNAL', `the engine stopped this request: ${result.error}`));
      return;
    }
    if (sequence.request.pooling && sequence.position === sequence.length) {
      sequence.request.onToken(result);
      this.#end(sequence, 'stop');
      return;
    }
    if (!result.sampled) return;
    sequence.tokens[sequence.length++] = result.token;
    try {
      const goesOn = sequence.request.onToken(result);
      if (!goesOn) this.#end(sequence, 'stop');
      else if (sequence.length === sequence.tokens.length) this.#end(sequence, 'length');
    } catch (error) {
      this.#end(sequence, toGatewayError(error));
    }
  }

  #end(sequence: Sequence, outcome: SequenceEnd['reason'] | GatewayError): void {
    if (sequence.ended) return;
    sequence.ended = true;
    const place = this.#waiting.indexOf(sequence);
    if (place >= 0) this.#waiting.splice(place, 1);
    this.#active = this.#active.filter((each) => each !== sequence);
    if (!this.#stepping.includes(sequence)) this.#release(sequence);
    if (outcome instanceof GatewayError) sequence.reject(outcome);
    else sequence.resolve({ reason: outcome, cachedTokens: sequence.cachedTokens });
    this.wake();
  }

  /** What it computed stays in the engine's prefix tree. */
  #release(sequence: Sequence): void {
    sequence.session?.close();
    sequence.session = null;
  }
}
