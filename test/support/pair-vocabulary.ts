// BPE vocabularies that show where words begin: the first ranks of a real vocabulary, and all numbers of up to three digits.
import { array, type GgufFile } from './gguf-writer.ts';
import { bytePairFile, mergesOf, readRanks } from './tiktoken-ranks.ts';
import { byteCharacters } from './tiny-vocabulary.ts';

export interface PairVocabulary {
  tokens: string[];
  /** "left right", best first. */
  merges: string[];
  /** How many of the last tokens are <0x00> … <0xFF>. */
  byteTokens: number;
}

const digits = [...'0123456789'];

/** In GPT-2's spelling of bytes. A byte-level vocabulary cut after any rank is one again. */
export function bytePairVocabulary(path: string, count: number): PairVocabulary {
  const ranks = readRanks(path).slice(0, count);
  const spelt = (bytes: Buffer): string => [...bytes].map((byte) => byteCharacters[byte]).join('');
  const pairs = digits.flatMap((a) => digits.map((b) => [a, b] as const));
  const triples = pairs.flatMap(([a, b]) => digits.map((c) => [a + b, c] as const));
  const numbers = [...pairs, ...triples];
  return {
    tokens: [
      ...ranks.map((token) => spelt(Buffer.from(token, 'latin1'))),
      ...numbers.map((parts) => parts.join('')),
    ],
    merges: [...mergesOf(ranks), ...numbers.map((parts) => parts.join(' '))],
    byteTokens: 0,
  };
}

/** The tokens that are whole characters, with U+2581 for a space. */
export function characterVocabulary({ tokens, merges }: PairVocabulary): PairVocabulary {
  const bytes = new Map(byteCharacters.map((character, byte) => [character, byte]));
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const text = (token: string): string | null => {
    try {
      const spelling = Uint8Array.from([...token], (character) => bytes.get(character) ?? 0);
      return decoder.decode(spelling).replaceAll(' ', '\u2581');
    } catch {
      return null;
    }
  };
  const whole = tokens.map(text).filter((token) => token !== null && token !== '') as string[];
  const fallback = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  return {
    tokens: [...new Set(whole), ...fallback],
    merges: merges.flatMap((merge) => {
      const parts = merge.split(' ').map(text);
      return parts.every((part) => part !== null && !part.includes('\n')) ? [parts.join(' ')] : [];
    }),
    byteTokens: fallback.length,
  };
}

/** A file with nothing but this vocabulary under the name of a pre-tokenizer. */
export function pairFile(pre: string, { tokens, merges, byteTokens }: PairVocabulary): GgufFile {
  const file = bytePairFile(pre, tokens, merges, ['<eos>']);
  const types = tokens.map((_, id) => (id >= tokens.length - byteTokens ? 6 : 1));
  return { metadata: { ...file.metadata, 'tokenizer.ggml.token_type': array('i32', [...types, 3]) } };
}
