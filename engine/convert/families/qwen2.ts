// Qwen2 and Qwen2.5: biases on Q, K and V.
import { commonMetadata, type Family, ropeMetadata } from '../family.ts';

const qwen2: Family = {
  classes: ['Qwen2ForCausalLM'],
  architecture: 'qwen2',
  metadata: (config) => ({ ...commonMetadata(config), ...ropeMetadata(config, 10_000) }),
};

export default qwen2;
