// Vocabularies that come as tiktoken ranks or as vocab.json, turned into what a GGUF file holds.
import { readFileSync } from 'node:fs';
import { array, bool, type GgufFile, str, u32 } from './gguf-writer.ts';
import { byteCharacters } from './tiny-vocabulary.ts';

const mapped = (bytes: Buffer): string => [...bytes].map((b) => byteCharacters[b]).join('');

/** Lines of "base64 rank". Latin-1 strings stand for the byte strings. */
export function readRanks(path: string): string[] {
  const tokens: string[] = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [text, rank] = line.split(' ');
    if (text && rank) tokens[Number(rank)] = Buffer.from(text, 'base64').toString('latin1');
  }
  return tokens;
}

/**
 * The pair that each token was merged from: tiktoken's ranks order the merges, and the merges below a token's own rank
 * leave exactly two parts of it. Tokens that no merge makes (single bytes, and words only looked up whole) have none.
 */
export function mergesOf(tokens: readonly string[]): string[] {
  const ranks = new Map(tokens.map((token, rank) => [token, rank]));
  const merges: string[] = [];
  tokens.forEach((token, rank) => {
    let parts = [...token];
    while (parts.length > 2) {
      let best = rank;
      let at = -1;
      for (let i = 0; i + 1 < parts.length; i++) {
        const pair = ranks.get(`${parts[i]}${parts[i + 1]}`);
        if (pair !== undefined && pair < best) {
          best = pair;
          at = i;
        }
      }
      if (at < 0) break;
      parts = [...parts.slice(0, at), `${parts[at]}${parts[at + 1]}`, ...parts.slice(at + 2)];
    }
    if (parts.length === 2) merges.push(parts.map((part) => mapped(Buffer.from(part, 'latin1'))).join(' '));
  });
  return merges;
}

/** A file with nothing but a byte-level BPE vocabulary. `tokens` and `merges` in GPT-2's spelling of bytes. */
export const bytePairFile = (
  pre: string,
  tokens: readonly string[],
  merges: readonly string[],
  control: readonly string[],
): GgufFile => ({
  metadata: {
    'general.architecture': str('llama'),
    'tokenizer.ggml.model': str('gpt2'),
    'tokenizer.ggml.pre': str(pre),
    'tokenizer.ggml.tokens': array('string', [...tokens, ...control]),
    'tokenizer.ggml.token_type': array('i32', [...tokens.map(() => 1), ...control.map(() => 3)]),
    'tokenizer.ggml.merges': array('string', merges),
    'tokenizer.ggml.eos_token_id': u32(tokens.length),
    'tokenizer.ggml.add_bos_token': bool(false),
  },
});

export function rankFile(pre: string, path: string, control: readonly string[]): GgufFile {
  const tokens = readRanks(path);
  return bytePairFile(
    pre,
    tokens.map((token) => mapped(Buffer.from(token, 'latin1'))),
    mergesOf(tokens),
    control,
  );
}

/** OpenAI's vocab.json and merges.txt of GPT-2. */
export function gpt2File(vocabularyPath: string, mergesPath: string): GgufFile {
  const ids = JSON.parse(readFileSync(vocabularyPath, 'utf8')) as Record<string, number>;
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(ids)) if (token !== '<|endoftext|>') tokens[id] = token;
  const merges = readFileSync(mergesPath, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#version'));
  return bytePairFile('gpt-2', tokens, merges, ['<|endoftext|>']);
}
