// A byte-level BPE vocabulary of any size: the 256 bytes, tokens merged from common pairs of English letters, then
// control tokens. Both engines tokenise with it; English words become two or three tokens.
import { array, bool, type GgufValue, str, u32 } from '../../test/support/gguf-writer.ts';
import { byteCharacters } from '../../test/support/tiny-vocabulary.ts';
import type { ModelShape } from './shapes.ts';

// By how frequent they are in English; Ġ is GPT-2's mapping of the space.
const letters = [...'Ġetaoinsrhldcumfpgwybvkxjqz', ...'TASIMCBWHOPRDLNEFGYUVJKQXZ'];
const longest = 8;

/** `n` merges "a b" whose parts are letters or earlier merges; the shorter and more frequent first. */
function mergesOf(n: number): string[] {
  const pieces = [...letters];
  const seen = new Set(pieces);
  const merges: string[] = [];
  for (let rank = 0; merges.length < n; rank++) {
    for (let i = 0; i <= rank && merges.length < n; i++) {
      const [left, right] = [pieces[i] ?? '', pieces[rank - i] ?? ''];
      const token = left + right;
      // A space starts a word: no merge has one inside.
      if (right.startsWith('Ġ') || token.length > longest || seen.has(token)) continue;
      seen.add(token);
      pieces.push(token);
      merges.push(`${left} ${right}`);
    }
  }
  return merges;
}

const controls = {
  qwen: ['<|endoftext|>', '<|im_start|>', '<|im_end|>'],
  llama: ['<|begin_of_text|>', '<|end_of_text|>', '<|im_start|>', '<|im_end|>'],
};

/** tokenizer.ggml.* of the shape. */
export function vocabularyMetadata(shape: ModelShape): Record<string, GgufValue> {
  const { nVocab, nTextTokens, architecture } = shape;
  const merges = mergesOf(nTextTokens - 256);
  const isLlama = architecture === 'llama';
  const tokens = [...byteCharacters, ...merges.map((pair) => pair.replace(' ', ''))];
  tokens.push(...(isLlama ? controls.llama : controls.qwen));
  while (tokens.length < nVocab) tokens.push(`<|reserved_${tokens.length}|>`);
  return {
    'tokenizer.ggml.model': str('gpt2'),
    'tokenizer.ggml.pre': str(isLlama ? 'llama-bpe' : 'qwen2'),
    'tokenizer.ggml.tokens': array('string', tokens),
    'tokenizer.ggml.token_type': array(
      'i32',
      tokens.map((_, id) => (id < nTextTokens ? 1 : 3)),
    ),
    'tokenizer.ggml.merges': array('string', merges),
    'tokenizer.ggml.bos_token_id': u32(nTextTokens),
    'tokenizer.ggml.eos_token_id': u32(tokens.indexOf('<|im_end|>')),
    'tokenizer.ggml.add_bos_token': bool(isLlama),
  };
}
