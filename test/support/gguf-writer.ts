// Writes GGUF v3 files (ggml/docs/gguf.md): what the tests need to make their own models. Little-endian.
import { writeFileSync } from 'node:fs';
import { encodeTensor, type TensorType, tensorTypes } from './tensor-encoding.ts';

const scalarIds = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  u64: 10,
  i64: 11,
  f64: 12,
} as const;
const arrayId = 9;

export type GgufScalarType = keyof typeof scalarIds;
type Scalar = number | bigint | boolean | string;

export type GgufValue =
  | { type: GgufScalarType; value: Scalar }
  | { type: 'array'; of: GgufScalarType; values: readonly Scalar[] };

export const u32 = (value: number): GgufValue => ({ type: 'u32', value });
export const f32 = (value: number): GgufValue => ({ type: 'f32', value });
export const bool = (value: boolean): GgufValue => ({ type: 'bool', value });
export const str = (value: string): GgufValue => ({ type: 'string', value });
export const array = (of: GgufScalarType, values: readonly Scalar[]): GgufValue => ({
  type: 'array',
  of,
  values,
});

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

const number64 = (value: Scalar): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value as number)));
  return bytes;
};

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([number64(bytes.length), bytes]);
};

function scalar(type: GgufScalarType, value: Scalar): Buffer {
  if (type === 'string') return text(String(value));
  if (type === 'u64' || type === 'i64') return number64(value);
  const bytes = Buffer.alloc(8);
  const number = Number(value);
  if (type === 'u8' || type === 'bool') return bytes.subarray(0, bytes.writeUInt8(number));
  if (type === 'i8') return bytes.subarray(0, bytes.writeInt8(number));
  if (type === 'u16') return bytes.subarray(0, bytes.writeUInt16LE(number));
  if (type === 'i16') return bytes.subarray(0, bytes.writeInt16LE(number));
  if (type === 'u32') return bytes.subarray(0, bytes.writeUInt32LE(number));
  if (type === 'i32') return bytes.subarray(0, bytes.writeInt32LE(number));
  if (type === 'f32') return bytes.subarray(0, bytes.writeFloatLE(number));
  return bytes.subarray(0, bytes.writeDoubleLE(number));
}

const id32 = (value: number): Buffer => scalar('u32', value);

function metadataEntry(key: string, value: GgufValue): Buffer {
  if (value.type !== 'array')
    return Buffer.concat([text(key), id32(scalarIds[value.type]), scalar(value.type, value.value)]);
  const head = [text(key), id32(arrayId), id32(scalarIds[value.of]), number64(value.values.length)];
  return Buffer.concat([...head, ...value.values.map((item) => scalar(value.of, item))]);
}

export interface TensorPlace {
  name: string;
  shape: readonly number[];
  /** ggml_type */
  typeId: number;
  bytes: number;
}

const gap = (length: number, alignment: number): Buffer =>
  Buffer.alloc((alignment - (length % alignment)) % alignment);

/** Everything before the first tensor's bytes; each tensor's bytes are to be followed by zeros up to the alignment. */
export function encodeHead(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly TensorPlace[],
  alignment = 32,
): Buffer {
  const entries: Readonly<Record<string, GgufValue>> =
    alignment === 32 ? metadata : { ...metadata, 'general.alignment': u32(alignment) };
  const parts = [
    Buffer.from('GGUF'),
    id32(3),
    number64(tensors.length),
    number64(Object.keys(entries).length),
  ];
  for (const [key, value] of Object.entries(entries)) parts.push(metadataEntry(key, value));
  let offset = 0;
  for (const { name, shape, typeId, bytes } of tensors) {
    parts.push(text(name), id32(shape.length), ...shape.map(number64), id32(typeId), number64(offset));
    offset += bytes + gap(bytes, alignment).length;
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([...parts, gap(length, alignment)]);
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
    data.push(bytes, gap(bytes.length, alignment));
  }
  return Buffer.concat([encodeHead(metadata, places, alignment), ...data]);
}

export function writeGguf(path: string, file: GgufFile): void {
  writeFileSync(path, encodeGguf(file));
}
