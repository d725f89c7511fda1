// Float rows to ggml's tensor types, as ggml's reference quantisers do. F16 rounds to nearest even.

/** ggml_type ids. */
export const tensorTypes = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 8 } as const;
export type TensorType = keyof typeof tensorTypes;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** IEEE 754 binary16 bits of a number. */
export function toHalf(value: number): number {
  float[0] = value;
  const word = bits[0] ?? 0;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds past 65504: infinity
  if (magnitude < 0x38800000) {
    // Below 2^-14 a half counts in steps of 2^-24; the sum's rounding is the one wanted.
    float[0] = Math.abs(value) + 0.5;
    return sign | ((bits[0] ?? 0) - 0x3f000000);
  }
  const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1);
  return sign | (rounded >>> 13);
}

function encodeF16(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (let i = 0; i < values.length; i++) bytes.writeUInt16LE(toHalf(values[i] ?? 0), 2 * i);
  return bytes;
}

/** Blocks of 32: a half scale d = max|x| / 127, then 32 int8. */
function encodeQ8(values: Float32Array): Buffer {
  const bytes = Buffer.alloc((values.length / 32) * 34);
  for (let block = 0; block < values.length / 32; block++) {
    const row = values.subarray(32 * block, 32 * block + 32);
    const largest = row.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const scale = Math.fround(largest / 127);
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    const at = 34 * block;
    bytes.writeUInt16LE(toHalf(scale), at);
    row.forEach((x, i) => {
      const y = Math.fround(x * inverse);
      bytes.writeInt8(Math.sign(y) * Math.floor(Math.abs(y) + 0.5), at + 2 + i); // C's roundf
    });
  }
  return bytes;
}

/** Blocks of 32: a half scale d = (value of largest magnitude) / -8, then nibbles x/d + 8; low nibbles are the first 16. */
function encodeQ4(values: Float32Array): Buffer {
  const bytes = Buffer.alloc((values.length / 32) * 18);
  for (let block = 0; block < values.length / 32; block++) {
    const row = values.subarray(32 * block, 32 * block + 32);
    const extreme = row.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
    const scale = Math.fround(extreme / -8);
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    const nibble = (i: number): number =>
      Math.min(15, Math.trunc(Math.fround(Math.fround((row[i] ?? 0) * inverse) + 8.5)));
    const at = 18 * block;
    bytes.writeUInt16LE(toHalf(scale), at);
    for (let i = 0; i < 16; i++) bytes.writeUInt8(nibble(i) | (nibble(i + 16) << 4), at + 2 + i);
  }
  return bytes;
}

/** The bytes of a tensor whose rows have `columns` values. @throws {RangeError} when a row is no whole number of blocks. */
export function encodeTensor(name: string, type: TensorType, columns: number, values: Float32Array): Buffer {
  if (type === 'F32') return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  if (type === 'F16') return encodeF16(values);
  if (columns % 32 !== 0)
    throw new RangeError(`tensor ${name}: ${type} needs rows of 32n values, not ${columns}`);
  return type === 'Q8_0' ? encodeQ8(values) : encodeQ4(values);
}
