// Llama 2 and 3, SmolLM and SmolLM2, Mistral: GGUF turns neighbours by RoPE, so rows of Q and K change places.
import { u32 } from '../../gguf/values.ts';
import { commonMetadata, type Family, headMetadata, ropeMetadata } from '../family.ts';
import type { ModelConfig } from '../model-config.ts';
import { constantTensor, interleaveHeads, notSupported, SOURCE_BYTES } from '../source.ts';

/** Divisors of RoPE's frequencies (transformers, modeling_rope_utils.py, _compute_llama3_parameters). */
function llama3Divisors(config: ModelConfig): Float32Array {
  const rope = config.rope!;
  const factor = rope.number('factor');
  const low = rope.number('low_freq_factor', 1);
  const high = rope.number('high_freq_factor', 4);
  const original = rope.number('original_max_position_embeddings', 8192);
  const theta = config.ropeTheta(10_000);
  return Float32Array.from({ length: config.headDim / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * theta ** ((2 * i) / config.headDim);
    if (wavelength < original / high) return 1;
    if (wavelength > original / low) return factor;
    const smooth = (original / wavelength - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

const llama: Family = {
  classes: ['LlamaForCausalLM', 'MistralForCausalLM'],
  architecture: 'llama',
  metadata(config) {
    return {
      ...commonMetadata(config),
      ...(config.has('head_dim') ? headMetadata(config) : {}),
      'rope.dimension_count': u32(config.headDim),
      ...ropeMetadata(config, 10_000, ['llama3']),
    };
  },
  change(tensor, config) {
    const [, part] = /\.attn_([qk])\.(?:weight|bias)$/.exec(tensor.name) ?? [];
    if (part === undefined) return tensor;
    const heads = part === 'q' ? config.number('num_attention_heads') : config.kvHeads;
    const [rows = 0, columns = 1] = tensor.shape;
    if (rows % (2 * heads) !== 0)
      throw notSupported(`tensor ${tensor.name} has ${rows} rows, no even number for each of ${heads} heads`);
    const read = interleaveHeads(tensor.read, columns * SOURCE_BYTES[tensor.type], rows / heads);
    return { ...tensor, read };
  },
  extra(config) {
    if (config.ropeType !== 'llama3') return [];
    return [constantTensor('rope_freqs.weight', [config.headDim / 2], llama3Divisors(config))];
  },
};

export default llama;
