// What a family of models has to say for its conversion, and what most of them have in common: names and keys of
// llama.cpp (gguf-py/gguf/tensor_mapping.py, convert_hf_to_gguf.py).
import { f32, type GgufValue, str, u32 } from '../gguf/values.ts';
import type { ModelConfig } from './model-config.ts';
import { notSupported, type SourceTensor } from './source.ts';

export interface Family {
  /** `architectures` in config.json. */
  classes: readonly string[];
  /** general.architecture */
  architecture: string;
  /** Keys without the architecture in front. */
  metadata(config: ModelConfig): Record<string, GgufValue>;
  /** Parts of a layer whose names differ from the common ones; null: left out. */
  parts?: Readonly<Record<string, string>>;
  /** The tensor as GGUF has it, by its name there. */
  change?(tensor: SourceTensor, config: ModelConfig): SourceTensor | Promise<SourceTensor>;
  /** Tensors that follow from the config. */
  extra?(config: ModelConfig): SourceTensor[];
}

const WHOLE: Readonly<Record<string, string>> = {
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  lm_head: 'output',
};

const PARTS: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  post_attention_layernorm: 'ffn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

/** The name in GGUF. @throws {GatewayError} MODEL_FORMAT_UNSUPPORTED for a tensor that the family does not have */
export function ggufName(family: Family, name: string): string {
  const [, stem = '', suffix = ''] = /^(.*)\.(weight|bias)$/.exec(name) ?? [];
  const whole = WHOLE[stem];
  if (whole) return `${whole}.${suffix}`;
  const [, layer, part = ''] = /^model\.layers\.(\d+)\.(.+)$/.exec(stem) ?? [];
  const found = family.parts?.[part] ?? PARTS[part];
  if (layer !== undefined && found) return `blk.${layer}.${found}.${suffix}`;
  throw notSupported(`tensor ${name} has no place in the architecture ${family.architecture}`);
}

/** Keys that every decoder has. */
export function commonMetadata(config: ModelConfig): Record<string, GgufValue> {
  return {
    context_length: u32(config.number('max_position_embeddings')),
    embedding_length: u32(config.number('hidden_size')),
    block_count: u32(config.number('num_hidden_layers')),
    feed_forward_length: u32(config.number('intermediate_size')),
    'attention.head_count': u32(config.number('num_attention_heads')),
    'attention.head_count_kv': u32(config.kvHeads),
    'attention.layer_norm_rms_epsilon': f32(config.number('rms_norm_eps')),
    vocab_size: u32(config.number('vocab_size')),
  };
}

export function headMetadata(config: ModelConfig): Record<string, GgufValue> {
  return {
    'attention.key_length': u32(config.headDim),
    'attention.value_length': u32(config.headDim),
  };
}

/** Linear and YaRN stretching; nothing for none. @throws {GatewayError} MODEL_FORMAT_UNSUPPORTED for another kind */
export function ropeMetadata(
  config: ModelConfig,
  theta: number,
  alsoKnown: readonly string[] = [],
): Record<string, GgufValue> {
  const { rope, ropeType } = config;
  const base = { 'rope.freq_base': f32(config.ropeTheta(theta)) };
  if (!rope || ropeType === 'default' || alsoKnown.includes(ropeType)) return base;
  if (ropeType !== 'linear' && ropeType !== 'yarn') {
    const known = ['default', 'linear', 'yarn', ...alsoKnown].join(', ');
    throw notSupported(`${config.path}: rope type "${ropeType}" is not known; known: ${known}`);
  }
  const original = rope.has('original_max_position_embeddings')
    ? { 'rope.scaling.original_context_length': u32(rope.number('original_max_position_embeddings')) }
    : {};
  return {
    ...base,
    'rope.scaling.type': str(ropeType),
    'rope.scaling.factor': f32(rope.number('factor')),
    ...(ropeType === 'yarn' ? original : {}),
  };
}
