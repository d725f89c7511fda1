// Compressed answers. Tiergate asks for none (`accept-encoding: identity`), but some proxies compress all the same.
import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { GatewayError } from '../contract/errors.ts';
import { type AnswerBody, MAX_ANSWER_BYTES, tooLargeError } from './response-body.ts';

const DECODERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
} as const;

class DecompressedBody implements AnswerBody {
  readonly #inner: AnswerBody;
  readonly #output: Readable;
  readonly #iterator: AsyncIterator<Uint8Array, undefined>;

  constructor(inner: AnswerBody, encoding: keyof typeof DECODERS) {
    this.#inner = inner;
    const input = Readable.from(inner);
    const output = DECODERS[encoding]();
    input.on('error', (error) => output.destroy(error));
    this.#output = input.pipe(output);
    this.#iterator = this.#output[Symbol.asyncIterator]();
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    try {
      return await this.#iterator.next();
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      const code = (error as { code?: string }).code ?? 'unknown error';
      throw new GatewayError(
        'PROVIDER_PROTOCOL',
        `the upstream's compressed answer cannot be read (${code})`,
        { cause: error },
      );
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.cancel();
    return { done: true, value: undefined };
  }

  async text(): Promise<string> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of this) {
      bytes += part.length;
      if (bytes > MAX_ANSWER_BYTES) throw tooLargeError(); // leaving the loop cancels
      parts.push(part);
    }
    return Buffer.concat(parts).toString();
  }

  cancel(): void {
    this.#output.destroy();
    this.#inner.cancel();
  }

  drain(): void {
    this.#output.resume();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/**
 * The body with its `content-encoding` undone.
 * @throws {GatewayError} PROVIDER_PROTOCOL for an encoding that is not gzip, deflate or br
 */
export function decodeBody(body: AnswerBody, encoding: string | undefined): AnswerBody {
  if (encoding === undefined || encoding === '' || encoding === 'identity') return body;
  if (Object.hasOwn(DECODERS, encoding)) return new DecompressedBody(body, encoding as keyof typeof DECODERS);
  body.cancel();
  throw new GatewayError(
    'PROVIDER_PROTOCOL',
    `the upstream answered with the unknown content-encoding "${encoding}"`,
  );
}
