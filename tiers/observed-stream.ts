// A stream on its way to the client, with its attempt's account kept beside it.
import type { ChatEvent } from '../contract/chat.ts';
import { GatewayError, toGatewayError } from '../contract/errors.ts';
import type { Attempt } from './attempt.ts';

export class ObservedStream implements AsyncIterableIterator<readonly ChatEvent[], undefined> {
  /** Read ahead by the chain, and already in the account. */
  #first: readonly ChatEvent[] | null;
  readonly #events: AsyncIterator<readonly ChatEvent[]>;
  readonly #attempt: Attempt;
  readonly #onEnd: (error: GatewayError | null) => void;

  /** @param onEnd called once, when the stream is over in whatever way */
  constructor(
    first: readonly ChatEvent[],
    events: AsyncIterator<readonly ChatEvent[]>,
    attempt: Attempt,
    onEnd: (error: GatewayError | null) => void,
  ) {
    this.#first = first;
    this.#events = events;
    this.#attempt = attempt;
    this.#onEnd = onEnd;
  }

  async next(): Promise<IteratorResult<readonly ChatEvent[], undefined>> {
    if (this.#attempt.isOver) return { done: true, value: undefined };
    const first = this.#first;
    if (first) {
      this.#first = null;
      return { done: false, value: first };
    }
    try {
      const { done, value } = await this.#events.next();
      if (done) {
        this.#end(null);
        return { done: true, value: undefined };
      }
      for (const { chunk } of value) this.#attempt.observeChunk(chunk);
      return { done: false, value };
    } catch (thrown) {
      const error = toGatewayError(thrown);
      this.#end(error);
      throw error;
    }
  }

  async return(): Promise<IteratorResult<readonly ChatEvent[], undefined>> {
    this.stop(null);
    return { done: true, value: undefined };
  }

  /** Cancels what still runs; nothing happens when the stream is over. */
  stop(error: GatewayError | null): void {
    if (this.#attempt.isOver) return;
    this.#end(error ?? new GatewayError('CLIENT_CLOSED', 'the answer was no longer wanted'));
    // The upstream is cancelled whatever its iterator thinks of it.
    this.#events.return?.().catch(() => {});
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(error: GatewayError | null): void {
    if (this.#attempt.isOver) return;
    this.#attempt.end(error);
    this.#onEnd(error);
  }
}
