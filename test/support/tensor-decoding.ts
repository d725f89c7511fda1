// ggml's tensor types back to floats, by the formulas of ggml's specification.
import { fromHalf } from './half.ts';
import { e2m1, type TensorType } from './tensor-encoding.ts';

interface BlockType {
  /** Values a block. */
  size: number;
  bytes: number;
  decode: (block: Buffer) => (i: number) => number;
}

/** Six-bit scale and minimum of sub-block j, of the 16 bytes that start a Q4_K or Q5_K block. */
function rangeOf(block: Buffer, j: number): { step: number; offset: number } {
  const low = (at: number): number => block.readUInt8(at) & 63;
  const high = (at: number): number => (block.readUInt8(at) >> 6) << 4;
  const scale = j < 4 ? low(4 + j) : high(j) | (block.readUInt8(8 + j) & 15);
  const min = j < 4 ? low(8 + j) : high(4 + j) | (block.readUInt8(8 + j) >> 4);
  return { step: fromHalf(block.readUInt16LE(0)) * scale, offset: fromHalf(block.readUInt16LE(2)) * min };
}

const nibble = (block: Buffer, start: number, i: number): number =>
  (block.readUInt8(start + (i >> 6) * 32 + (i & 31)) >> (4 * ((i >> 5) & 1))) & 15;

const blockTypes: Record<TensorType, BlockType> = {
  F32: { size: 1, bytes: 4, decode: (block) => () => block.readFloatLE(0) },
  F16: { size: 1, bytes: 2, decode: (block) => () => fromHalf(block.readUInt16LE(0)) },
  Q8_0: {
    size: 32,
    bytes: 34,
    decode: (block) => (i) => fromHalf(block.readUInt16LE(0)) * block.readInt8(2 + i),
  },
  MXFP4: {
    size: 32,
    bytes: 17,
    decode: (block) => (i) => {
      const pair = block.readUInt8(1 + (i & 15));
      const code = i < 16 ? pair & 15 : pair >> 4;
      const magnitude = (e2m1[code & 7] ?? 0) * 2 ** (block.readUInt8(0) - 127);
      return code & 8 ? -magnitude : magnitude;
    },
  },
  Q4_0: {
    size: 32,
    bytes: 18,
    decode: (block) => (i) => {
      const pair = block.readUInt8(2 + (i & 15));
      return fromHalf(block.readUInt16LE(0)) * ((i < 16 ? pair & 15 : pair >> 4) - 8);
    },
  },
  Q4_K: {
    size: 256,
    bytes: 144,
    decode: (block) => (i) => {
      const { step, offset } = rangeOf(block, i >> 5);
      return step * nibble(block, 16, i) - offset;
    },
  },
  Q5_K: {
    size: 256,
    bytes: 176,
    decode: (block) => (i) => {
      const { step, offset } = rangeOf(block, i >> 5);
      const fifth = (block.readUInt8(16 + (i & 31)) >> (i >> 5)) & 1;
      return step * (nibble(block, 48, i) | (fifth << 4)) - offset;
    },
  },
  Q6_K: {
    size: 256,
    bytes: 210,
    decode: (block) => (i) => {
      const [half, quarter, at] = [i >> 7, (i >> 5) & 3, i & 31];
      const low = (block.readUInt8(64 * half + 32 * (quarter & 1) + at) >> (4 * (quarter >> 1))) & 15;
      const high = (block.readUInt8(128 + 32 * half + at) >> (2 * quarter)) & 3;
      return fromHalf(block.readUInt16LE(208)) * block.readInt8(192 + (i >> 4)) * ((low | (high << 4)) - 32);
    },
  },
};

/** The values of a tensor's bytes. */
export function decodeTensor(type: TensorType, bytes: Buffer): Float32Array {
  const { size, bytes: blockBytes, decode } = blockTypes[type];
  const values = new Float32Array((bytes.length / blockBytes) * size);
  for (let block = 0; block < values.length / size; block++) {
    const valueAt = decode(bytes.subarray(block * blockBytes, (block + 1) * blockBytes));
    for (let i = 0; i < size; i++) values[block * size + i] = valueAt(i);
  }
  return values;
}
