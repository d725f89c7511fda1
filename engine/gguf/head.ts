// The head of a GGUF file (ggml/docs/gguf.md, v3): metadata and the tensors' directory, written and read back.
import { open } from 'node:fs/promises';
import { GatewayError } from '../../contract/errors.ts';
import {
  ARRAY_ID,
  encodeText,
  encodeU32,
  encodeU64,
  encodeValue,
  type GgufValue,
  SCALAR_BYTES,
  u32,
} from './values.ts';

export interface TensorPlace {
  name: string;
  /** Fastest dimension first, as in the file: a matrix of `rows` rows is [columns, rows]. */
  shape: readonly number[];
  /** ggml_type */
  typeId: number;
  bytes: number;
}

export type GgufMetadata = Readonly<Record<string, GgufValue>>;

const DEFAULT_ALIGNMENT = 32;

/** Bytes from `length` up to the next multiple of `alignment`. */
export const gapAfter = (length: number, alignment = DEFAULT_ALIGNMENT): number =>
  (alignment - (length % alignment)) % alignment;

/** Everything before the first tensor's bytes; each tensor's bytes are to be followed by zeros up to the alignment. */
export function encodeHead(
  metadata: GgufMetadata,
  tensors: readonly TensorPlace[],
  alignment = DEFAULT_ALIGNMENT,
): Buffer {
  const entries: GgufMetadata =
    alignment === DEFAULT_ALIGNMENT ? metadata : { ...metadata, 'general.alignment': u32(alignment) };
  const parts = [
    Buffer.from('GGUF'),
    encodeU32(3),
    encodeU64(tensors.length),
    encodeU64(Object.keys(entries).length),
  ];
  for (const [key, value] of Object.entries(entries)) parts.push(encodeText(key), encodeValue(value));
  let offset = 0;
  for (const { name, shape, typeId, bytes } of tensors) {
    parts.push(encodeText(name), encodeU32(shape.length), ...shape.map(encodeU64));
    parts.push(encodeU32(typeId), encodeU64(offset));
    offset += bytes + gapAfter(bytes, alignment);
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([...parts, Buffer.alloc(gapAfter(length, alignment))]);
}

/** Where a value that begins with its type id ends. */
function endOfValue(bytes: Buffer, start: number): number {
  const endOf = (type: number, at: number): number => {
    const fixed = SCALAR_BYTES[type];
    if (fixed !== undefined) return at + fixed;
    if (type !== ARRAY_ID) return at + 8 + Number(bytes.readBigUInt64LE(at));
    const element = bytes.readUInt32LE(at);
    const length = Number(bytes.readBigUInt64LE(at + 4));
    const size = SCALAR_BYTES[element];
    if (size !== undefined) return at + 12 + length * size;
    let end = at + 12;
    for (let i = 0; i < length; i++) end = endOf(element, end);
    return end;
  };
  return endOf(bytes.readUInt32LE(start), start + 4);
}

/**
 * The metadata of a file, each value as it stands there. For a file that the engine's own parser has already accepted
 * (`inspectModelFile`): nothing is checked again. `headBytes`: where the tensors begin.
 * @throws {GatewayError} MODEL_FILE_INVALID when the file has changed meanwhile
 */
export async function readMetadata(path: string, headBytes: number): Promise<Record<string, GgufValue>> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(headBytes);
    await file.read(bytes, 0, headBytes, 0);
    const metadata: Record<string, GgufValue> = {};
    let at = 24; // magic, version, two counts
    for (let left = Number(bytes.readBigUInt64LE(16)); left > 0; left--) {
      const start = at + 8 + Number(bytes.readBigUInt64LE(at));
      const key = bytes.toString('utf8', at + 8, start);
      at = endOfValue(bytes, start);
      metadata[key] = { type: 'encoded', bytes: bytes.subarray(start, at) };
    }
    return metadata;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new GatewayError('MODEL_FILE_INVALID', `${path} changed while it was read; try again`);
  } finally {
    await file.close();
  }
}
