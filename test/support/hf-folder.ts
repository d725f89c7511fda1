// Small random models as Hugging Face keeps them: config.json, tokenizer.json and safetensors.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HfTensor, type SafetensorsType, writeSafetensors } from './safetensors-writer.ts';
import { tinyVocabulary } from './tiny-vocabulary.ts';

export type HfFamily = 'llama' | 'qwen2' | 'qwen3' | 'gemma3' | 'phi3';

export interface HfModel {
  config: Record<string, unknown>;
  tensors: HfTensor[];
}

const CLASSES: Readonly<Record<HfFamily, string>> = {
  llama: 'LlamaForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
  gemma3: 'Gemma3ForCausalLM',
  phi3: 'Phi3ForCausalLM',
};

const usesSentencePiece = (family: HfFamily): boolean => family !== 'qwen2' && family !== 'qwen3';

/** Numbers between -1 and 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x6d2b79f5) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 31 - 1;
  };
}

export function randomHfModel(family: HfFamily, seed = 1): HfModel {
  const vocabSize = tinyVocabulary(usesSentencePiece(family) ? 'llama' : 'gpt2').tokens.length;
  const [dModel, heads, kvHeads, dFf] = [64, 4, 2, 96];
  const headDim = family === 'qwen3' ? 32 : 16;
  const layers = family === 'gemma3' ? 6 : 2;
  const config: Record<string, unknown> = {
    architectures: [CLASSES[family]],
    hidden_size: dModel,
    intermediate_size: dFf,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    max_position_embeddings: 256,
    rms_norm_eps: 1e-6,
    rope_theta: family === 'gemma3' ? 1_000_000 : 10_000,
    vocab_size: vocabSize,
    tie_word_embeddings: family === 'gemma3',
    ...(family === 'qwen3' || family === 'gemma3' ? { head_dim: headDim } : {}),
    ...(family === 'gemma3'
      ? { sliding_window: 8, sliding_window_pattern: 6, query_pre_attn_scalar: headDim }
      : {}),
  };
  const next = random(seed);
  const tensors: HfTensor[] = [];
  const add = (name: string, shape: number[], scale: number, mean = 0): void => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).map(() => mean + scale * next());
    tensors.push({ name, shape, data });
  };
  const matrix = (name: string, rows: number, columns: number): void =>
    add(`${name}.weight`, [rows, columns], 2 / Math.sqrt(columns));
  const norm = (name: string, size: number): void =>
    add(`${name}.weight`, [size], 0.3, family === 'gemma3' ? 0 : 1);

  matrix('model.embed_tokens', vocabSize, dModel);
  for (let i = 0; i < layers; i++) {
    const layer = `model.layers.${i}.`;
    norm(`${layer}input_layernorm`, dModel);
    norm(`${layer}post_attention_layernorm`, dModel);
    if (family === 'gemma3') {
      norm(`${layer}pre_feedforward_layernorm`, dModel);
      norm(`${layer}post_feedforward_layernorm`, dModel);
    }
    if (family === 'phi3') {
      matrix(`${layer}self_attn.qkv_proj`, (heads + 2 * kvHeads) * headDim, dModel);
      matrix(`${layer}mlp.gate_up_proj`, 2 * dFf, dModel);
    } else {
      for (const [part, n] of [
        ['q', heads],
        ['k', kvHeads],
        ['v', kvHeads],
      ] as const) {
        matrix(`${layer}self_attn.${part}_proj`, n * headDim, dModel);
        if (family === 'qwen2') add(`${layer}self_attn.${part}_proj.bias`, [n * headDim], 0.5);
      }
      if (family === 'qwen3' || family === 'gemma3') {
        norm(`${layer}self_attn.q_norm`, headDim);
        norm(`${layer}self_attn.k_norm`, headDim);
      }
      matrix(`${layer}mlp.gate_proj`, dFf, dModel);
      matrix(`${layer}mlp.up_proj`, dFf, dModel);
    }
    matrix(`${layer}self_attn.o_proj`, dModel, heads * headDim);
    matrix(`${layer}mlp.down_proj`, dModel, dFf);
  }
  norm('model.norm', dModel);
  if (family !== 'gemma3') matrix('lm_head', vocabSize, dModel);
  return { config, tensors };
}

const QWEN_SPLIT =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** tokenizer.json of the tiny vocabularies (tiny-vocabulary.ts). */
function tokenizerJson(family: HfFamily): Record<string, unknown> {
  const isPieces = usesSentencePiece(family);
  const { tokens, types } = tinyVocabulary(isPieces ? 'llama' : 'gpt2');
  const mergeValues = tinyVocabulary('gpt2').metadata['tokenizer.ggml.merges'];
  const merges = mergeValues?.type === 'array' ? mergeValues.values.map(String) : [];
  const isAdded = (id: number): boolean => types[id] === 3;
  const vocab = Object.fromEntries(tokens.flatMap((text, id) => (isAdded(id) ? [] : [[text, id]])));
  const added = tokens.flatMap((content, id) => (isAdded(id) ? [{ id, content, special: true }] : []));
  const split = { type: 'Split', pattern: { Regex: QWEN_SPLIT }, behavior: 'Isolated' };
  const bytes = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };
  return {
    added_tokens: added,
    normalizer: isPieces ? { type: 'Prepend', prepend: '▁' } : null,
    pre_tokenizer: isPieces ? null : { type: 'Sequence', pretokenizers: [split, bytes] },
    post_processor: null,
    model: {
      type: 'BPE',
      vocab,
      merges: isPieces ? merges.map((merge) => merge.replace('Ġ', '▁').split(' ')) : merges,
      ...(isPieces ? { byte_fallback: true, unk_token: '<unk>' } : {}),
    },
  };
}

export const hfChatTemplate = "{% for message in messages %}{{ message['content'] }}{% endfor %}";

/** Writes the folder. */
export function writeHfFolder(
  folder: string,
  family: HfFamily,
  model: HfModel,
  options: { type?: SafetensorsType; parts?: number } = {},
): void {
  mkdirSync(folder, { recursive: true });
  const isPieces = usesSentencePiece(family);
  const settings = {
    chat_template: hfChatTemplate,
    add_bos_token: isPieces,
    bos_token: isPieces ? '<s>' : null,
    eos_token: isPieces ? { content: '<|im_end|>' } : '<|im_end|>',
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(model.config));
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(settings));
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizerJson(family)));
  writeSafetensors(folder, model.tensors, options.type, options.parts);
}
