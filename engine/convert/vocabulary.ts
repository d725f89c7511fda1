// Vocabularies as GGUF metadata (tokenizer.ggml.*), of the two kinds that decoders have.
import type { GgufMetadata } from '../gguf/head.ts';
import { array, bool, type GgufValue, str, u32 } from '../gguf/values.ts';

/** tokenizer.ggml.token_type; SentencePiece's numbers. */
export const TokenType = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface Vocabulary {
  /** llama: SentencePiece's BPE, by scores; gpt2: byte-level BPE, by merges. */
  model: 'llama' | 'gpt2';
  /** Pre-tokenizer. */
  pre: string;
  tokens: string[];
  /** TokenType of each. */
  types: number[];
  /** Of llama: the highest pair is merged first. */
  scores?: number[];
  /** Of gpt2: "left right", the first is merged first. */
  merges?: string[];
  special: SpecialTokens;
}

export interface SpecialTokens {
  bos?: number | undefined;
  eos?: number | undefined;
  unknown?: number | undefined;
  padding?: number | undefined;
  addBos?: boolean | undefined;
  addEos?: boolean | undefined;
  addSpacePrefix?: boolean | undefined;
}

/** Fills up to the rows that the embeddings have. */
export function padVocabulary(vocabulary: Vocabulary, size: number): Vocabulary {
  const { tokens, types, scores } = vocabulary;
  for (let id = tokens.length; id < size; id++) {
    tokens.push(`[PAD${id}]`);
    types.push(TokenType.unused);
    scores?.push(-1000);
  }
  return vocabulary;
}

export function vocabularyMetadata(vocabulary: Vocabulary): GgufMetadata {
  const { bos, eos, unknown, padding, addBos, addEos, addSpacePrefix } = vocabulary.special;
  const ids = { bos, eos, unknown, padding };
  const flags = { add_bos_token: addBos, add_eos_token: addEos, add_space_prefix: addSpacePrefix };
  const metadata: Record<string, GgufValue> = {
    'tokenizer.ggml.model': str(vocabulary.model),
    'tokenizer.ggml.pre': str(vocabulary.pre),
    'tokenizer.ggml.tokens': array('string', vocabulary.tokens),
    'tokenizer.ggml.token_type': array('i32', vocabulary.types),
  };
  if (vocabulary.scores) metadata['tokenizer.ggml.scores'] = array('f32', vocabulary.scores);
  if (vocabulary.merges) metadata['tokenizer.ggml.merges'] = array('string', vocabulary.merges);
  for (const [name, id] of Object.entries(ids))
    if (id !== undefined) metadata[`tokenizer.ggml.${name}_token_id`] = u32(id);
  for (const [name, flag] of Object.entries(flags))
    if (flag !== undefined) metadata[`tokenizer.ggml.${name}`] = bool(flag);
  return metadata;
}
