// The trained tagger's file: transitions, name lists, and the weight table in 8 bits. Written by training/train.ts.
// Layout, little-endian: "TGTAGGER", u32 version, u32 rows, u32 slots of the lists, f32 scale of a weight, f32 start[N_TAGS],
// f32 transitions[N_TAGS][N_TAGS] (from, to), i32 keys[slots], u16 bits[slots], i8 weights[rows][N_WEIGHTS].
import { readFileSync } from 'node:fs';
import { N_ROWS } from './features.ts';
import type { Gazetteer } from './gazetteer.ts';
import { N_TAGS, N_WEIGHTS } from './labels.ts';

export interface TaggerModel {
  start: Float32Array;
  /** [from][to]; -Infinity where `to` may not follow. */
  transitions: Float32Array;
  lists: Gazetteer;
  /** What an integer weight is multiplied by. */
  scale: number;
  weights: Int8Array;
}

const MAGIC = 'TGTAGGER';
const VERSION = 3;
const HEADER_BYTES = 24;

export function writeModel(model: TaggerModel): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 0, 'latin1');
  header.writeUInt32LE(VERSION, 8);
  header.writeUInt32LE(N_ROWS, 12);
  header.writeUInt32LE(model.lists.keys.length, 16);
  header.writeFloatLE(model.scale, 20);
  const bytes = (array: NodeJS.ArrayBufferView): Buffer =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  return Buffer.concat([
    header,
    bytes(model.start),
    bytes(model.transitions),
    bytes(model.lists.keys),
    bytes(model.lists.bits),
    bytes(model.weights),
  ]);
}

/** @throws {Error} when the file is no tagger of this version */
export function readModel(file: string): TaggerModel {
  const data = readFileSync(file);
  const isLongEnough = data.length >= HEADER_BYTES;
  const slots = isLongEnough ? data.readUInt32LE(16) : 0;
  const size = HEADER_BYTES + 4 * (N_TAGS + N_TAGS * N_TAGS) + 6 * slots + N_ROWS * N_WEIGHTS;
  if (
    !isLongEnough ||
    data.toString('latin1', 0, 8) !== MAGIC ||
    data.readUInt32LE(8) !== VERSION ||
    data.readUInt32LE(12) !== N_ROWS ||
    data.length !== size
  ) {
    throw new Error(`${file} is no tagger that this version reads; train it again (npm run train:tagger)`);
  }
  let at = HEADER_BYTES;
  const take = (bytes: number): ArrayBuffer => {
    const part = data.buffer.slice(data.byteOffset + at, data.byteOffset + at + bytes) as ArrayBuffer;
    at += bytes;
    return part;
  };
  return {
    scale: data.readFloatLE(20),
    start: new Float32Array(take(4 * N_TAGS)),
    transitions: new Float32Array(take(4 * N_TAGS * N_TAGS)),
    lists: { keys: new Int32Array(take(4 * slots)), bits: new Uint16Array(take(2 * slots)) },
    weights: new Int8Array(take(N_ROWS * N_WEIGHTS)),
  };
}
