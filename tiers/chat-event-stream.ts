// A streamed answer: bytes of an event stream in, chat events out. Knows when a stream was cut.
import type { ChatChunk, ChatEvent } from '../contract/chat.ts';
import type { Provider } from '../contract/provider.ts';
import type { AnswerBody } from './response-body.ts';
import { SseDecoder } from './sse.ts';
import { named, UpstreamError } from './upstream-error.ts';

export class ChatEventStream implements AsyncIterableIterator<readonly ChatEvent[], undefined> {
  readonly #target: string;
  readonly #provider: Provider;
  readonly #bytes: AnswerBody;
  readonly #withoutKey: (text: string) => string;
  readonly #decoder = new SseDecoder();
  /** A finish reason was seen: the answer is whole even if the upstream forgets its `[DONE]`. */
  #finished = false;
  #over = false;
  /** Thrown once the events before it have been handed on. */
  #failure: { error: unknown } | null = null;

  /** @param withoutKey removes the target's credentials from a message */
  constructor(target: string, provider: Provider, bytes: AnswerBody, withoutKey: (text: string) => string) {
    this.#target = target;
    this.#withoutKey = withoutKey;
    this.#provider = provider;
    this.#bytes = bytes;
  }

  async next(): Promise<IteratorResult<readonly ChatEvent[], undefined>> {
    const events: ChatEvent[] = [];
    while (!this.#over && events.length === 0) {
      try {
        const { done, value } = await this.#bytes.next();
        if (done) this.#end();
        else for (const payload of this.#decoder.push(value)) if (!this.#over) this.#read(payload, events);
      } catch (error) {
        this.#over = true;
        this.#bytes.cancel();
        this.#failure = { error };
      }
    }
    if (events.length > 0) return { done: false, value: events };
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure.error;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<readonly ChatEvent[], undefined>> {
    if (!this.#over) this.#bytes.cancel();
    this.#over = true;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #read(payload: string, events: ChatEvent[]): void {
    if (payload === '[DONE]') {
      this.#over = true;
      this.#bytes.drain();
      return;
    }
    if (payload === '') return;
    const parsed = this.#parse(payload);
    const chunk = this.#map(parsed);
    if (chunk === null) return;
    if (!this.#finished) {
      for (const choice of chunk.choices) if (choice.finish_reason) this.#finished = true;
    }
    events.push(chunk === parsed ? { chunk, raw: payload } : { chunk });
  }

  #parse(payload: string): unknown {
    try {
      return JSON.parse(payload);
    } catch {
      throw this.#broken(`sent a stream event that is not JSON (${payload.length} characters)`);
    }
  }

  #map(payload: unknown): ChatChunk | null {
    try {
      return this.#provider.fromWireChunk(payload);
    } catch (error) {
      throw named(this.#target, error, this.#withoutKey);
    }
  }

  #broken(what: string): UpstreamError {
    return new UpstreamError('PROVIDER_PROTOCOL', `${this.#target} ${what}`, 200);
  }

  #end(): void {
    this.#over = true;
    if (!this.#finished) {
      throw this.#broken('ended its stream without a finish reason or [DONE]: the answer is cut');
    }
  }
}
