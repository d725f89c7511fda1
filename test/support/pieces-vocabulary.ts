// A byte-pair vocabulary of the 256 bytes and any further tokens, given by their bytes; then ChatML's control tokens.
import { array, bool, str, u32 } from './gguf-writer.ts';
import { byteCharacters, type TinyVocabulary } from './tiny-vocabulary.ts';

export function piecesVocabulary(pieces: readonly (string | readonly number[])[]): TinyVocabulary {
  const spelled = (bytes: Iterable<number>): string =>
    [...bytes].map((byte) => byteCharacters[byte]!).join('');
  const words = [
    ...new Set([...byteCharacters, ...pieces.map((piece) => spelled(Buffer.from(piece as string)))]),
  ];
  const tokens = [...words, '<|endoftext|>', '<|im_start|>', '<|im_end|>'];
  while (tokens.length % 32 !== 0) tokens.push(`<|unused_${tokens.length}|>`);
  const types = tokens.map((_, id) => (id < words.length ? 1 : 3));
  const metadata = {
    'tokenizer.ggml.model': str('gpt2'),
    'tokenizer.ggml.pre': str('qwen2'),
    'tokenizer.ggml.tokens': array('string', tokens),
    'tokenizer.ggml.token_type': array('i32', types),
    'tokenizer.ggml.merges': array('string', ['a b']),
    'tokenizer.ggml.bos_token_id': u32(words.length),
    'tokenizer.ggml.eos_token_id': u32(words.length + 2),
    'tokenizer.ggml.add_bos_token': bool(false),
  };
  return { tokens, types, metadata };
}
