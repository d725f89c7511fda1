// Which tensors the layers of each architecture have, for tiny-gguf.ts; the names are gguf-py's.

export interface TinyBlocks {
  /** attn_qkv, and gate with up as ffn_up. */
  isFused?: boolean;
  qkvBiases?: boolean;
  /** RMSNorm of Q and K: over each head, or over all at once. */
  qkNorm?: 'head' | 'whole';
  /** No norm before attention and MLP. */
  noNormBefore?: boolean;
  /** Every third layer has attention, the others a short convolution. */
  hasConvolutions?: boolean;
  /** A norm of what attention and MLP give. */
  normAfter?: boolean;
}

export const tinyBlocks: Record<TinyArchitecture, TinyBlocks> = {
  llama: {},
  qwen2: { qkvBiases: true },
  qwen3: { qkNorm: 'head' },
  gemma2: { normAfter: true },
  gemma3: { qkNorm: 'head', normAfter: true },
  granite: {},
  lfm2: { qkNorm: 'head', hasConvolutions: true },
  mistral3: {},
  olmo2: { qkNorm: 'whole', noNormBefore: true, normAfter: true },
  phi3: { isFused: true },
  qwen2moe: { qkvBiases: true },
  qwen3moe: { qkNorm: 'head' },
  'gpt-oss': { qkvBiases: true },
  smollm3: {},
};

export type TinyArchitecture =
  | 'llama'
  | 'qwen2'
  | 'qwen3'
  | 'gemma2'
  | 'gemma3'
  | 'granite'
  | 'lfm2'
  | 'mistral3'
  | 'olmo2'
  | 'phi3'
  | 'smollm3'
  | 'qwen2moe'
  | 'qwen3moe'
  | 'gpt-oss';
