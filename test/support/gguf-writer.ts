// Writes GGUF v3 files (ggml/docs/gguf.md): what the tests need to make their own models. Little-endian.
import { writeFileSync } from 'node:fs';
import { encodeHead, gapAfter, type TensorPlace } from '../../engine/gguf/head.ts';
import type { GgufValue } from '../../engine/gguf/values.ts';
import { encodeTensor, type TensorType, tensorTypes } from './tensor-encoding.ts';

export { encodeHead, type TensorPlace } from '../../engine/gguf/head.ts';
export { array, bool, f32, type GgufValue, str, u32 } from '../../engine/gguf/values.ts';

export interface GgufTensor {
  name: string;
  /** Fastest dimension first, as in the file: a matrix of `rows` rows is [columns, rows]. */
  shape: readonly number[];
  type: TensorType;
  /** Row-major values, as many as the product of `shape`. */
  data: Float32Array;
}

export interface GgufFile {
  metadata: Readonly<Record<string, GgufValue>>;
  tensors?: readonly GgufTensor[];
  /** Bytes; a power of two. Default 32, the format's own default. */
  alignment?: number;
}

/** The whole file as bytes. @throws {RangeError} when a tensor's data and shape differ, or a row is no whole block. */
export function encodeGguf({ metadata, tensors = [], alignment = 32 }: GgufFile): Buffer {
  const data: Buffer[] = [];
  const places: TensorPlace[] = [];
  for (const { name, shape, type, data: values } of tensors) {
    if (shape.reduce((product, size) => product * size, 1) !== values.length)
      throw new RangeError(`tensor ${name}: shape ${shape.join('x')} does not hold ${values.length} values`);
    const bytes = encodeTensor(name, type, shape[0] ?? 1, values);
    places.push({ name, shape, typeId: tensorTypes[type], bytes: bytes.length });
    data.push(bytes, Buffer.alloc(gapAfter(bytes.length, alignment)));
  }
  return Buffer.concat([encodeHead(metadata, places, alignment), ...data]);
}

export function writeGguf(path: string, file: GgufFile): void {
  writeFileSync(path, encodeGguf(file));
}
