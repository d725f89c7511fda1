// Writes safetensors files (huggingface/safetensors, README "Format").
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHalf } from './half.ts';

export type SafetensorsType = 'F32' | 'F16' | 'BF16';

export interface HfTensor {
  name: string;
  /** Row-major. */
  shape: number[];
  data: Float32Array;
}

/** The upper half of a float, rounded to nearest even. */
const toBf16 = (x: number): number => {
  const word = new Uint32Array(Float32Array.of(x).buffer)[0] ?? 0;
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
};

export function tensorBytes(type: SafetensorsType, data: Float32Array): Buffer {
  if (type === 'F32')
    return Buffer.from(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  const bytes = Buffer.alloc(2 * data.length);
  data.forEach((x, i) => {
    bytes.writeUInt16LE(type === 'F16' ? toHalf(x) : toBf16(x), 2 * i);
  });
  return bytes;
}

function encodeFile(tensors: readonly HfTensor[], type: SafetensorsType): Buffer {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const parts: Buffer[] = [];
  let at = 0;
  for (const { name, shape, data } of tensors) {
    const bytes = tensorBytes(type, data);
    header[name] = { dtype: type, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
    parts.push(bytes);
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...parts]);
}

/** model.safetensors, or as many parts with an index. */
export function writeSafetensors(
  folder: string,
  tensors: readonly HfTensor[],
  type: SafetensorsType = 'F32',
  nParts = 1,
): void {
  if (nParts === 1) {
    writeFileSync(join(folder, 'model.safetensors'), encodeFile(tensors, type));
    return;
  }
  const weightMap: Record<string, string> = {};
  for (let part = 0; part < nParts; part++) {
    const name = `model-${part + 1}-of-${nParts}.safetensors`;
    const own = tensors.filter((_, i) => i % nParts === part);
    for (const tensor of own) weightMap[tensor.name] = name;
    writeFileSync(join(folder, name), encodeFile(own, type));
  }
  writeFileSync(
    join(folder, 'model.safetensors.index.json'),
    JSON.stringify({ metadata: {}, weight_map: weightMap }),
  );
}
