// The shapes of published models (their config.json), for files of random weights: what a kernel's speed depends on.

export interface ModelShape {
  /** general.architecture */
  architecture: 'llama' | 'qwen2' | 'qwen3';
  label: string;
  nLayers: number;
  dModel: number;
  nHeads: number;
  nKvHeads: number;
  headDim: number;
  dFf: number;
  nVocab: number;
  /** Tokens made of text: the ones after are control tokens. */
  nTextTokens: number;
  contextLength: number;
  ropeBase: number;
  /** Llama 3's divisors of the slow frequencies (rope_freqs.weight), by this factor. */
  ropeFactor?: number;
  rmsEpsilon: number;
  tiedEmbeddings: boolean;
  /** All weights of the last norm: widens the logits' spread. Default 1. */
  outputNorm?: number;
}

const qwen = { nVocab: 151_936, nTextTokens: 151_643, ropeBase: 1_000_000, rmsEpsilon: 1e-6 };
const llama = {
  architecture: 'llama',
  nVocab: 128_256,
  nTextTokens: 128_000,
  contextLength: 131_072,
  ropeBase: 500_000,
  rmsEpsilon: 1e-5,
} as const;

export const shapes: Readonly<Record<string, ModelShape>> = {
  'qwen3-0.6b': {
    ...qwen,
    architecture: 'qwen3',
    label: 'Qwen3 0.6B',
    nLayers: 28,
    dModel: 1024,
    nHeads: 16,
    nKvHeads: 8,
    headDim: 128,
    dFf: 3072,
    contextLength: 40_960,
    tiedEmbeddings: true,
  },
  'llama-3.2-1b': {
    ...llama,
    label: 'Llama 3.2 1B',
    nLayers: 16,
    dModel: 2048,
    nHeads: 32,
    nKvHeads: 8,
    headDim: 64,
    dFf: 8192,
    ropeFactor: 32,
    tiedEmbeddings: true,
  },
  'qwen2.5-1.5b': {
    ...qwen,
    architecture: 'qwen2',
    label: 'Qwen2.5 1.5B',
    nLayers: 28,
    dModel: 1536,
    nHeads: 12,
    nKvHeads: 2,
    headDim: 128,
    dFf: 8960,
    contextLength: 32_768,
    tiedEmbeddings: true,
  },
  'llama-3.1-8b': {
    ...llama,
    label: 'Llama 3.1 8B',
    nLayers: 32,
    dModel: 4096,
    nHeads: 32,
    nKvHeads: 8,
    headDim: 128,
    dFf: 14_336,
    ropeFactor: 8,
    tiedEmbeddings: false,
  },
  // No published model: small enough to compare logits of thousands of positions.
  small: {
    architecture: 'llama',
    label: 'small',
    nLayers: 4,
    dModel: 512,
    nHeads: 8,
    nKvHeads: 4,
    headDim: 64,
    dFf: 1536,
    nVocab: 4096,
    nTextTokens: 4000,
    contextLength: 4096,
    ropeBase: 10_000,
    rmsEpsilon: 1e-5,
    tiedEmbeddings: false,
    outputNorm: 8,
  },
};
