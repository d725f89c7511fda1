// The test suite's own model: a real, working GGUF of about a million random weights, the same bytes for the same options.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, bool, f32, type GgufTensor, type GgufValue, str, u32, writeGguf } from './gguf-writer.ts';
import { decodeTensor } from './tensor-decoding.ts';
import { encodeTensor, type TensorType } from './tensor-encoding.ts';
import { type TinyArchitecture, tinyBlocks } from './tiny-blocks.ts';
import { addExperts, expertMetadata, type TinyExperts } from './tiny-experts.ts';
import { isPlainText, type TinyVocabulary, tinyVocabulary } from './tiny-vocabulary.ts';

export interface TinyGgufOptions {
  architecture?: TinyArchitecture;
  /** Of the matrices; norms and biases are always F32. */
  tensorType?: TensorType;
  /** Stores, as `tensorType`, the values that the matrices have after rounding to this type. */
  roundedTo?: TensorType;
  seed?: number;
  contextLength?: number;
  /** Default: `llama` for the llama architecture, else `gpt2`. */
  tokenizer?: 'llama' | 'gpt2';
  /** Default ChatML; '' leaves the key out. */
  chatTemplate?: string;
  tiedEmbeddings?: boolean;
  ropeScaling?: {
    type: 'linear' | 'yarn' | 'llama3' | 'longrope';
    factor: number;
    originalContextLength?: number;
  };
  layers?: number;
  /** Query heads, of 64 values; a multiple of the 2 of K and V. Default 4: d_model is 256. */
  heads?: number;
  /** Values of a head that are rotated; default: all. */
  rotated?: number;
  /** In place of the tokenizer's own small one. */
  vocabulary?: TinyVocabulary;
  /** Tokens that windowed layers see. */
  window?: number;
  /** In place of each layer's MLP; the MoE architectures have some by default. */
  experts?: TinyExperts;
  /** Qwen3-Reranker's head, "yes" and "no", with a template of its own. */
  isRanker?: boolean;
  /** Deviation of the logits; default 3. */
  logitScale?: number;
  /** Further keys, or other values for those that are written. */
  metadata?: Record<string, GgufValue>;
}

/** llama_ftype ids; of the K types the one that mixes no others in. */
const fileTypes: Record<TensorType, number> = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q8_0: 7,
  Q4_K: 14,
  Q5_K: 16,
  Q6_K: 18,
  MXFP4: 38,
};

const dModel = 256;
const headDim = 64;
const nKvHeads = 2;
const dFf = 512;
const convolutionLength = 3;

const chatMl =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** xorshift32, then the sum of four uniforms: near enough to a normal distribution, and exact on every machine. */
export function normals(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x6d2b79f5) >>> 0 || 1;
  const uniform = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3);
}

/** Llama 3.1's per-frequency divisors (its rope_freqs.weight), for head_dim / 2 frequencies. */
function llama3Divisors(factor: number, originalContext: number, base: number): Float32Array {
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * base ** ((2 * i) / headDim);
    if (wavelength < originalContext / 4) return 1;
    if (wavelength > originalContext) return factor;
    const smooth = (originalContext / wavelength - 1) / 3;
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

/** Norms, biases and the taps of convolutions stay as they are, as in every quantised file. */
function round(tensor: GgufTensor, type: TensorType): void {
  const [columns = 1, rows] = tensor.shape;
  if (rows !== undefined && columns >= 32)
    tensor.data = decodeTensor(type, encodeTensor(tensor.name, type, columns, tensor.data));
}

/** Writes the model; takes well under a second. Greedy text is printable ASCII and never ends by itself. */
export function writeTinyGguf(path: string, options: TinyGgufOptions = {}): void {
  const { architecture = 'llama', tensorType = 'F32', seed = 1, contextLength = 512, layers = 2 } = options;
  const { tiedEmbeddings = false, ropeScaling, chatTemplate = chatMl, rotated = headDim } = options;
  const nHeads = options.heads ?? 4;
  const blocks = tinyBlocks[architecture];
  const experts =
    options.experts ?? (/moe$|^gpt-oss$/.test(architecture) ? { count: 8, used: 3, width: 96 } : null);
  const isGptOss = architecture === 'gpt-oss';
  const isConvolution = (layer: number): boolean => blocks.hasConvolutions === true && layer % 3 !== 2;
  const vocabulary =
    options.vocabulary ?? tinyVocabulary(options.tokenizer ?? (architecture === 'llama' ? 'llama' : 'gpt2'));
  const ropeBase = architecture === 'llama' ? 10_000 : 1_000_000;
  const original = ropeScaling?.originalContextLength ?? contextLength;
  const key = (name: string): string => `${architecture}.${name}`;

  const metadata: Record<string, GgufValue> = {
    'general.architecture': str(architecture),
    'general.name': str(`tiny ${architecture}`),
    'general.file_type': u32(fileTypes[tensorType]),
    [key('context_length')]: u32(contextLength),
    [key('embedding_length')]: u32(dModel),
    [key('block_count')]: u32(layers),
    [key('feed_forward_length')]: u32(dFf),
    [key('attention.head_count')]: u32(nHeads),
    [key('attention.head_count_kv')]: u32(nKvHeads),
    [key('attention.key_length')]: u32(headDim),
    [key('attention.value_length')]: u32(headDim),
    [key('attention.layer_norm_rms_epsilon')]: f32(1e-5),
    [key('rope.dimension_count')]: u32(rotated),
    [key('rope.freq_base')]: f32(ropeBase),
    ...(options.window ? { [key('attention.sliding_window')]: u32(options.window) } : {}),
    [key('vocab_size')]: u32(vocabulary.tokens.length),
    ...(experts ? expertMetadata(architecture, experts) : {}),
    ...vocabulary.metadata,
    ...(chatTemplate === '' ? {} : { 'tokenizer.chat_template': str(chatTemplate) }),
  };
  if (blocks.hasConvolutions) {
    const heads = Array.from({ length: layers }, (_, layer) => (isConvolution(layer) ? 0 : nKvHeads));
    metadata[key('attention.head_count_kv')] = array('i32', heads);
    metadata[key('shortconv.l_cache')] = u32(convolutionLength);
  }
  if (ropeScaling?.type === 'longrope') {
    metadata[key('rope.scaling.original_context_length')] = u32(original); // as files of Phi-3: no type
  } else if (ropeScaling && ropeScaling.type !== 'llama3') {
    metadata[key('rope.scaling.type')] = str(ropeScaling.type);
    metadata[key('rope.scaling.factor')] = f32(ropeScaling.factor);
    metadata[key('rope.scaling.original_context_length')] = u32(original);
    metadata[key('rope.scaling.finetuned')] = bool(true);
  }
  if (options.isRanker) {
    metadata[key('pooling_type')] = u32(4);
    metadata[key('classifier.output_labels')] = array('string', ['yes', 'no']);
    metadata['tokenizer.chat_template.rerank'] = str('<|im_start|>{query}<|im_end|>{document}<|im_start|>');
  }
  Object.assign(metadata, options.metadata);

  const next = normals(seed);
  const tensors: GgufTensor[] = [];
  const add = (name: string, shape: number[], type: TensorType, value: () => number): Float32Array => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).map(value);
    tensors.push({ name, shape, type, data });
    return data;
  };
  const matrix = (name: string, columns: number, rows: number): Float32Array =>
    add(name, [columns, rows], tensorType, () => next() / Math.sqrt(columns));
  const vector = (name: string, length: number, mean: number): Float32Array =>
    add(name, [length], 'F32', () => mean + 0.1 * next());
  // Rows of about 3 / sqrt(d_model): logits then have a deviation of 3. Tokens that plain text lacks get faint rows,
  // so that they are all but never generated.
  const tokenRows = (name: string, faint: number, scale = 3): void => {
    const data = add(
      name,
      [dModel, vocabulary.tokens.length],
      tensorType,
      () => (scale * next()) / Math.sqrt(dModel),
    );
    vocabulary.tokens.forEach((token, id) => {
      if (!isPlainText(token, vocabulary.types[id] ?? 1)) {
        for (let i = 0; i < dModel; i++) data[id * dModel + i] = (data[id * dModel + i] ?? 0) * faint;
      }
    });
  };

  tokenRows('token_embd.weight', tiedEmbeddings ? 0.05 : 1);
  if (ropeScaling?.type === 'llama3') {
    const data = llama3Divisors(ropeScaling.factor, original, ropeBase);
    tensors.push({ name: 'rope_freqs.weight', shape: [headDim / 2], type: 'F32', data });
  }
  if (ropeScaling?.type === 'longrope') {
    for (const [name, most] of [
      ['long', ropeScaling.factor],
      ['short', 1.5],
    ] as const) {
      const data = Float32Array.from({ length: rotated / 2 }, (_, i) => most ** ((2 * i) / rotated));
      tensors.push({ name: `rope_factors_${name}.weight`, shape: [rotated / 2], type: 'F32', data });
    }
  }
  for (let layer = 0; layer < layers; layer++) {
    const block = `blk.${layer}.`;
    if (!blocks.noNormBefore) vector(`${block}attn_norm.weight`, dModel, 1);
    if (isConvolution(layer)) {
      matrix(`${block}shortconv.in_proj.weight`, dModel, 3 * dModel);
      add(`${block}shortconv.conv.weight`, [convolutionLength, dModel], 'F32', () => next());
      matrix(`${block}shortconv.out_proj.weight`, dModel, dModel);
    } else {
      if (blocks.isFused) {
        matrix(`${block}attn_qkv.weight`, dModel, (nHeads + 2 * nKvHeads) * headDim);
      } else {
        matrix(`${block}attn_q.weight`, dModel, nHeads * headDim);
        matrix(`${block}attn_k.weight`, dModel, nKvHeads * headDim);
        matrix(`${block}attn_v.weight`, dModel, nKvHeads * headDim);
      }
      if (blocks.qkvBiases) {
        vector(`${block}attn_q.bias`, nHeads * headDim, 0);
        vector(`${block}attn_k.bias`, nKvHeads * headDim, 0);
        vector(`${block}attn_v.bias`, nKvHeads * headDim, 0);
      }
      if (blocks.qkNorm) {
        const isWhole = blocks.qkNorm === 'whole';
        vector(`${block}attn_q_norm.weight`, isWhole ? nHeads * headDim : headDim, 1);
        vector(`${block}attn_k_norm.weight`, isWhole ? nKvHeads * headDim : headDim, 1);
      }
      matrix(`${block}attn_output.weight`, nHeads * headDim, dModel);
    }
    if (isGptOss) {
      vector(`${block}attn_output.bias`, dModel, 0);
      vector(`${block}attn_sinks.weight`, nHeads, 1);
    }
    if (blocks.normAfter) {
      vector(`${block}post_attention_norm.weight`, dModel, 0.5);
      vector(`${block}post_ffw_norm.weight`, dModel, 0.5);
    }
    if (!blocks.noNormBefore)
      vector(`${block}${isGptOss ? 'post_attention_norm' : 'ffn_norm'}.weight`, dModel, 1);
    if (experts) {
      const normal = (size: number) => () => next() * size;
      addExperts({ add, normal, tensorType, dModel }, block, experts, architecture);
      continue;
    }
    if (!blocks.isFused) matrix(`${block}ffn_gate.weight`, dModel, dFf);
    matrix(`${block}ffn_up.weight`, dModel, blocks.isFused ? 2 * dFf : dFf);
    matrix(`${block}ffn_down.weight`, dFf, dModel);
  }
  vector(blocks.hasConvolutions ? 'token_embd_norm.weight' : 'output_norm.weight', dModel, 1);
  if (!tiedEmbeddings) tokenRows('output.weight', 0, options.logitScale);
  if (options.isRanker) matrix('cls.output.weight', dModel, 2);
  if (options.roundedTo) for (const tensor of tensors) round(tensor, options.roundedTo);
  writeGguf(path, { metadata, tensors });
}

/** Path of a model with these options; made once a machine, in the system's temporary folder. */
export function tinyModel(options: TinyGgufOptions = {}): string {
  const folder = join(tmpdir(), 'tiergate-tiny-models-1');
  const name = createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, 16);
  const path = join(folder, `${name}.gguf`);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const draft = `${path}.${process.pid}`;
    writeTinyGguf(draft, options);
    renameSync(draft, path); // another process may make the same file at the same time
  }
  return path;
}
