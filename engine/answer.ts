// Runs a request's choices side by side and writes them as a stream of chunks or as one body.
import { randomUUID } from 'node:crypto';
import { toGatewayError } from '../contract/errors.ts';
import { type AnswerHead, type BodyShape, type FinishedChoice, usageBody } from './answer-bodies.ts';
import { type GenerateEvent, generate } from './generate.ts';
import type { Model } from './model.ts';
import type { SamplingRequest } from './request.ts';
import type { Scheduler } from './scheduler.ts';

export interface Answering {
  model: Model;
  scheduler: Scheduler;
  /** `system_fingerprint` of every answer. */
  fingerprint: string;
  /** Told at the end of each request. */
  onAnswered?: () => void;
}

interface IndexedEvent {
  index: number;
  event: GenerateEvent;
}

/** Choices of one request while they grow. */
class Choices {
  readonly head: AnswerHead;
  readonly #request: SamplingRequest;
  readonly #prompts: readonly Int32Array[];
  readonly #choices: FinishedChoice[];

  constructor(
    answering: Answering,
    idPrefix: string,
    request: SamplingRequest,
    prompts: readonly Int32Array[],
  ) {
    this.head = {
      id: `${idPrefix}-${randomUUID().replaceAll('-', '')}`,
      created: Math.floor(Date.now() / 1000),
      model: answering.model.id,
      system_fingerprint: answering.fingerprint,
    };
    this.#request = request;
    this.#prompts = prompts;
    this.#choices = Array.from({ length: prompts.length * request.n }, () => ({
      text: '',
      logprobs: [],
      reason: 'stop',
      completionTokens: 0,
      cachedTokens: 0,
      confidence: { tokens: 0, meanLogprob: null, meanEntropy: null, minMargin: null },
    }));
  }

  take({ index, event }: IndexedEvent): FinishedChoice {
    const choice = this.#choices[index]!;
    if (event.type === 'text-delta') {
      choice.text += event.text;
      choice.logprobs.push(...event.logprobs);
    } else if (event.type === 'finish') {
      choice.reason = event.reason;
      choice.cachedTokens = event.cachedTokens;
      choice.completionTokens = event.completionTokens;
      choice.confidence = event.confidence;
    }
    return choice;
  }

  /** The chunk that an event makes; text is passed on, not collected. */
  chunk(shape: BodyShape, { index, event }: IndexedEvent): object {
    if (event.type === 'finish') return shape.finish(this.head, index, this.take({ index, event }));
    return shape.chunk(this.head, index, {
      text: event.type === 'start' ? '' : event.text,
      first: event.type === 'start',
      logprobs: event.type === 'text-delta' && this.#request.logprobs ? event.logprobs : null,
    });
  }

  usage() {
    return usageBody(this.#prompts, this.#choices);
  }

  whole(shape: BodyShape): object {
    return shape.whole(this.head, this.#choices, this.usage(), this.#request.logprobs);
  }
}

/** The events of all choices, `n` of each prompt, as they come. Leaving it, or a failing choice, ends all of them. */
async function* choiceEvents(
  answering: Answering,
  prompts: readonly Int32Array[],
  request: SamplingRequest,
  signal: AbortSignal,
): AsyncGenerator<IndexedEvent, void, undefined> {
  const { model, scheduler } = answering;
  const left = new AbortController();
  const grammar = request.constraint ? model.grammar(request.constraint) : null;
  const either = AbortSignal.any([signal, left.signal]);
  const runs = Array.from({ length: prompts.length * request.n }, (_, index) => {
    const prompt = prompts[Math.floor(index / request.n)]!;
    const seed = BigInt.asUintN(64, request.seed + BigInt(index % request.n));
    return generate(
      model,
      scheduler,
      {
        prompt,
        maxTokens: request.maxTokens ?? Math.max(1, scheduler.contextTokens - prompt.length),
        stop: request.stop,
        sampler: { ...request.sampler, seed },
        grammar,
        logprobs: request.logprobs,
        topLogprobs: request.topLogprobs,
        turn: request.turn,
      },
      either,
    );
  });
  const advance = (index: number) => runs[index]!.next().then((result) => ({ index, result }));
  const pending = new Map(runs.map((_, index) => [index, advance(index)]));
  try {
    while (pending.size > 0) {
      const { index, result } = await Promise.race(pending.values());
      if (result.done) pending.delete(index);
      else {
        pending.set(index, advance(index));
        yield { index, event: result.value };
      }
    }
  } finally {
    left.abort();
    for (const rest of pending.values()) rest.catch(() => {});
    answering.onAnswered?.();
  }
}

/**
 * The whole answer as one body.
 * @throws {GatewayError} as `generate`
 */
export async function answerWhole(
  answering: Answering,
  shape: BodyShape,
  idPrefix: string,
  prompts: readonly Int32Array[],
  request: SamplingRequest,
  signal: AbortSignal,
): Promise<object> {
  const choices = new Choices(answering, idPrefix, request, prompts);
  for await (const event of choiceEvents(answering, prompts, request, signal)) choices.take(event);
  return choices.whole(shape);
}

/**
 * Server-sent events, once the first choice has its turn: refusals and a full queue are thrown here. A later
 * failure is an error event, and the stream ends without `[DONE]`.
 * @throws {GatewayError} as `generate`
 */
export async function answerStream(
  answering: Answering,
  shape: BodyShape,
  idPrefix: string,
  prompts: readonly Int32Array[],
  request: SamplingRequest,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const left = new AbortController();
  const events = choiceEvents(answering, prompts, request, AbortSignal.any([signal, left.signal]));
  const first = await events.next();
  const choices = new Choices(answering, idPrefix, request, prompts);
  const encoder = new TextEncoder();
  const frame = (payload: string) => encoder.encode(`data: ${payload}\n\n`);
  async function* frames(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      if (!first.done) yield frame(JSON.stringify(choices.chunk(shape, first.value)));
      for await (const event of events) yield frame(JSON.stringify(choices.chunk(shape, event)));
      if (request.includeUsage) yield frame(JSON.stringify(shape.usage(choices.head, choices.usage())));
      yield frame('[DONE]');
    } catch (error) {
      yield frame(JSON.stringify(toGatewayError(error).toBody()));
    }
  }
  const iterator = frames();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel() {
      left.abort();
    },
  });
}
