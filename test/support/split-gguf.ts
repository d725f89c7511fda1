// Splits a GGUF file as llama-gguf-split does: all metadata in the first part, a part of the tensors in each, and
// split.no, split.count and split.tensors.count. Source: llama.cpp, tools/gguf-split/gguf-split.cpp.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nativeAddon } from '../../engine/binding.ts';
import { encodeHead, type TensorPlace, u32 } from './gguf-writer.ts';

const HEADER_BYTES = 24;

interface Cut {
  place: TensorPlace;
  data: Buffer;
}

/** The metadata's bytes, its count of keys, and the tensors. */
function read(path: string): { keys: Buffer; count: number; tensors: Cut[] } {
  const bytes = readFileSync(path);
  const listed = (
    JSON.parse(nativeAddon().inspectFileJson(path, 0)) as {
      tensors: { name: string; offset: number; bytes: number }[];
    }
  ).tensors;
  const first = Buffer.alloc(8 + listed[0]!.name.length);
  first.writeBigUInt64LE(BigInt(listed[0]!.name.length));
  first.write(listed[0]!.name, 8);
  let at = bytes.indexOf(first, HEADER_BYTES);
  const keys = bytes.subarray(HEADER_BYTES, at);
  const tensors = listed.map(({ name, offset, bytes: size }) => {
    at += 8 + name.length;
    const nDims = bytes.readUInt32LE(at);
    const shape = Array.from({ length: nDims }, (_, d) => Number(bytes.readBigUInt64LE(at + 4 + 8 * d)));
    const typeId = bytes.readUInt32LE(at + 4 + 8 * nDims);
    at += 4 + 8 * nDims + 12;
    return { place: { name, shape, typeId, bytes: size }, data: bytes.subarray(offset, offset + size) };
  });
  return { keys, count: Number(bytes.readBigUInt64LE(16)), tensors };
}

const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((32 - (bytes.length % 32)) % 32)]);

/** The head of a part with more keys before its own, its end filled up anew. */
function withKeys(head: Buffer, keys: Buffer, count: number, places: readonly TensorPlace[]): Buffer {
  const { name, shape } = places.at(-1)!;
  // Name, count of dimensions, dimensions, type, offset.
  const end = head.lastIndexOf(name) + name.length + 4 + 8 * shape.length + 12;
  const body = Buffer.from(head.subarray(0, end));
  body.writeBigUInt64LE(body.readBigUInt64LE(16) + BigInt(count), 16);
  return padded(Buffer.concat([body.subarray(0, HEADER_BYTES), keys, body.subarray(HEADER_BYTES)]));
}

/** Paths of the parts, `stem`-00001-of-0000N.gguf and so on in a folder. */
export function splitGguf(path: string, folder: string, stem: string, nParts: number): string[] {
  const { keys, count, tensors } = read(path);
  const perPart = Math.ceil(tensors.length / nParts);
  return Array.from({ length: nParts }, (_, no) => {
    const mine = tensors.slice(no * perPart, (no + 1) * perPart);
    const split = {
      'split.no': u32(no),
      'split.count': u32(nParts),
      'split.tensors.count': u32(tensors.length),
    };
    const places = mine.map(({ place }) => place);
    const bare = encodeHead(split, places);
    const head = no === 0 ? withKeys(bare, keys, count, places) : bare;
    const five = (n: number): string => String(n).padStart(5, '0');
    const at = join(folder, `${stem}-${five(no + 1)}-of-${five(nParts)}.gguf`);
    writeFileSync(at, Buffer.concat([head, ...mine.map(({ data }) => padded(data))]));
    return at;
  });
}
