// Tiny encoders (bert, nomic-bert) with random weights and a WordPiece vocabulary of letters.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, bool, f32, type GgufTensor, type GgufValue, str, u32, writeGguf } from './gguf-writer.ts';
import type { TensorType } from './tensor-encoding.ts';
import { normals } from './tiny-gguf.ts';

export interface TinyEncoderOptions {
  architecture: 'bert' | 'nomic-bert';
  tensorType: TensorType;
  /** llama.cpp's pooling types; 4 adds a ranking head. */
  pooling: 1 | 2 | 3 | 4;
  /** Q, K and V in one tensor, as nomic-embed-text has them. */
  isFused?: boolean;
}

const dModel = 128;
const dFf = 256;
const nHeads = 4;
const nLayers = 2;
const nContext = 256;

const specials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789.,!?'];
const words = ['the', 'dog', 'cat', 'hat', 'happy', 'ing', 'hold', 'was', 'it', 'is', 'paris', 'tree'];
const tokens = [
  ...specials,
  ...[...letters, ...words].map((piece) => `▁${piece}`),
  ...[...letters, ...words].map((piece) => piece),
];
while (tokens.length % 32 !== 0) tokens.push(`[unused${tokens.length}]`);

function metadataOf({ architecture, pooling }: TinyEncoderOptions): Record<string, GgufValue> {
  const key = (name: string): string => `${architecture}.${name}`;
  return {
    'general.architecture': str(architecture),
    'general.name': str(`tiny ${architecture}`),
    [key('context_length')]: u32(nContext),
    [key('embedding_length')]: u32(dModel),
    [key('block_count')]: u32(nLayers),
    [key('feed_forward_length')]: u32(dFf),
    [key('attention.head_count')]: u32(nHeads),
    [key('attention.layer_norm_epsilon')]: f32(1e-12),
    [key('attention.causal')]: bool(false),
    [key('pooling_type')]: u32(pooling),
    ...(architecture === 'nomic-bert' ? { [key('rope.freq_base')]: f32(1000) } : {}),
    'tokenizer.ggml.model': str('bert'),
    'tokenizer.ggml.pre': str('default'),
    'tokenizer.ggml.token_type_count': u32(2),
    'tokenizer.ggml.tokens': array('string', tokens),
    'tokenizer.ggml.token_type': array(
      'i32',
      tokens.map((_, id) => (id === 1 ? 2 : id < specials.length ? 3 : 1)),
    ),
    'tokenizer.ggml.padding_token_id': u32(0),
    'tokenizer.ggml.unknown_token_id': u32(1),
    'tokenizer.ggml.bos_token_id': u32(2),
    'tokenizer.ggml.cls_token_id': u32(2),
    'tokenizer.ggml.eos_token_id': u32(3),
    'tokenizer.ggml.seperator_token_id': u32(3),
    'tokenizer.ggml.mask_token_id': u32(4),
  };
}

function tensorsOf({ architecture, tensorType, pooling, isFused }: TinyEncoderOptions): GgufTensor[] {
  const next = normals(7);
  const tensors: GgufTensor[] = [];
  const add = (name: string, shape: number[], type: TensorType, value: () => number): void => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).map(value);
    tensors.push({ name, shape, type, data });
  };
  const matrix = (name: string, columns: number, rows: number, type: TensorType = tensorType): void =>
    add(name, [columns, rows], type, () => next() / Math.sqrt(columns));
  const vector = (name: string, length: number, mean: number): void =>
    add(name, [length], 'F32', () => mean + 0.1 * next());
  const norm = (name: string): void => {
    vector(`${name}.weight`, dModel, 1);
    vector(`${name}.bias`, dModel, 0);
  };
  const isBert = architecture === 'bert';
  matrix('token_embd.weight', dModel, tokens.length);
  matrix('token_types.weight', dModel, 2, 'F32');
  if (isBert) matrix('position_embd.weight', dModel, nContext, 'F32');
  norm('token_embd_norm');
  for (let layer = 0; layer < nLayers; layer++) {
    const block = `blk.${layer}.`;
    const projections = isFused
      ? [['attn_qkv', 3 * dModel] as const]
      : (['attn_q', 'attn_k', 'attn_v'] as const).map((name) => [name, dModel] as const);
    for (const [name, rows] of projections) {
      matrix(`${block}${name}.weight`, dModel, rows);
      if (isBert) vector(`${block}${name}.bias`, rows, 0);
    }
    matrix(`${block}attn_output.weight`, dModel, dModel);
    if (isBert) vector(`${block}attn_output.bias`, dModel, 0);
    norm(`${block}attn_output_norm`);
    if (!isBert) matrix(`${block}ffn_gate.weight`, dModel, dFf);
    matrix(`${block}ffn_up.weight`, dModel, dFf);
    matrix(`${block}ffn_down.weight`, dFf, dModel);
    if (isBert) {
      vector(`${block}ffn_up.bias`, dFf, 0);
      vector(`${block}ffn_down.bias`, dModel, 0);
    }
    norm(`${block}layer_output_norm`);
  }
  if (pooling === 4) {
    matrix('cls.weight', dModel, dModel, 'F32');
    vector('cls.bias', dModel, 0);
    matrix('cls.output.weight', dModel, 1, 'F32');
    vector('cls.output.bias', 1, 0);
  }
  return tensors;
}

/** Path of an encoder with these options; made once a machine, in the system's temporary folder. */
export function tinyEncoder(options: TinyEncoderOptions): string {
  const folder = join(tmpdir(), 'tiergate-tiny-models-1');
  const name = createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, 16);
  const path = join(folder, `encoder-${name}.gguf`);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const draft = `${path}.${process.pid}`;
    writeGguf(draft, { metadata: metadataOf(options), tensors: tensorsOf(options) });
    renameSync(draft, path);
  }
  return path;
}
