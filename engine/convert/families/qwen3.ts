// Qwen3: heads of their own length, an RMSNorm over each head of Q and K.
import { commonMetadata, type Family, headMetadata, ropeMetadata } from '../family.ts';

const qwen3: Family = {
  classes: ['Qwen3ForCausalLM'],
  architecture: 'qwen3',
  metadata: (config) => ({
    ...commonMetadata(config),
    ...headMetadata(config),
    ...ropeMetadata(config, 1_000_000),
  }),
};

export default qwen3;
