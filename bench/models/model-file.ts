// Files of random weights with the true shapes of published models. Every 256 values of a matrix are one of 4096 blocks
// encoded once: the values are N(0, 0.02), no two rows are equal, and the file is written as fast as bytes are copied.
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import {
  encodeHead,
  f32,
  type GgufValue,
  str,
  type TensorPlace,
  u32,
} from '../../test/support/gguf-writer.ts';
import { type BlockType, type BlockTypeName, blockTypes } from './block-types.ts';
import { mixes, typeOf } from './mixes.ts';
import { type ModelShape, shapes } from './shapes.ts';
import { vocabularyMetadata } from './vocabulary.ts';

const deviation = 0.02;
const nPooled = 4096;
const chunkBlocks = 1 << 14;

/** xorshift32 */
function random(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x6d2b79f5) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Box and Muller's normal numbers. */
function normals(count: number, seed: number): Float32Array {
  const next = random(seed);
  const uniform = (): number => (next() + 0.5) / 2 ** 32;
  return new Float32Array(count).map(
    () => deviation * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

function pool({ bytes, encode }: BlockType, seed: number): Buffer {
  const values = normals(nPooled * 256, seed);
  const blocks = Buffer.alloc(nPooled * bytes);
  for (let i = 0; i < nPooled; i++)
    encode(values.subarray(256 * i, 256 * i + 256), blocks.subarray(bytes * i, bytes * (i + 1)));
  return blocks;
}

interface PlannedTensor {
  name: string;
  shape: readonly number[];
  type: BlockTypeName;
  /** Of vectors; matrices are random. */
  values?: Float32Array;
}

/** What Llama 3.1 and later divide the rope frequencies by (their rope_freqs.weight). */
function ropeDivisors(shape: ModelShape, factor: number): Float32Array {
  const original = 8192;
  return Float32Array.from({ length: shape.headDim / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * shape.ropeBase ** ((2 * i) / shape.headDim);
    if (wavelength < original / 4) return 1;
    if (wavelength > original) return factor;
    const smooth = (original / wavelength - 1) / 3;
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

function planTensors(shape: ModelShape, format: string): PlannedTensor[] {
  const { dModel, dFf, headDim, nHeads, nKvHeads, nLayers, nVocab, tiedEmbeddings, architecture } = shape;
  const mix = mixes[format];
  if (!mix) throw new RangeError(`unknown format ${format}; known: ${Object.keys(mixes).join(' ')}`);
  const planned: PlannedTensor[] = [];
  const matrix = (name: string, columns: number, rows: number): void => {
    const type = typeOf(mix, `${name}.weight`, nLayers, tiedEmbeddings);
    planned.push({ name: `${name}.weight`, shape: [columns, rows], type });
  };
  const vector = (name: string, values: Float32Array): void => {
    planned.push({ name, shape: [values.length], type: 'F32', values });
  };
  const ones = (name: string, length: number): void =>
    vector(`${name}.weight`, new Float32Array(length).fill(1));
  matrix('token_embd', dModel, nVocab);
  if (shape.ropeFactor) vector('rope_freqs.weight', ropeDivisors(shape, shape.ropeFactor));
  for (let layer = 0; layer < nLayers; layer++) {
    const block = `blk.${layer}.`;
    ones(`${block}attn_norm`, dModel);
    for (const [part, nOfPart] of [
      ['q', nHeads],
      ['k', nKvHeads],
      ['v', nKvHeads],
    ] as const) {
      matrix(`${block}attn_${part}`, dModel, nOfPart * headDim);
      if (architecture === 'qwen2') vector(`${block}attn_${part}.bias`, normals(nOfPart * headDim, layer));
      if (architecture === 'qwen3' && part !== 'v') ones(`${block}attn_${part}_norm`, headDim);
    }
    matrix(`${block}attn_output`, nHeads * headDim, dModel);
    ones(`${block}ffn_norm`, dModel);
    matrix(`${block}ffn_gate`, dModel, dFf);
    matrix(`${block}ffn_up`, dModel, dFf);
    matrix(`${block}ffn_down`, dFf, dModel);
  }
  vector('output_norm.weight', new Float32Array(dModel).fill(shape.outputNorm ?? 1));
  if (!tiedEmbeddings) matrix('output', dModel, nVocab);
  return planned;
}

function metadataOf(shape: ModelShape, format: string): Record<string, GgufValue> {
  const key = (name: string): string => `${shape.architecture}.${name}`;
  return {
    'general.architecture': str(shape.architecture),
    'general.name': str(`${shape.label}, random weights, ${format}`),
    'general.file_type': u32(mixes[format]?.fileType ?? 0),
    [key('context_length')]: u32(shape.contextLength),
    [key('embedding_length')]: u32(shape.dModel),
    [key('block_count')]: u32(shape.nLayers),
    [key('feed_forward_length')]: u32(shape.dFf),
    [key('attention.head_count')]: u32(shape.nHeads),
    [key('attention.head_count_kv')]: u32(shape.nKvHeads),
    [key('attention.key_length')]: u32(shape.headDim),
    [key('attention.value_length')]: u32(shape.headDim),
    [key('attention.layer_norm_rms_epsilon')]: f32(shape.rmsEpsilon),
    [key('rope.dimension_count')]: u32(shape.headDim),
    [key('rope.freq_base')]: f32(shape.ropeBase),
    [key('vocab_size')]: u32(shape.nVocab),
    ...vocabularyMetadata(shape),
    'tokenizer.chat_template': str(
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}" +
        "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    ),
  };
}

/** The whole number of 256-value groups of a matrix, and its bytes. */
function placeOf({ name, shape, type }: PlannedTensor): TensorPlace {
  const count = shape.reduce((product, size) => product * size, 1);
  const { id, bytes } = blockTypes[type];
  return { name, shape, typeId: id, bytes: (count / 256) * bytes };
}

/**
 * Writes the model of a shape (a name of shapes.ts) in a format (a name of mixes.ts): the same bytes for the same seed.
 * `onProgress` gets the share written, 0 … 1. @throws {RangeError} for an unknown name.
 */
export function writeModel(
  path: string,
  shapeName: string,
  format: string,
  seed: number,
  onProgress: (share: number) => void,
): void {
  const shape = shapes[shapeName];
  if (!shape) throw new RangeError(`unknown shape ${shapeName}; known: ${Object.keys(shapes).join(' ')}`);
  const planned = planTensors(shape, format);
  const places = planned.map(placeOf);
  const total = places.reduce((sum, { bytes }) => sum + bytes, 0);
  const pools = new Map<BlockTypeName, Buffer>();
  const draft = `${path}.part`;
  const file = openSync(draft, 'w');
  try {
    let written = 0;
    const put = (bytes: Uint8Array): void => {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    };
    put(encodeHead(metadataOf(shape, format), places));
    planned.forEach(({ type, values }, index) => {
      const bytes = places[index]?.bytes ?? 0;
      if (values) put(new Uint8Array(values.buffer));
      else {
        const size = blockTypes[type].bytes;
        const blocks = pools.get(type) ?? pool(blockTypes[type], seed);
        pools.set(type, blocks);
        const next = random(seed * 1_000_003 + index);
        const chunk = Buffer.alloc(chunkBlocks * size);
        for (let left = bytes / size; left > 0; left -= chunkBlocks) {
          const count = Math.min(left, chunkBlocks);
          for (let i = 0; i < count; i++) {
            const from = (next() >>> 20) * size; // 12 bits: one of the pool
            blocks.copy(chunk, i * size, from, from + size);
          }
          put(chunk.subarray(0, count * size));
          onProgress((written + (bytes - left * size)) / total);
        }
      }
      put(Buffer.alloc((32 - (bytes % 32)) % 32));
      written += bytes;
    });
    closeSync(file);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
