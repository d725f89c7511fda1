// The vocabularies of the tiny test models: all bytes, some merges, and ChatML's control tokens.
import { array, bool, type GgufValue, str, u32 } from './gguf-writer.ts';

const normal = 1;
const unknown = 2;
const control = 3;
const byte = 6;

export interface TinyVocabulary {
  tokens: string[];
  /** tokenizer.ggml.token_type of each token. */
  types: number[];
  metadata: Record<string, GgufValue>;
}

// Each pair's parts exist before it; Ġ is GPT-2's mapping of the space.
const merges = (
  'Ġ t|h e|i n|r e|o n|Ġt he|Ġ a|e r|Ġ s|a t|Ġ w|e n|o u|Ġ c|i s|Ġ b|o r|in g|Ġ p|e d|Ġ f|a n|e s|a l|Ġ o|Ġt o|' +
  'a r|i t|Ġo f|Ġ in|a s|Ġ m|i c|l e|Ġ h|Ġ d|Ġa n|Ġan d|l l|l o|H e|He l|Hel lo|Ġw or|l d|Ġwor ld'
).split('|');

/** GPT-2's reversible mapping of the 256 bytes to printable characters (bytes_to_unicode in openai/gpt-2's encoder.py). */
export const byteCharacters: readonly string[] = (() => {
  const printable = (b: number): boolean => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(printable(b) ? b : next++));
})();

const specials = (bos: number, eos: number): Record<string, GgufValue> => ({
  'tokenizer.ggml.bos_token_id': u32(bos),
  'tokenizer.ggml.eos_token_id': u32(eos),
});

function bytePairs(): TinyVocabulary {
  const words = [...byteCharacters, ...merges.map((pair) => pair.replace(' ', ''))];
  const tokens = [...words, '<|endoftext|>', '<|im_start|>', '<|im_end|>'];
  while (tokens.length % 32 !== 0) tokens.push(`<|unused_${tokens.length}|>`);
  const types = tokens.map((_, id) => (id < words.length ? normal : control));
  const metadata = {
    'tokenizer.ggml.model': str('gpt2'),
    'tokenizer.ggml.pre': str('qwen2'),
    'tokenizer.ggml.tokens': array('string', tokens),
    'tokenizer.ggml.token_type': array('i32', types),
    'tokenizer.ggml.merges': array('string', merges),
    ...specials(words.length, words.length + 2),
    'tokenizer.ggml.add_bos_token': bool(false),
  };
  return { tokens, types, metadata };
}

function sentencePieces(): TinyVocabulary {
  const head = ['<unk>', '<s>', '</s>', '<|im_start|>', '<|im_end|>'];
  const bytes = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`);
  const letters = [...byteCharacters.slice(33, 127)];
  const words = merges.map((pair) => pair.replace(' ', '').replace('Ġ', '▁'));
  const tokens = [...head, ...bytes, ...words, '▁', ...letters];
  while (tokens.length % 32 !== 0) tokens.push(`<|unused_${tokens.length}|>`);
  const last = head.length + bytes.length + words.length + 1 + letters.length;
  const types = tokens.map((_, id) => {
    if (id === 0) return unknown;
    if (id < head.length || id >= last) return control;
    return id < head.length + bytes.length ? byte : normal;
  });
  const scores = tokens.map((_, id) => (types[id] === normal ? -(id - head.length - bytes.length) : 0));
  const metadata = {
    'tokenizer.ggml.model': str('llama'),
    'tokenizer.ggml.pre': str('default'),
    'tokenizer.ggml.tokens': array('string', tokens),
    'tokenizer.ggml.scores': array('f32', scores),
    'tokenizer.ggml.token_type': array('i32', types),
    ...specials(1, 4),
    'tokenizer.ggml.unknown_token_id': u32(0),
    'tokenizer.ggml.add_bos_token': bool(true),
    'tokenizer.ggml.add_eos_token': bool(false),
  };
  return { tokens, types, metadata };
}

export const tinyVocabulary = (tokenizer: 'llama' | 'gpt2'): TinyVocabulary =>
  tokenizer === 'gpt2' ? bytePairs() : sentencePieces();

/** A token whose text a printable ASCII answer may hold (letters, and the space in either spelling). */
export const isPlainText = (token: string, type: number): boolean =>
  type === normal && /^[Ġ▁]?[!-~]*$/.test(token);
