// Which tensor type each matrix has in a file of a given format: llama.cpp's mixes (llama_tensor_get_type in
// src/llama-quant.cpp) as far as the formats here go.
import type { BlockTypeName } from './block-types.ts';

interface Mix {
  /** general.file_type: a llama_ftype. */
  fileType: number;
  type: BlockTypeName;
  /** Of the matrix that makes the logits. */
  output: BlockTypeName;
  /** Of V and of the feed-forward's second matrix in the layers where an error counts most. */
  sensitive?: BlockTypeName;
}

const mix = (fileType: number, type: BlockTypeName, output: BlockTypeName, sensitive?: BlockTypeName): Mix =>
  sensitive ? { fileType, type, output, sensitive } : { fileType, type, output };

/** By the name that a file carries; a bare tensor type is that type throughout. */
export const mixes: Readonly<Record<string, Mix>> = {
  F32: mix(0, 'F32', 'F32'),
  F16: mix(1, 'F16', 'F16'),
  F16_FULL: mix(1, 'F16_FULL', 'F16_FULL'),
  BF16: mix(32, 'BF16', 'BF16'),
  Q8_0: mix(7, 'Q8_0', 'Q8_0'),
  Q4_0: mix(2, 'Q4_0', 'Q6_K'),
  Q4_1: mix(3, 'Q4_1', 'Q6_K'),
  Q5_0: mix(8, 'Q5_0', 'Q6_K'),
  Q5_1: mix(9, 'Q5_1', 'Q6_K'),
  Q2_K: mix(10, 'Q2_K', 'Q6_K'),
  Q3_K: mix(11, 'Q3_K', 'Q6_K'),
  Q4_K: mix(14, 'Q4_K', 'Q6_K'),
  Q5_K: mix(16, 'Q5_K', 'Q6_K'),
  Q6_K: mix(18, 'Q6_K', 'Q6_K'),
  Q4_K_M: mix(15, 'Q4_K', 'Q6_K', 'Q6_K'),
  Q5_K_M: mix(17, 'Q5_K', 'Q6_K', 'Q6_K'),
  IQ4_NL: mix(25, 'IQ4_NL', 'Q6_K'),
  IQ4_XS: mix(30, 'IQ4_XS', 'Q6_K'),
  MXFP4: mix(38, 'MXFP4', 'Q8_0'),
};

/** The first and last eighth of the layers, and each third one between. */
const isSensitive = (layer: number, nLayers: number): boolean => {
  const eighth = Math.trunc(nLayers / 8);
  return layer < eighth || layer >= Math.trunc((7 * nLayers) / 8) || (layer - eighth) % 3 === 2;
};

/** The type of a matrix by its name in the file. */
export function typeOf(mix: Mix, name: string, nLayers: number, tiedEmbeddings: boolean): BlockTypeName {
  if (name === 'output.weight' || (tiedEmbeddings && name === 'token_embd.weight')) return mix.output;
  const [, layer, part] = /^blk\.(\d+)\.(\w+)/.exec(name) ?? [];
  if (mix.sensitive && (part === 'attn_v' || part === 'ffn_down') && isSensitive(Number(layer), nLayers))
    return mix.sensitive;
  return mix.type;
}
