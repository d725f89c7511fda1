// Typed metadata values of GGUF files and how they are encoded (ggml/docs/gguf.md, v3). Little-endian.

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
export const ARRAY_ID = 9;

export type GgufScalarType = keyof typeof scalarIds;
export type GgufScalar = number | bigint | boolean | string;

export type GgufValue =
  | { type: GgufScalarType; value: GgufScalar }
  | { type: 'array'; of: GgufScalarType; values: readonly GgufScalar[] }
  /** As it stands in another file: type id, then value. */
  | { type: 'encoded'; bytes: Buffer };

export const u32 = (value: number): GgufValue => ({ type: 'u32', value });
export const f32 = (value: number): GgufValue => ({ type: 'f32', value });
export const bool = (value: boolean): GgufValue => ({ type: 'bool', value });
export const str = (value: string): GgufValue => ({ type: 'string', value });
export const array = (of: GgufScalarType, values: readonly GgufScalar[]): GgufValue => ({
  type: 'array',
  of,
  values,
});

/** Bytes of a scalar by its type id; undefined: of no fixed length. */
export const SCALAR_BYTES: Readonly<Record<number, number | undefined>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};

export const encodeU64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes;
};

export const encodeU32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

export const encodeText = (value: string): Buffer => {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([encodeU64(bytes.length), bytes]);
};

function encodeScalar(type: GgufScalarType, value: GgufScalar): Buffer {
  if (type === 'string') return encodeText(String(value));
  if (type === 'u64' || type === 'i64') return encodeU64(value as number | bigint);
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

/** Type id and value. */
export function encodeValue(value: GgufValue): Buffer {
  if (value.type === 'encoded') return value.bytes;
  if (value.type !== 'array')
    return Buffer.concat([encodeU32(scalarIds[value.type]), encodeScalar(value.type, value.value)]);
  return Buffer.concat([
    encodeU32(ARRAY_ID),
    encodeU32(scalarIds[value.of]),
    encodeU64(value.values.length),
    ...value.values.map((item) => encodeScalar(value.of, item)),
  ]);
}
