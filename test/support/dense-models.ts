// Small random models of the dense decoder architectures, each with what it has beyond a plain Llama block turned up so
// that a text of a few hundred tokens shows it; and the same without it.
import { array, f32, str } from './gguf-writer.ts';
import type { TinyGgufOptions } from './tiny-gguf.ts';

export interface DenseModel {
  label: string;
  options: TinyGgufOptions;
  /** The same weights without what makes the model special, where a file can say so. */
  without?: TinyGgufOptions;
}

/** The tiny vocabularies make some 300 tokens of it. */
export const longText =
  'Once upon a time there was a little dog. He said hello to the world and went to the park, and then he saw a big ' +
  'tree. The tree said: "Who are you, and what do you want of me?" The dog thought about it for a long while; in the ' +
  'end he said that he wanted nothing but a place in the shade, as it was hot on the road, and that he would be off ' +
  'again as soon as the sun had gone behind the hills. So the tree let him stay, and they talked until the evening. ' +
  'Hello, world! 1 + 2 = 3, 12 * 12 = 144.\n\nThe next day Tom and Sam came by, and they all went on together, over ' +
  'the fields and into the town, where nobody had ever seen a dog that talks with trees.';

// llama.cpp wants certain tokens in the vocabulary of a model whose name has "phi3" in it.
const phi3 = { architecture: 'phi3', metadata: { 'general.name': str('tiny fused') } } as const;
const longrope = { type: 'longrope', factor: 8 } as const;
const attnFactor = { 'phi3.rope.scaling.attn_factor': f32(1.19) };
const multipliers = {
  'granite.embedding_scale': f32(4),
  'granite.residual_scale': f32(0.5),
  'granite.attention.scale': f32(0.05),
  'granite.logit_scale': f32(2),
};
const yarn = { type: 'yarn', factor: 8, originalContextLength: 64 } as const;
const olmo3 = { architecture: 'olmo2', layers: 5, window: 24 } as const;
// Caps low enough that random weights reach them.
const caps = (attention: number, logits: number) => ({
  'gemma2.attn_logit_softcapping': f32(attention),
  'gemma2.final_logit_softcapping': f32(logits),
});
const gemma2 = { architecture: 'gemma2', layers: 3, tokenizer: 'llama', tiedEmbeddings: true } as const;

export const denseModels: readonly DenseModel[] = [
  {
    label: 'phi3, long factors',
    options: {
      ...phi3,
      tokenizer: 'llama',
      ropeScaling: { ...longrope, originalContextLength: 64 },
      metadata: { ...phi3.metadata, ...attnFactor },
    },
    without: { ...phi3, tokenizer: 'llama' },
  },
  {
    label: 'phi3, short factors, part of each head',
    options: {
      ...phi3,
      contextLength: 4096,
      rotated: 48,
      ropeScaling: { ...longrope, originalContextLength: 4096 },
      metadata: { ...phi3.metadata, ...attnFactor },
      tiedEmbeddings: true,
    },
    without: { ...phi3, contextLength: 4096, tiedEmbeddings: true },
  },
  { label: 'phi3, a window that is not applied', options: { ...phi3, window: 16 } },
  {
    label: 'gemma2',
    options: { ...gemma2, window: 24, metadata: caps(2, 5) },
    without: { ...gemma2, window: 4096, metadata: caps(2, 5) },
  },
  {
    label: 'gemma2, default caps',
    options: { ...gemma2, window: 4096 },
    without: { ...gemma2, window: 4096, metadata: caps(1, 30) },
  },
  {
    label: 'granite',
    options: { architecture: 'granite', metadata: multipliers },
    without: { architecture: 'granite' },
  },
  { label: 'lfm2', options: { architecture: 'lfm2', layers: 5, tiedEmbeddings: true } },
  { label: 'olmo2', options: { architecture: 'olmo2' } },
  {
    label: 'olmo2, windows',
    options: { ...olmo3, ropeScaling: yarn },
    without: { ...olmo3, ropeScaling: yarn, window: 4096 },
  },
  {
    label: 'olmo2, a pattern of windows',
    options: {
      ...olmo3,
      metadata: { 'olmo2.attention.sliding_window_pattern': array('bool', [false, true, false, true, true]) },
    },
    without: olmo3,
  },
  { label: 'smollm3', options: { architecture: 'smollm3', layers: 5 } },
  {
    label: 'mistral3',
    options: {
      architecture: 'mistral3',
      tokenizer: 'llama',
      ropeScaling: yarn,
      metadata: {
        'mistral3.rope.scaling.yarn_log_multiplier': f32(1),
        'mistral3.attention.temperature_scale': f32(0.3),
      },
    },
    without: { architecture: 'mistral3', tokenizer: 'llama', ropeScaling: yarn },
  },
  // What `llama` covers: Llama 3.1's rope_freqs.weight, and heads of another width than d_model / n_heads (Mistral
  // NeMo), tied embeddings (SmolLM2).
  {
    label: 'llama, rope_freqs',
    options: {
      architecture: 'llama',
      tokenizer: 'gpt2',
      tiedEmbeddings: true,
      ropeScaling: { type: 'llama3', factor: 8, originalContextLength: 64 },
    },
    without: { architecture: 'llama', tokenizer: 'gpt2', tiedEmbeddings: true },
  },
  {
    label: 'llama, wide heads',
    options: { architecture: 'llama', heads: 6 },
  },
];
