// The body of an upstream's answer: bytes pushed by the socket, pulled by one reader, with backpressure.
// Hand-written instead of a stream object: a whole answer costs one promise, a streamed one a promise per read, and a
// read takes everything that has arrived.
import { GatewayError } from '../contract/errors.ts';

/** Bytes held for a slow reader before the socket is paused. */
const HIGH_WATER_BYTES = 256 * 1024;
/** Largest whole answer that is read into memory. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** What the body needs of the connection that feeds it. */
export interface BodySource {
  pause(): void;
  resume(): void;
  /** Ends the exchange and closes its connection. */
  cancel(): void;
}

/** A body as its readers see it: pieces, or the whole text. One reader only. */
export interface AnswerBody extends AsyncIterableIterator<Uint8Array, undefined> {
  /** @throws {GatewayError} PROVIDER_PROTOCOL above 64 MiB, or what ended the connection */
  text(): Promise<string>;
  /** Stops reading and closes the connection, so that the upstream stops working. */
  cancel(): void;
  /** Stops reading but lets the answer end by itself, so that the connection can be used again. */
  drain(): void;
}

export const tooLargeError = (): GatewayError =>
  new GatewayError(
    'PROVIDER_PROTOCOL',
    `the upstream's answer is larger than ${MAX_ANSWER_BYTES} bytes; it is not read further`,
  );

export class ResponseBody implements AnswerBody {
  readonly #source: BodySource;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #paused = false;
  #collecting = false;
  #draining = false;
  #closed = false;
  #error: unknown = null;
  #wake: (() => void) | null = null;

  constructor(source: BodySource) {
    this.#source = source;
  }

  /** Takes bytes from the connection. */
  push(chunk: Uint8Array): void {
    if (this.#closed || this.#draining) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#collecting) {
      if (this.#bytes > MAX_ANSWER_BYTES) this.#tooLarge();
      return;
    }
    if (this.#bytes >= HIGH_WATER_BYTES && !this.#paused) {
      this.#paused = true;
      this.#source.pause();
    }
    this.#notify();
  }

  /** Marks the end; with an error, that is thrown once the bytes before it are read. */
  close(error: unknown = null): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#error = error;
    this.#notify();
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (this.#chunks.length === 0) {
      if (this.#error !== null) throw this.#error;
      if (this.#closed) return { done: true, value: undefined };
      await this.#change();
    }
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    this.#unpause();
    return { done: false, value: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.cancel();
    return { done: true, value: undefined };
  }

  cancel(): void {
    this.#chunks = [];
    if (this.#closed) return;
    this.close();
    this.#source.cancel();
  }

  drain(): void {
    this.#draining = true;
    this.#chunks = [];
    this.#unpause();
  }

  async text(): Promise<string> {
    this.#collecting = true;
    this.#unpause();
    while (!this.#closed) await this.#change();
    if (this.#error !== null) throw this.#error;
    const chunks = this.#chunks as Buffer[];
    this.#chunks = [];
    return chunks.length === 1 ? chunks[0]!.toString() : Buffer.concat(chunks).toString();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #unpause(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#source.resume();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  #tooLarge(): void {
    this.#chunks = [];
    this.close(tooLargeError());
    this.#source.cancel();
  }
}
