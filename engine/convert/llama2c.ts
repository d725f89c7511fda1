// Checkpoints of karpathy/llama2.c (export.py: legacy_export, and version 1 "ak42"), with their tokenizer.
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import { f32, str, u32 } from '../gguf/values.ts';
import { readSentencePiece } from './sentence-piece.ts';
import { SourceFile, type SourceModel, type SourceTensor, unreadable } from './source.ts';
import { TokenType, type Vocabulary, vocabularyMetadata } from './vocabulary.ts';

const MAGIC_V1 = 0x616b3432; // "ak42"
const HEADER_V1 = 256;

interface Shape {
  dModel: number;
  dFf: number;
  layers: number;
  heads: number;
  kvHeads: number;
  vocabulary: number;
  context: number;
  /** The embeddings make the logits too. */
  isTied: boolean;
  version: 0 | 1;
}

const isSize = (value: number): boolean => value > 0 && value < 1 << 24;

/** Null: not a checkpoint of either form. */
function shapeOf(header: Buffer): Shape | null {
  const version = header.readUInt32LE(0) === MAGIC_V1 && header.readInt32LE(4) === 1 ? 1 : 0;
  const at = (i: number): number => header.readInt32LE(4 * i + (version === 1 ? 8 : 0));
  const shape: Shape = {
    dModel: at(0),
    dFf: at(1),
    layers: at(2),
    heads: at(3),
    kvHeads: at(4),
    vocabulary: Math.abs(at(5)),
    context: at(6),
    // The older form says by the sign that there are weights of their own.
    isTied: version === 1 ? header.readUInt8(36) !== 0 : at(5) > 0,
    version,
  };
  const sizes = [
    shape.dModel,
    shape.dFf,
    shape.layers,
    shape.heads,
    shape.kvHeads,
    shape.vocabulary,
    shape.context,
  ];
  const divides = shape.dModel % shape.heads === 0 && shape.heads % shape.kvHeads === 0;
  return sizes.every(isSize) && shape.layers < 1024 && divides ? shape : null;
}

/** Names, shapes and places of all tensors, in the file's order; and where they end. */
function layout(shape: Shape): { tensors: { name: string; shape: number[]; start: number }[]; end: number } {
  const { dModel, dFf, layers, heads, kvHeads, vocabulary, context } = shape;
  const dKv = (dModel / heads) * kvHeads;
  const tensors: { name: string; shape: number[]; start: number }[] = [];
  let at = shape.version === 1 ? HEADER_V1 : 28;
  const one = (name: string, ...sizes: number[]): void => {
    tensors.push({ name: `${name}.weight`, shape: sizes, start: at });
    at += 4 * sizes.reduce((a, b) => a * b, 1);
  };
  const each = (name: string, ...sizes: number[]): void => {
    for (let layer = 0; layer < layers; layer++) one(`blk.${layer}.${name}`, ...sizes);
  };
  const attention = (): void => {
    each('attn_q', dModel, dModel);
    each('attn_k', dKv, dModel);
    each('attn_v', dKv, dModel);
    each('attn_output', dModel, dModel);
  };
  const feedForward = (): void => {
    each('ffn_gate', dFf, dModel);
    each('ffn_down', dModel, dFf);
    each('ffn_up', dFf, dModel);
  };
  if (shape.version === 1) {
    each('attn_norm', dModel);
    each('ffn_norm', dModel);
    one('output_norm', dModel);
    one('token_embd', vocabulary, dModel);
    attention();
    feedForward();
  } else {
    one('token_embd', vocabulary, dModel);
    each('attn_norm', dModel);
    attention();
    each('ffn_norm', dModel);
    feedForward();
    one('output_norm', dModel);
    at += 4 * context * (dModel / heads); // cos and sin of RoPE, which follow from the shape
  }
  if (!shape.isTied) one('output', vocabulary, dModel);
  return { tensors, end: at };
}

/** tokenizer.bin of llama2.c: the longest token's length; then of each token its score, its length, its bytes. */
async function readTokens(path: string, count: number): Promise<Vocabulary> {
  const bytes = await readFile(path);
  const tokens: string[] = [];
  const scores: number[] = [];
  const types: number[] = [];
  try {
    for (let at = 4; tokens.length < count; ) {
      const id = tokens.length;
      const length = bytes.readInt32LE(at + 4);
      if (length < 0 || at + 8 + length > bytes.length) throw new RangeError(`token ${id} goes past the end`);
      const text = bytes.toString('utf8', at + 8, at + 8 + length);
      const isByte = /^<0x[0-9A-F]{2}>$/.test(text);
      // The first three stand there with line breaks around them.
      tokens.push(id < 3 ? text.trim() : isByte ? text : text.replaceAll(' ', '▁'));
      scores.push(bytes.readFloatLE(at));
      types.push(
        id === 0
          ? TokenType.unknown
          : id < 3
            ? TokenType.control
            : isByte
              ? TokenType.byte
              : TokenType.normal,
      );
      at += 8 + length;
    }
  } catch (error) {
    throw unreadable(path, `is no llama2.c tokenizer of ${count} tokens (${(error as Error).message})`);
  }
  const special = { unknown: 0, bos: 1, eos: 2 };
  return { model: 'llama', pre: 'default', tokens, scores, types, special };
}

/** @throws {GatewayError} INVALID_REQUEST when there is none beside the checkpoint */
async function findTokenizer(checkpoint: string, count: number): Promise<string> {
  const names = ['tokenizer.model', `tok${count}.model`, 'tokenizer.bin', `tok${count}.bin`];
  for (const name of names) {
    const path = join(dirname(checkpoint), name);
    if (await stat(path).catch(() => null)) return path;
  }
  throw new GatewayError(
    'INVALID_REQUEST',
    `no tokenizer beside ${displayPath(checkpoint)} (${names.join(', ')}); give one with --tokenizer FILE`,
  );
}

/**
 * `tokenizer`: llama2.c's tokenizer.bin or SentencePiece's tokenizer.model; default: the one beside the checkpoint.
 * @throws {GatewayError} MODEL_FILE_INVALID, INVALID_REQUEST
 */
export async function openLlama2c(path: string, tokenizer?: string): Promise<SourceModel> {
  const file = await SourceFile.open(path);
  try {
    const header = Buffer.alloc(HEADER_V1);
    await file.read(header.subarray(0, Math.min(file.size, HEADER_V1)), 0);
    const shape = shapeOf(header);
    if (!shape)
      throw unreadable(path, 'is neither a llama2.c checkpoint nor a folder or file of safetensors');
    const { tensors, end } = layout(shape);
    if (end > file.size)
      throw unreadable(path, `has ${file.size} bytes, its header asks for ${end}: it is cut; get it again`);
    const found = tokenizer ?? (await findTokenizer(path, shape.vocabulary));
    const vocabulary = found.endsWith('.model')
      ? await readSentencePiece(found)
      : await readTokens(found, shape.vocabulary);
    if (vocabulary.tokens.length !== shape.vocabulary)
      throw unreadable(found, `has ${vocabulary.tokens.length} tokens, the checkpoint ${shape.vocabulary}`);
    vocabulary.special = { ...vocabulary.special, addBos: true, addEos: false };
    const headDim = shape.dModel / shape.heads;
    return {
      format: `llama2.c checkpoint, version ${shape.version}`,
      metadata: {
        'general.architecture': str('llama'),
        'general.name': str(basename(path).replace(/\.bin$/, '')),
        'llama.context_length': u32(shape.context),
        'llama.embedding_length': u32(shape.dModel),
        'llama.block_count': u32(shape.layers),
        'llama.feed_forward_length': u32(shape.dFf),
        'llama.attention.head_count': u32(shape.heads),
        'llama.attention.head_count_kv': u32(shape.kvHeads),
        'llama.attention.layer_norm_rms_epsilon': f32(1e-5),
        'llama.rope.dimension_count': u32(headDim),
        'llama.rope.freq_base': f32(10_000),
        'llama.vocab_size': u32(shape.vocabulary),
        ...vocabularyMetadata(vocabulary),
      },
      tensors: tensors.map(
        ({ name, shape: sizes, start }): SourceTensor => ({
          name,
          shape: sizes,
          type: 'F32',
          read: file.from(start),
        }),
      ),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
