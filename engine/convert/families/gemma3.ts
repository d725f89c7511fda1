// Gemma 3, text: norms are stored less 1, four of them a layer; most layers see a window.

import { nativeAddon } from '../../binding.ts';
import { f32, type GgufValue, str, u32 } from '../../gguf/values.ts';
import type { Family } from '../family.ts';
import type { ModelConfig } from '../model-config.ts';
import { constantTensor, notSupported, SOURCE_BYTES, type SourceTensor } from '../source.ts';

/** Frequencies of the layers that see all; newer files keep those of windowed layers beside them. */
function ropeKeys(config: ModelConfig): Record<string, GgufValue> {
  const full = config.nested('rope_parameters')?.nested('full_attention') ?? config.rope;
  const type = full?.text('rope_type') ?? full?.text('type') ?? 'default';
  const theta = full?.has('rope_theta') ? full.number('rope_theta') : 1_000_000;
  const base = { 'rope.freq_base': f32(config.number('rope_theta', theta)) };
  if (!full || type === 'default') return base;
  if (type !== 'linear')
    throw notSupported(`${config.path}: rope type "${type}" is not known; known: default, linear`);
  return { ...base, 'rope.scaling.type': str('linear'), 'rope.scaling.factor': f32(full.number('factor')) };
}

async function plusOne(tensor: SourceTensor): Promise<SourceTensor> {
  const columns = tensor.shape.reduce((a, b) => a * b, 1);
  const bytes = Buffer.alloc(columns * SOURCE_BYTES[tensor.type]);
  await tensor.read(bytes, 0);
  const values = new Float32Array(columns);
  const out = new Uint8Array(values.buffer);
  await nativeAddon().recodeRows({ from: tensor.type, to: 'F32', rows: 1, columns }, bytes, out);
  return constantTensor(
    tensor.name,
    tensor.shape,
    values.map((x) => x + 1),
  );
}

const gemma3: Family = {
  classes: ['Gemma3ForCausalLM', 'Gemma3ForConditionalGeneration'],
  architecture: 'gemma3',
  metadata(config) {
    if (config.number('sliding_window_pattern', 6) !== 6)
      throw notSupported(
        `${config.path}: "sliding_window_pattern" is not 6, the only pattern that gemma3 files have`,
      );
    const headDim = config.number('head_dim', 256);
    const scalar = config.number('query_pre_attn_scalar', headDim);
    return {
      context_length: u32(config.number('max_position_embeddings', 131_072)),
      embedding_length: u32(config.number('hidden_size')),
      block_count: u32(config.number('num_hidden_layers')),
      feed_forward_length: u32(config.number('intermediate_size')),
      'attention.head_count': u32(config.number('num_attention_heads', 8)),
      'attention.head_count_kv': u32(config.number('num_key_value_heads', 4)),
      'attention.key_length': u32(headDim),
      'attention.value_length': u32(headDim),
      'attention.layer_norm_rms_epsilon': f32(config.number('rms_norm_eps', 1e-6)),
      'attention.sliding_window': u32(config.number('sliding_window')),
      ...(scalar === headDim ? {} : { 'attention.scale': f32(1 / Math.sqrt(scalar)) }),
      ...ropeKeys(config),
    };
  },
  parts: {
    post_attention_layernorm: 'post_attention_norm',
    pre_feedforward_layernorm: 'ffn_norm',
    post_feedforward_layernorm: 'post_ffw_norm',
  },
  change: (tensor) => (tensor.name.endsWith('norm.weight') ? plusOne(tensor) : tensor),
};

export default gemma3;
