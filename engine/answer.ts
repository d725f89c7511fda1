// Runs a request's choices side by side and writes them as a stream of chunks or as one body.
import { randomUUID } from 'node:crypto';
import { NO_SIGNALS } from '../contract/confidence.ts';
import { toGatewayError } from '../contract/errors.ts';
import {
  type AnswerHead,
  type BodyShape,
  type DeltaPart,
  type FinishedChoice,
  usageBody,
} from './answer-bodies.ts';
import type { AnswerParser } from './answer-format/answer-format.ts';
import type { AnswerPart } from './answer-format/answer-reader.ts';
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
  readonly #shape: BodyShape;
  readonly #prompts: readonly Int32Array[];
  readonly #choices: FinishedChoice[];
  readonly #parsers: AnswerParser[];

  constructor(
    answering: Answering,
    idPrefix: string,
    request: SamplingRequest,
    shape: BodyShape,
    prompts: readonly Int32Array[],
  ) {
    this.head = {
      id: `${idPrefix}-${randomUUID().replaceAll('-', '')}`,
      created: Math.floor(Date.now() / 1000),
      model: answering.model.id,
      system_fingerprint: answering.fingerprint,
    };
    this.#request = request;
    this.#shape = shape;
    this.#prompts = prompts;
    this.#choices = Array.from({ length: prompts.length * request.n }, () => ({
      text: '',
      reasoning: '',
      toolCalls: [],
      logprobs: [],
      reason: 'stop',
      completionTokens: 0,
      reasoningTokens: 0,
      cachedTokens: 0,
      confidence: { ...NO_SIGNALS, early: null },
    }));
    this.#parsers = this.#choices.map(() => shape.parser());
  }

  /** What an event adds to its choice; thoughts and text are not kept. */
  #advance({ index, event }: IndexedEvent): DeltaPart[] {
    const choice = this.#choices[index]!;
    const parser = this.#parsers[index]!;
    if (event.type === 'start') return [];
    const wasReasoning = parser.isReasoning;
    const parts = event.type === 'finish' ? parser.end() : parser.push(event.text);
    const placed = parts.map((part) => place(part, choice));
    if (event.type === 'text-delta') {
      // The marks around the thoughts count with them.
      if (wasReasoning || parser.isReasoning) choice.reasoningTokens += event.tokens;
      choice.completionTokens += event.tokens;
    } else {
      if (wasReasoning) choice.reasoningTokens += event.completionTokens - choice.completionTokens;
      const hasCalls = choice.toolCalls.length > 0;
      choice.reason = hasCalls && event.reason === 'stop' ? 'tool_calls' : event.reason;
      choice.cachedTokens = event.cachedTokens;
      choice.completionTokens = event.completionTokens;
      choice.confidence = event.confidence;
    }
    return placed;
  }

  take({ index, event }: IndexedEvent): void {
    const choice = this.#choices[index]!;
    for (const part of this.#advance({ index, event })) {
      if (part.type === 'content') choice.text += part.text;
      else if (part.type === 'reasoning') choice.reasoning += part.text;
      else if (part.type === 'arguments') choice.toolCalls[part.index]!.function.arguments += part.text;
    }
    if (event.type === 'text-delta') choice.logprobs.push(...event.logprobs);
  }

  /** The chunks that an event makes. Its logprobs go with the first, or with an empty text. */
  chunks({ index, event }: IndexedEvent): object[] {
    const shape = this.#shape;
    const parts: (DeltaPart | null)[] = this.#advance({ index, event });
    if (event.type === 'start') parts.push(null);
    const logprobs = event.type === 'text-delta' && this.#request.logprobs ? event.logprobs : null;
    if (parts.length === 0 && logprobs && logprobs.length > 0) parts.push({ type: 'content', text: '' });
    const confidence = event.type === 'text-delta' ? event.confidence : null;
    const chunks = parts.map((part, place) =>
      shape.chunk(this.head, index, { part, logprobs: place === 0 ? logprobs : logprobs && [], confidence }),
    );
    if (event.type === 'finish') chunks.push(shape.finish(this.head, index, this.#choices[index]!));
    return chunks;
  }

  usage() {
    return usageBody(this.#prompts, this.#choices, this.#shape.thinks);
  }

  whole(): object {
    return this.#shape.whole(this.head, this.#choices, this.usage(), this.#request.logprobs);
  }
}

/** A part's place among its choice's calls; a new call is put there. */
function place(part: AnswerPart, { toolCalls }: FinishedChoice): DeltaPart {
  if (part.type === 'call') {
    const id = `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
    toolCalls.push({ id, type: 'function', function: { name: part.name, arguments: '' } });
    return { ...part, id, index: toolCalls.length - 1 };
  }
  if (part.type === 'arguments') return { ...part, type: 'arguments', index: toolCalls.length - 1 };
  return { type: part.type, text: part.text };
}

/** The events of all choices, `n` of each prompt, as they come. Leaving it, or a failing choice, ends all of them. */
async function* choiceEvents(
  answering: Answering,
  prompts: readonly Int32Array[],
  request: SamplingRequest,
  markers: ReadonlySet<number>,
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
        confidenceTokens: request.confidenceTokens,
        turn: request.turn,
        markers,
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
  const choices = new Choices(answering, idPrefix, request, shape, prompts);
  for await (const event of choiceEvents(answering, prompts, request, shape.markers, signal)) {
    choices.take(event);
  }
  return choices.whole();
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
  const either = AbortSignal.any([signal, left.signal]);
  const events = choiceEvents(answering, prompts, request, shape.markers, either);
  const first = await events.next();
  const choices = new Choices(answering, idPrefix, request, shape, prompts);
  const encoder = new TextEncoder();
  const frame = (payload: string) => encoder.encode(`data: ${payload}\n\n`);
  function* frames(event: IndexedEvent): Generator<Uint8Array, void, undefined> {
    for (const chunk of choices.chunks(event)) yield frame(JSON.stringify(chunk));
  }
  async function* allFrames(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      if (!first.done) yield* frames(first.value);
      for await (const event of events) yield* frames(event);
      if (request.includeUsage) yield frame(JSON.stringify(shape.usage(choices.head, choices.usage())));
      yield frame('[DONE]');
    } catch (error) {
      yield frame(JSON.stringify(toGatewayError(error).toBody()));
    }
  }
  const iterator = allFrames();
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
