// Float rows to ggml's tensor types; F16, Q8_0 and Q4_0 exactly as ggml's reference quantisers do.
import { toHalf } from './half.ts';
import { encodeQ4K, encodeQ5K, encodeQ6K } from './k-quant-encoding.ts';

export { toHalf };

/** ggml_type ids. */
export const tensorTypes = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q8_0: 8,
  Q4_K: 12,
  Q5_K: 13,
  Q6_K: 14,
  MXFP4: 39,
} as const;
export type TensorType = keyof typeof tensorTypes;

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

/** Magnitudes of E2M1 (OCP Microscaling Formats 1.0), by code. */
export const e2m1 = [0, 0.5, 1, 1.5, 2, 3, 4, 6] as const;

/** Blocks of 32: an exponent e of 2^(e - 127), then signed E2M1 codes of x / 2^(e - 127); low nibbles are the first 16. */
function encodeMxfp4(values: Float32Array): Buffer {
  const bytes = Buffer.alloc((values.length / 32) * 17);
  for (let block = 0; block < values.length / 32; block++) {
    const row = values.subarray(32 * block, 32 * block + 32);
    const largest = row.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    // The largest magnitude, 6, has an exponent of 2.
    const exponent = largest === 0 ? 0 : Math.floor(Math.log2(largest)) - 2;
    const code = (i: number): number => {
      const x = (row[i] ?? 0) / 2 ** exponent;
      const distances = e2m1.map((magnitude) => Math.abs(magnitude - Math.abs(x)));
      return distances.indexOf(Math.min(...distances)) | (x < 0 ? 8 : 0);
    };
    const at = 17 * block;
    bytes.writeUInt8(exponent + 127, at);
    for (let i = 0; i < 16; i++) bytes.writeUInt8(code(i) | (code(i + 16) << 4), at + 1 + i);
  }
  return bytes;
}

const blockEncoders = {
  Q4_0: { size: 32, encode: encodeQ4 },
  Q8_0: { size: 32, encode: encodeQ8 },
  Q4_K: { size: 256, encode: encodeQ4K },
  Q5_K: { size: 256, encode: encodeQ5K },
  Q6_K: { size: 256, encode: encodeQ6K },
  MXFP4: { size: 32, encode: encodeMxfp4 },
} as const;

/** The bytes of a tensor whose rows have `columns` values. @throws {RangeError} when a row is no whole number of blocks. */
export function encodeTensor(name: string, type: TensorType, columns: number, values: Float32Array): Buffer {
  if (type === 'F32') return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  if (type === 'F16') return encodeF16(values);
  const { size, encode } = blockEncoders[type];
  if (columns % size !== 0)
    throw new RangeError(`tensor ${name}: ${type} needs rows of ${size}n values, not ${columns}`);
  return encode(values);
}
