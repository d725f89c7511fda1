// What a converter hands over: metadata, and tensors whose bytes are read when they are written.
import { type FileHandle, open } from 'node:fs/promises';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import type { GgufMetadata } from '../gguf/head.ts';
import type { ByteSource } from '../quantize/recode.ts';

export type SourceType = 'F32' | 'F16' | 'BF16';

export const SOURCE_BYTES: Readonly<Record<SourceType, number>> = { F32: 4, F16: 2, BF16: 2 };

export interface SourceTensor {
  name: string;
  /** Row-major, fastest axis last. */
  shape: readonly number[];
  type: SourceType;
  read: ByteSource;
}

export interface SourceModel {
  /** Of the input, for messages: "llama2.c checkpoint", "safetensors". */
  format: string;
  metadata: GgufMetadata;
  tensors: SourceTensor[];
  close(): Promise<void>;
}

export const unreadable = (path: string, why: string): GatewayError =>
  new GatewayError('MODEL_FILE_INVALID', `${displayPath(path)}: ${why}`);

export const notSupported = (what: string): GatewayError =>
  new GatewayError('MODEL_FORMAT_UNSUPPORTED', what);

/** A file open for reads at any place. */
export class SourceFile {
  readonly path: string;
  readonly size: number;
  readonly #file: FileHandle;

  private constructor(path: string, size: number, file: FileHandle) {
    this.path = path;
    this.size = size;
    this.#file = file;
  }

  /** @throws {GatewayError} MODEL_FILE_INVALID when it cannot be opened */
  static async open(path: string): Promise<SourceFile> {
    const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
      throw unreadable(path, `cannot be opened (${error.code ?? error.message})`);
    });
    return new SourceFile(path, (await file.stat()).size, file);
  }

  /** @throws {GatewayError} MODEL_FILE_INVALID when the file ends before */
  async read(into: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < into.length; ) {
      const { bytesRead } = await this.#file.read(into, at, into.length - at, position + at);
      if (bytesRead === 0)
        throw unreadable(this.path, `ends at byte ${position + at}, ${into.length - at} bytes too early`);
      at += bytesRead;
    }
  }

  /** The bytes from `start` on, as a tensor's. */
  from(start: number): ByteSource {
    return (into, offset) => this.read(into, start + offset);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/**
 * Rows of each head in the order of GGUF's llama files: there RoPE turns neighbours (2i, 2i + 1), in Hugging Face's files
 * (i, i + headRows / 2). Row 2i of a head is the i-th of its first half, row 2i + 1 the i-th of its second.
 */
export function interleaveHeads(read: ByteSource, rowBytes: number, headRows: number): ByteSource {
  const headBytes = rowBytes * headRows;
  const head = Buffer.alloc(headBytes);
  let held = -1;
  return async (into, offset) => {
    for (let at = 0; at < into.length; ) {
      const position = offset + at;
      const index = Math.floor(position / headBytes);
      if (index !== held) {
        await read(head, index * headBytes);
        held = index;
      }
      const row = Math.floor((position % headBytes) / rowBytes);
      const inRow = position % rowBytes;
      const sourceRow = (row % 2) * (headRows / 2) + (row >> 1);
      const length = Math.min(rowBytes - inRow, into.length - at);
      into.set(head.subarray(sourceRow * rowBytes + inRow, sourceRow * rowBytes + inRow + length), at);
      at += length;
    }
  };
}

/** A tensor whose values are already in memory. */
export function constantTensor(name: string, shape: readonly number[], values: Float32Array): SourceTensor {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const read: ByteSource = async (into, offset) => into.set(bytes.subarray(offset, offset + into.length));
  return { name, shape, type: 'F32', read };
}
