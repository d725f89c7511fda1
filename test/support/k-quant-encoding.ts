// Blocks of 256 values in ggml's K types (layouts: native/src/quant/q4_k.h, q5_k.h, q6_k.h). Plain rounding of each
// sub-block's range: valid files, a little less exact than llama.cpp's search for the least error.
import { fromHalf, toHalf } from './half.ts';

const clamp = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.round(value)));
const ratio = (value: number, unit: number): number => (unit === 0 ? 0 : value / unit);
const subBlocks = (row: Float32Array, size: number): Float32Array[] =>
  Array.from({ length: row.length / size }, (_, j) => row.subarray(j * size, (j + 1) * size));

/** d * scale[j] * q - dmin * min[j] with 8 sub-blocks of 32, q of `nBits` bits; returns the codes and writes the 16 bytes of head. */
function rangeCodes(row: Float32Array, nBits: number, head: Buffer): Uint8Array {
  const parts = subBlocks(row, 32);
  const depths = parts.map((part) => -Math.min(0, ...part));
  const levels = 2 ** nBits - 1;
  const steps = parts.map((part, j) => Math.max(0, Math.max(...part) + (depths[j] ?? 0)) / levels);
  head.writeUInt16LE(toHalf(Math.max(...steps) / 63), 0);
  head.writeUInt16LE(toHalf(Math.max(...depths) / 63), 2);
  const [d, dmin] = [fromHalf(head.readUInt16LE(0)), fromHalf(head.readUInt16LE(2))];
  const scales = steps.map((step) => clamp(ratio(step, d), 0, 63));
  const minima = depths.map((depth) => clamp(ratio(depth, dmin), 0, 63));
  // Six bits each: 0 … 3 whole in the low bits; 4 … 7 have a nibble in bytes 8 … 11 and two bits above 0 … 3's.
  for (let j = 0; j < 4; j++) {
    const [scale, min] = [scales[j + 4] ?? 0, minima[j + 4] ?? 0];
    head.writeUInt8((scales[j] ?? 0) | ((scale >> 4) << 6), 4 + j);
    head.writeUInt8((minima[j] ?? 0) | ((min >> 4) << 6), 8 + j);
    head.writeUInt8((scale & 15) | ((min & 15) << 4), 12 + j);
  }
  return Uint8Array.from(row, (x, i) => {
    const j = i >> 5;
    return clamp(ratio(x + dmin * (minima[j] ?? 0), d * (scales[j] ?? 0)), 0, levels);
  });
}

/** Low nibbles of 256 codes: 32 bytes a pair of sub-blocks, the even one below. */
function writeNibbles(codes: Uint8Array, out: Buffer): void {
  for (let i = 0; i < 128; i++) {
    const at = (i >> 5) * 64 + (i & 31);
    out.writeUInt8(((codes[at] ?? 0) & 15) | (((codes[at + 32] ?? 0) & 15) << 4), i);
  }
}

function encodeBlocks(
  values: Float32Array,
  blockBytes: number,
  encode: (row: Float32Array, out: Buffer) => void,
): Buffer {
  const bytes = Buffer.alloc((values.length / 256) * blockBytes);
  subBlocks(values, 256).forEach((row, i) => {
    encode(row, bytes.subarray(i * blockBytes, (i + 1) * blockBytes));
  });
  return bytes;
}

export const encodeQ4K = (values: Float32Array): Buffer =>
  encodeBlocks(values, 144, (row, out) => writeNibbles(rangeCodes(row, 4, out), out.subarray(16)));

export const encodeQ5K = (values: Float32Array): Buffer =>
  encodeBlocks(values, 176, (row, out) => {
    const codes = rangeCodes(row, 5, out);
    codes.forEach((code, i) => {
      const at = 16 + (i & 31); // fifth bit of sub-block j: bit j
      out.writeUInt8(out.readUInt8(at) | ((code >> 4) << (i >> 5)), at);
    });
    writeNibbles(codes, out.subarray(48));
  });

/** d * scale[j] * (q - 32) with 16 sub-blocks of 16; a sub-block's value of largest magnitude becomes -32 steps. */
export const encodeQ6K = (values: Float32Array): Buffer =>
  encodeBlocks(values, 210, (row, out) => {
    const steps = subBlocks(row, 16).map(
      (part) => part.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0) / -32,
    );
    const largest = steps.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
    out.writeUInt16LE(toHalf(largest / -128), 208);
    const d = fromHalf(out.readUInt16LE(208));
    const scales = steps.map((step) => clamp(ratio(step, d), -128, 127));
    scales.forEach((scale, j) => {
      out.writeInt8(scale, 192 + j);
    });
    row.forEach((x, i) => {
      const code = clamp(ratio(x, d * (scales[i >> 4] ?? 0)) + 32, 0, 63);
      const [half, quarter, at] = [i >> 7, (i >> 5) & 3, i & 31];
      const low = 64 * half + 32 * (quarter & 1) + at;
      const high = 128 + 32 * half + at;
      out.writeUInt8(out.readUInt8(low) | ((code & 15) << (4 * (quarter >> 1))), low);
      out.writeUInt8(out.readUInt8(high) | ((code >> 4) << (2 * quarter)), high);
    });
  });
