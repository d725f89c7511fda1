// Phi-3, Phi-3.5 and Phi-4-mini: Q, K and V in one matrix, gate and up in one; two lists of divisors for long contexts.
import { f32, type GgufValue, u32 } from '../../gguf/values.ts';
import { commonMetadata, type Family, ropeMetadata } from '../family.ts';
import type { ModelConfig } from '../model-config.ts';
import { constantTensor, notSupported, type SourceTensor } from '../source.ts';

/** LongRoPE under its names of both generations of files. */
const isLongRope = ({ ropeType }: ModelConfig): boolean => ropeType === 'longrope' || ropeType === 'su';

const rotated = (config: ModelConfig): number =>
  Math.trunc(config.number('partial_rotary_factor', 1) * config.headDim);

/** What attention's logits gain with a longer context (transformers, _compute_longrope_parameters). */
function longRopeKeys(config: ModelConfig): Record<string, GgufValue> {
  const original = config.number(
    'original_max_position_embeddings',
    config.number('max_position_embeddings'),
  );
  const keys = { 'rope.scaling.original_context_length': u32(original) };
  if (!isLongRope(config)) return keys;
  const scale = config.number('max_position_embeddings') / original;
  const factor = scale <= 1 ? 1 : Math.sqrt(1 + Math.log(scale) / Math.log(original));
  return { ...keys, 'rope.scaling.attn_factor': f32(factor) };
}

const phi3: Family = {
  classes: ['Phi3ForCausalLM'],
  architecture: 'phi3',
  metadata(config) {
    return {
      ...commonMetadata(config),
      'rope.dimension_count': u32(rotated(config)),
      ...ropeMetadata(config, 10_000, ['longrope', 'su']),
      ...longRopeKeys(config),
      'attention.sliding_window': u32(config.has('sliding_window') ? config.number('sliding_window') : 0),
    };
  },
  parts: { 'self_attn.qkv_proj': 'attn_qkv', 'mlp.gate_up_proj': 'ffn_up' },
  extra(config) {
    if (!isLongRope(config)) return [];
    return (['long', 'short'] as const).map((which): SourceTensor => {
      const factors = config.rope?.numbers(`${which}_factor`) ?? [];
      if (factors.length !== rotated(config) / 2)
        throw notSupported(
          `${config.path}: "${which}_factor" has ${factors.length} numbers for ${rotated(config) / 2} frequencies`,
        );
      return constantTensor(`rope_factors_${which}.weight`, [factors.length], Float32Array.from(factors));
    });
  },
};

export default phi3;
