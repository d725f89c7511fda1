// Which tensor type each tensor has in a file of a given kind: llama.cpp's file types and its rules
// (llama_tensor_get_type and tensor_type_fallback in src/llama-quant.cpp).

export interface FileType {
  /** general.file_type: a llama_ftype. */
  id: number;
  /** Of most matrices. */
  type: string;
  about: string;
}

/** By llama-quantize's names, smallest first. */
export const FILE_TYPES = {
  Q2_K_S: { id: 21, type: 'Q2_K', about: 'smallest' },
  Q2_K: { id: 10, type: 'Q2_K', about: 'Q3_K or Q4_K where an error counts most' },
  Q3_K_S: { id: 11, type: 'Q3_K', about: 'Q3_K throughout' },
  Q3_K_M: { id: 12, type: 'Q3_K', about: 'with Q4_K and Q5_K' },
  Q3_K_L: { id: 13, type: 'Q3_K', about: 'with Q5_K' },
  MXFP4: { id: 38, type: 'MXFP4', about: "OCP's 4-bit floats throughout" },
  MXFP4_MOE: { id: 38, type: 'MXFP4', about: 'MXFP4 experts, Q8_0 else' },
  IQ4_XS: { id: 30, type: 'IQ4_XS', about: '4 bits on uneven levels, blocks of 256' },
  IQ4_NL: { id: 25, type: 'IQ4_NL', about: '4 bits on uneven levels, blocks of 32' },
  Q4_0: { id: 2, type: 'Q4_0', about: '4 bits, simplest' },
  Q4_1: { id: 3, type: 'Q4_1', about: '4 bits with a minimum' },
  Q4_K_S: { id: 14, type: 'Q4_K', about: 'with some Q5_K' },
  Q4_K_M: { id: 15, type: 'Q4_K', about: 'with Q6_K where an error counts most: a good choice' },
  Q5_0: { id: 8, type: 'Q5_0', about: '5 bits' },
  Q5_1: { id: 9, type: 'Q5_1', about: '5 bits with a minimum' },
  Q5_K_S: { id: 16, type: 'Q5_K', about: 'Q5_K throughout' },
  Q5_K_M: { id: 17, type: 'Q5_K', about: 'with Q6_K where an error counts most' },
  Q6_K: { id: 18, type: 'Q6_K', about: 'near to lossless' },
  Q8_0: { id: 7, type: 'Q8_0', about: 'all but lossless' },
  F16: { id: 1, type: 'F16', about: 'half floats' },
  BF16: { id: 32, type: 'BF16', about: 'bfloat16' },
  F32: { id: 0, type: 'F32', about: 'floats' },
} as const satisfies Record<string, FileType>;

export type FileTypeName = keyof typeof FILE_TYPES;

/** Short names that stand for the medium mix, as in llama-quantize. */
export const FILE_TYPE_ALIASES: Readonly<Record<string, FileTypeName>> = {
  Q3_K: 'Q3_K_M',
  Q4_K: 'Q4_K_M',
  Q5_K: 'Q5_K_M',
};

/** What the rules ask of a model. */
export interface ModelFacts {
  architecture: string;
  layers: number;
  heads: number;
  kvHeads: number;
  experts: number;
  /** No output.weight: the embeddings make the logits. */
  hasTiedEmbeddings: boolean;
  /** An importance matrix is used. */
  hasImportance: boolean;
}

export type TensorRole =
  | 'output'
  | 'embedding'
  | 'attn_qkv'
  | 'attn_kv_b'
  | 'attn_v'
  | 'attn_k'
  | 'attn_q'
  | 'attn_output'
  | 'ffn_up'
  | 'ffn_gate'
  | 'ffn_down'
  | 'other';

const ROLE_MARKS: readonly (readonly [string, TensorRole])[] = [
  ['attn_qkv.weight', 'attn_qkv'],
  ['attn_kv_b.weight', 'attn_kv_b'],
  ['attn_v.weight', 'attn_v'],
  ['attn_k.weight', 'attn_k'],
  ['attn_q.weight', 'attn_q'],
  ['attn_output.weight', 'attn_output'],
  ['ffn_up', 'ffn_up'],
  ['ffn_gate', 'ffn_gate'],
  ['ffn_down', 'ffn_down'],
];

export function roleOf(name: string): TensorRole {
  if (name === 'output.weight') return 'output';
  if (name === 'token_embd.weight' || name === 'per_layer_token_embd.weight') return 'embedding';
  return ROLE_MARKS.find(([mark]) => name.includes(mark))?.[1] ?? 'other';
}

/** The first and last eighth of the layers, and each third one between. */
const getsMoreBits = (layer: number, layers: number): boolean => {
  const eighth = Math.trunc(layers / 8);
  return layer < eighth || layer >= Math.trunc((7 * layers) / 8) || (layer - eighth) % 3 === 2;
};

/** A model of 70 billion parameters has eight heads to one of attn_v, whose few bytes are then worth more bits. */
const isLarge = ({ architecture, layers, heads, kvHeads }: ModelFacts): boolean =>
  layers === 80 && (architecture === 'qwen2' || (architecture === 'llama' && heads !== kvHeads));

const forValues = (
  file: FileTypeName,
  type: string,
  index: number,
  count: number,
  facts: ModelFacts,
): string => {
  const isGrouped = facts.heads / Math.max(facts.kvHeads, 1) >= 4;
  let chosen = type;
  if (file === 'Q2_K') chosen = isGrouped ? 'Q4_K' : 'Q3_K';
  else if (file === 'Q2_K_S') chosen = isGrouped ? 'Q4_K' : type;
  else if (file === 'Q3_K_M') chosen = index < 2 ? 'Q5_K' : 'Q4_K';
  else if (file === 'Q3_K_L') chosen = 'Q5_K';
  else if (file === 'IQ4_NL' || file === 'IQ4_XS') chosen = isGrouped ? 'Q5_K' : type;
  else if (file === 'Q4_K_M' || file === 'Q5_K_M') chosen = getsMoreBits(index, count) ? 'Q6_K' : type;
  else if (file === 'Q4_K_S') chosen = index < 4 ? 'Q5_K' : type;
  if (isLarge(facts) && (chosen === 'Q3_K' || chosen === 'Q4_K')) chosen = 'Q5_K';
  return facts.experts === 8 ? 'Q8_0' : chosen;
};

const forFfnDown = (file: FileTypeName, type: string, layer: number, facts: ModelFacts): string => {
  const { layers, hasImportance } = facts;
  const isEarly = layer < Math.trunc(layers / 8);
  if (file === 'Q2_K') return 'Q3_K';
  if (file === 'Q2_K_S') return isEarly ? 'Q4_K' : type;
  if (file === 'Q3_K_M') return layer < Math.trunc(layers / 16) ? 'Q5_K' : 'Q4_K';
  if (file === 'Q3_K_L') return 'Q5_K';
  if (file === 'Q4_K_M' || file === 'Q5_K_M') return getsMoreBits(layer, layers) ? 'Q6_K' : type;
  if (file === 'IQ4_NL' || file === 'IQ4_XS') return isEarly && !hasImportance ? 'Q5_K' : type;
  if (file === 'Q4_K_S') return isEarly ? 'Q5_K' : type;
  // Q4_0 and Q5_0 go wrong in the first of these when weights push them, llama.cpp found.
  if (file === 'Q4_0') return isEarly && hasImportance ? 'Q4_1' : type;
  if (file === 'Q5_0') return isEarly && hasImportance ? 'Q5_1' : type;
  return type;
};

const EXPERT_OUTPUT_IN_Q5 = new Set<string>(
  'Q2_K Q3_K_S Q3_K_M IQ4_NL Q4_K_S Q4_K_M IQ4_XS'.split(' ') satisfies string[],
);

const forAttentionOutput = (file: FileTypeName, type: string, facts: ModelFacts): string => {
  if (facts.experts === 8) return EXPERT_OUTPUT_IN_Q5.has(file) ? 'Q5_K' : type;
  if (file === 'Q2_K') return 'Q3_K';
  if (file === 'Q3_K_M') return 'Q4_K';
  return file === 'Q3_K_L' ? 'Q5_K' : type;
};

/** Where a tensor stands among those of its role, in order of layers. */
export interface TensorTurn {
  role: TensorRole;
  /** Of its role; with experts, its layer. */
  index: number;
  /** How many there are that count as attn_v. */
  nValues: number;
  columns: number;
  /** Matrices behind each other: experts. */
  depth: number;
}

/** The type that the mix gives a tensor, before what its shape allows. */
export function mixedType(
  file: FileTypeName,
  { role, index, nValues, columns, depth }: TensorTurn,
  facts: ModelFacts,
  blockValues: (type: string) => number,
): string {
  const { type } = FILE_TYPES[file];
  if (role === 'output' || (role === 'embedding' && facts.hasTiedEmbeddings)) {
    if (FILE_TYPES[file].id === FILE_TYPES.MXFP4.id || columns % blockValues(type) !== 0) return 'Q8_0';
    return type === 'Q8_0' ? type : 'Q6_K';
  }
  if (file === 'MXFP4_MOE') return depth > 1 ? 'MXFP4' : 'Q8_0';
  if (role === 'embedding') return type;
  if (role === 'attn_v' || role === 'attn_qkv' || role === 'attn_kv_b')
    return forValues(file, type, index, nValues, facts);
  if (role === 'attn_k') return facts.experts === 8 ? 'Q8_0' : type;
  if (role === 'ffn_down') return forFfnDown(file, type, index, facts);
  if (role === 'attn_output') return forAttentionOutput(file, type, facts);
  return type;
}

/** What stands in for types of blocks of 256 where a row is no multiple of 256. */
const FALLBACKS: Readonly<Record<string, string>> = {
  IQ4_XS: 'IQ4_NL',
  Q2_K: 'Q4_0',
  Q3_K: 'Q4_0',
  Q4_K: 'Q5_0',
  Q5_K: 'Q5_1',
  Q6_K: 'Q8_0',
};

/** The type itself, or the one that rows of this length allow; F16 where they are no multiple of 32 either. */
export function typeForColumns(type: string, columns: number, blockValues: (type: string) => number): string {
  if (columns % blockValues(type) === 0) return type;
  const fallback = FALLBACKS[type];
  return fallback !== undefined && columns % blockValues(fallback) === 0 ? fallback : 'F16';
}
