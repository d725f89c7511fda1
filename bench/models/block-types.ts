// 256 values at a time in each of ggml's tensor types (ggml/src/ggml-common.h): valid files with the right spread of
// values, by plain rounding; not llama.cpp's search for the least error.
import { toHalf } from '../../test/support/half.ts';
import { encodeTensor } from '../../test/support/tensor-encoding.ts';

type Encode = (values: Float32Array, out: Buffer) => void;

export interface BlockType {
  /** ggml_type */
  id: number;
  /** Bytes of 256 values. */
  bytes: number;
  /** 256 values into that many zero bytes. */
  encode: Encode;
}

const extreme = (values: Float32Array): number =>
  values.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
const nearest = (x: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.round(x)));
const or = (out: Buffer, at: number, bits: number): void => {
  out.writeUInt8(out.readUInt8(at) | bits, at);
};

/** Each 32 values into their own block of `bytes`. */
const by32 =
  (bytes: number, encode: Encode): Encode =>
  (values, out) => {
    for (let j = 0; j < 8; j++)
      encode(values.subarray(32 * j, 32 * j + 32), out.subarray(bytes * j, bytes * (j + 1)));
  };

/** d and m, then codes of `nBits`: the fifth bits before the nibbles; byte i holds values i and i + 16. */
const withMinimum = (nBits: 4 | 5): Encode =>
  by32(nBits === 4 ? 20 : 24, (values, out) => {
    const least = Math.min(...values);
    const step = (Math.max(...values) - least) / (2 ** nBits - 1);
    out.writeUInt16LE(toHalf(step), 0);
    out.writeUInt16LE(toHalf(least), 2);
    values.forEach((x, i) => {
      const code = nearest((x - least) / step, 0, 2 ** nBits - 1);
      if (nBits === 5) or(out, 4 + (i >> 3), (code >> 4) << (i & 7));
      or(out, out.length - 16 + (i & 15), (code & 15) << ((i >> 4) << 2));
    });
  });

const encodeQ5: Encode = by32(22, (values, out) => {
  const step = extreme(values) / -16;
  out.writeUInt16LE(toHalf(step), 0);
  values.forEach((x, i) => {
    const code = nearest(x / step + 16, 0, 31);
    or(out, 2 + (i >> 3), (code >> 4) << (i & 7));
    or(out, 6 + (i & 15), (code & 15) << ((i >> 4) << 2));
  });
});

const iq4Levels = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];
const fp4Levels = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

const nearestLevel = (levels: readonly number[], x: number): number => {
  let best = 0;
  levels.forEach((level, i) => {
    if (Math.abs(level - x) < Math.abs((levels[best] ?? 0) - x)) best = i;
  });
  return best;
};

const levelCodes = (
  levels: readonly number[],
  values: Float32Array,
  step: number,
  out: Buffer,
  at: number,
): void => {
  values.forEach((x, i) => {
    or(out, at + (i & 15), nearestLevel(levels, x / step) << ((i >> 4) << 2));
  });
};

const encodeIq4Nl: Encode = by32(18, (values, out) => {
  const step = extreme(values) / -127;
  out.writeUInt16LE(toHalf(step), 0);
  levelCodes(iq4Levels, values, step, out, 2);
});

/** One byte of exponent, e8m0; the levels are twice E2M1's. */
const encodeMxfp4: Encode = by32(17, (values, out) => {
  const exponent = Math.ceil(Math.log2(Math.abs(extreme(values)) / 12));
  out.writeUInt8(exponent + 128, 0);
  levelCodes(fp4Levels, values, 2 ** exponent, out, 1);
});

/** d, high bits of the scales, their nibbles, the codes: d * (scale - 32) * level. */
const encodeIq4Xs: Encode = (values, out) => {
  const parts = Array.from({ length: 8 }, (_, j) => values.subarray(32 * j, 32 * j + 32));
  const steps = parts.map((part) => extreme(part) / -127);
  const d = extreme(Float32Array.from(steps)) / -32;
  out.writeUInt16LE(toHalf(d), 0);
  parts.forEach((part, j) => {
    const scale = nearest((steps[j] ?? 0) / d, -32, 31);
    const code = scale + 32;
    out.writeUInt16LE(out.readUInt16LE(2) | ((code >> 4) << (2 * j)), 2);
    or(out, 4 + (j >> 1), (code & 15) << (4 * (j & 1)));
    levelCodes(iq4Levels, part, d * scale || 1, out, 8 + 16 * j);
  });
};

/** Two bits of value i, as Q2_K and Q3_K have them: four values a byte, 32 apart. */
const twoBits = (out: Buffer, at: number, i: number, code: number): void =>
  or(out, at + (i >> 7) * 32 + (i & 31), code << (2 * ((i >> 5) & 3)));

/** Scales and minima of 16 sub-blocks, the codes, d and dmin. */
const encodeQ2K: Encode = (values, out) => {
  const parts = Array.from({ length: 16 }, (_, j) => values.subarray(16 * j, 16 * j + 16));
  const depths = parts.map((part) => Math.max(0, -Math.min(...part)));
  const steps = parts.map((part, j) => Math.max(0, Math.max(...part) + (depths[j] ?? 0)) / 3);
  const [d, dmin] = [Math.max(...steps) / 15, Math.max(...depths) / 15];
  out.writeUInt16LE(toHalf(d), 80);
  out.writeUInt16LE(toHalf(dmin), 82);
  parts.forEach((part, j) => {
    const scale = nearest((steps[j] ?? 0) / d, 0, 15);
    const minimum = nearest((depths[j] ?? 0) / dmin, 0, 15);
    out.writeUInt8(scale | (minimum << 4), j);
    part.forEach((x, i) => {
      twoBits(out, 16, 16 * j + i, nearest((x + dmin * minimum) / (d * scale || 1), 0, 3));
    });
  });
};

/** Third bits, low two bits, 16 scales of six bits, d: d * (scale - 32) * (code - 4). */
const encodeQ3K: Encode = (values, out) => {
  const parts = Array.from({ length: 16 }, (_, j) => values.subarray(16 * j, 16 * j + 16));
  const steps = parts.map((part) => extreme(part) / -4);
  const d = extreme(Float32Array.from(steps)) / -32;
  out.writeUInt16LE(toHalf(d), 108);
  parts.forEach((part, j) => {
    const scale = nearest((steps[j] ?? 0) / d, -32, 31);
    const bits = scale + 32;
    or(out, 96 + (j & 7), (bits & 15) << (4 * (j >> 3)));
    or(out, 104 + (j & 3), (bits >> 4) << (2 * (j >> 2)));
    part.forEach((x, i) => {
      const at = 16 * j + i;
      const code = nearest(x / (d * scale || 1) + 4, 0, 7);
      or(out, at & 31, (code >> 2) << (at >> 5));
      twoBits(out, 32, at, code & 3);
    });
  });
};

/** The upper half of a float, rounded to nearest even. */
const encodeBf16: Encode = (values, out) => {
  const words = new Uint32Array(values.slice().buffer);
  words.forEach((word, i) => {
    out.writeUInt16LE((word + 0x7fff + ((word >>> 16) & 1)) >>> 16, 2 * i);
  });
};

/** Values of bf16 first: published models are trained in bf16, and their F16 files hold nothing else. */
const encodeF16OfBf16: Encode = (values, out) => {
  const rounded = new DataView(new ArrayBuffer(4));
  encodeBf16(values, out);
  for (let i = 0; i < values.length; i++) {
    rounded.setUint32(0, out.readUInt16LE(2 * i) << 16);
    out.writeUInt16LE(toHalf(rounded.getFloat32(0)), 2 * i);
  }
};

const known = (type: Parameters<typeof encodeTensor>[1]): Encode => {
  return (values, out) => encodeTensor('', type, 256, values).copy(out);
};

export const blockTypes = {
  F32: { id: 0, bytes: 1024, encode: known('F32') },
  F16: { id: 1, bytes: 512, encode: encodeF16OfBf16 },
  F16_FULL: { id: 1, bytes: 512, encode: known('F16') },
  Q4_0: { id: 2, bytes: 144, encode: known('Q4_0') },
  Q4_1: { id: 3, bytes: 160, encode: withMinimum(4) },
  Q5_0: { id: 6, bytes: 176, encode: encodeQ5 },
  Q5_1: { id: 7, bytes: 192, encode: withMinimum(5) },
  Q8_0: { id: 8, bytes: 272, encode: known('Q8_0') },
  Q2_K: { id: 10, bytes: 84, encode: encodeQ2K },
  Q3_K: { id: 11, bytes: 110, encode: encodeQ3K },
  Q4_K: { id: 12, bytes: 144, encode: known('Q4_K') },
  Q5_K: { id: 13, bytes: 176, encode: known('Q5_K') },
  Q6_K: { id: 14, bytes: 210, encode: known('Q6_K') },
  IQ4_NL: { id: 20, bytes: 144, encode: encodeIq4Nl },
  IQ4_XS: { id: 23, bytes: 136, encode: encodeIq4Xs },
  BF16: { id: 30, bytes: 512, encode: encodeBf16 },
  MXFP4: { id: 39, bytes: 136, encode: encodeMxfp4 },
} as const satisfies Record<string, BlockType>;

export type BlockTypeName = keyof typeof blockTypes;
