// The vocabulary of a Hugging Face folder: tokenizer.model (SentencePiece) where there is one, else tokenizer.json with
// byte-level BPE or SentencePiece's BPE. Special tokens are those of the files around them.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ModelConfig, readJson } from './model-config.ts';
import { preTokenizerName } from './pre-tokenizer-name.ts';
import { readSentencePiece } from './sentence-piece.ts';
import { notSupported, unreadable } from './source.ts';
import { type SpecialTokens, TokenType, type Vocabulary } from './vocabulary.ts';

const addedSchema = z.object({
  id: z.int().nonnegative(),
  content: z.string(),
  special: z.boolean().default(false),
});
const tokenizerSchema = z.object({
  model: z.looseObject({ type: z.string().optional() }),
  added_tokens: z.array(addedSchema).default([]),
  pre_tokenizer: z.unknown(),
  post_processor: z.unknown(),
  normalizer: z.unknown(),
});
const bpeSchema = z.object({
  vocab: z.record(z.string(), z.int().nonnegative()),
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  byte_fallback: z.boolean().nullish(),
  unk_token: z.string().nullish(),
});

type AddedToken = z.infer<typeof addedSchema>;
type Bpe = z.infer<typeof bpeSchema>;
type TokenizerJson = z.infer<typeof tokenizerSchema>;

/** A score below every merge: tokens that are only ever written whole. */
const UNMERGED_SCORE = -1e6;

/** Tokens by id; ids that none has are named and unused. */
function tokensById({ vocab }: Bpe, added: readonly AddedToken[]): { tokens: string[]; types: number[] } {
  let length = 0;
  for (const id of Object.values(vocab)) length = Math.max(length, id + 1);
  for (const { id } of added) length = Math.max(length, id + 1);
  const tokens = Array.from({ length }, (_, id) => `[PAD${id}]`);
  const types = new Array<number>(length).fill(TokenType.unused);
  for (const [text, id] of Object.entries(vocab)) {
    tokens[id] = text;
    types[id] = TokenType.normal;
  }
  return { tokens, types };
}

/** Marked so by the file, or written like a control token (llama.cpp's rule). */
const isControl = ({ content, special }: AddedToken): boolean =>
  special || /^<\|.*\|>$|^<｜.*｜>$|^<(pad|mask|s|\/s|unk|bos|eos)>$/.test(content);

function addTokens(vocabulary: Vocabulary, added: readonly AddedToken[]): void {
  for (const token of added) {
    vocabulary.tokens[token.id] = token.content;
    if (vocabulary.types[token.id] === TokenType.unknown) continue;
    vocabulary.types[token.id] = isControl(token) ? TokenType.control : TokenType.userDefined;
    if (vocabulary.scores) vocabulary.scores[token.id] = UNMERGED_SCORE;
  }
  // Ids in between that nothing names.
  for (let id = 0; id < vocabulary.tokens.length; id++) {
    vocabulary.tokens[id] ??= `[PAD${id}]`;
    vocabulary.types[id] ??= TokenType.unused;
    if (vocabulary.scores) vocabulary.scores[id] ??= UNMERGED_SCORE;
  }
}

const mergePair = (merge: string | [string, string]): [string, string] => {
  if (typeof merge !== 'string') return merge;
  const at = merge.indexOf(' ', 1);
  return [merge.slice(0, at), merge.slice(at + 1)];
};

/** Spaces inside a part are written as byte-level BPE writes a space: the merge's own stands between. */
const mergeText = (merge: string | [string, string]): string =>
  typeof merge === 'string' ? merge : merge.map((part) => part.replaceAll(' ', 'Ġ')).join(' ');

const hasMetaspace = (value: unknown): boolean => /"Metaspace"|▁/.test(JSON.stringify(value) ?? '');

/** SentencePiece's BPE as tokenizer.json writes it: the order of merges stands for the scores. */
function sentencePieceVocabulary(path: string, bpe: Bpe, json: TokenizerJson): Vocabulary {
  const { tokens, types } = tokensById(bpe, json.added_tokens);
  const ranks = new Map<string, number>();
  bpe.merges.forEach((merge, rank) => {
    const text = mergePair(merge).join('');
    if (!ranks.has(text)) ranks.set(text, rank);
  });
  const scores = tokens.map((text) => {
    const rank = ranks.get(text);
    return rank === undefined ? UNMERGED_SCORE : -rank;
  });
  tokens.forEach((text, id) => {
    if (/^<0x[0-9A-F]{2}>$/.test(text)) types[id] = TokenType.byte;
  });
  const unknown = bpe.unk_token ? bpe.vocab[bpe.unk_token] : undefined;
  if (unknown === undefined) throw unreadable(path, 'has no unk_token');
  types[unknown] = TokenType.unknown;
  const addSpacePrefix = /"prepend":"▁"|"prepend_scheme":"(first|always)"|"add_prefix_space":true/.test(
    JSON.stringify([json.normalizer, json.pre_tokenizer]),
  );
  return { model: 'llama', pre: 'default', tokens, types, scores, special: { unknown, addSpacePrefix } };
}

function byteLevelVocabulary(path: string, bpe: Bpe, json: TokenizerJson): Vocabulary {
  const { tokens, types } = tokensById(bpe, json.added_tokens);
  const pre = preTokenizerName(path, json.pre_tokenizer);
  return { model: 'gpt2', pre, tokens, types, merges: bpe.merges.map(mergeText), special: {} };
}

/** A token of tokenizer_config.json: its text, or an object that holds it. */
const contentOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : (value as { content?: string } | null | undefined)?.content;

/** What TemplateProcessing puts around one text. */
function around(postProcessor: unknown): { first?: string; last?: string } {
  const single = /"single":(\[.*?\]),"pair"/.exec(JSON.stringify(postProcessor) ?? '')?.[1];
  if (!single) return {};
  const parts = JSON.parse(single) as { SpecialToken?: { id: string } }[];
  const [first, last] = [parts[0]?.SpecialToken?.id, parts.at(-1)?.SpecialToken?.id];
  return { ...(first ? { first } : {}), ...(last ? { last } : {}) };
}

async function specialTokens(
  folder: string,
  vocabulary: Vocabulary,
  config: ModelConfig,
  postProcessor: unknown,
): Promise<SpecialTokens> {
  const settings = (await readJson(folder, 'tokenizer_config.json')) ?? {};
  const ids = new Map(vocabulary.tokens.map((text, id) => [text, id]));
  const named = (key: string): number | undefined => {
    const text = contentOf(settings[key]);
    return text === undefined ? undefined : ids.get(text);
  };
  const configured = (key: string): number | undefined => {
    const [id = Number.NaN] = config.numbers(key);
    const value = config.has(key) && Number.isNaN(id) ? config.number(key) : id;
    return Number.isInteger(value) && value < vocabulary.tokens.length ? value : undefined;
  };
  const own = vocabulary.special;
  const bos = named('bos_token') ?? configured('bos_token_id') ?? own.bos;
  const eos = named('eos_token') ?? configured('eos_token_id') ?? own.eos;
  const { first, last } = around(postProcessor);
  const flag = (key: string, fallback: boolean | undefined): boolean | undefined =>
    typeof settings[key] === 'boolean' ? (settings[key] as boolean) : fallback;
  return {
    bos,
    eos,
    unknown: named('unk_token') ?? own.unknown,
    padding: named('pad_token') ?? own.padding,
    addBos: flag('add_bos_token', first === undefined ? undefined : ids.get(first) === bos),
    addEos: flag('add_eos_token', last === undefined ? undefined : ids.get(last) === eos),
    addSpacePrefix: vocabulary.model === 'llama' ? flag('add_prefix_space', own.addSpacePrefix) : undefined,
  };
}

async function readTokenizerJson(folder: string): Promise<TokenizerJson | null> {
  const json = await readJson(folder, 'tokenizer.json');
  if (!json) return null;
  const parsed = tokenizerSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw unreadable(join(folder, 'tokenizer.json'), `is no tokenizer (${parsed.error.issues[0]?.message})`);
}

function fromJson(path: string, json: TokenizerJson): Vocabulary {
  if (json.model.type !== undefined && json.model.type !== 'BPE')
    throw notSupported(`${path}: a tokenizer of type ${json.model.type} is not known; known: BPE`);
  const bpe = bpeSchema.safeParse(json.model);
  if (!bpe.success) throw unreadable(path, `has no vocabulary and merges (${bpe.error.issues[0]?.message})`);
  const isSentencePiece =
    bpe.data.byte_fallback === true || hasMetaspace([json.normalizer, json.pre_tokenizer]);
  return isSentencePiece
    ? sentencePieceVocabulary(path, bpe.data, json)
    : byteLevelVocabulary(path, bpe.data, json);
}

/** Added tokens of files that have no tokenizer.json. */
async function addedOf(folder: string): Promise<AddedToken[]> {
  const decoder = (await readJson(folder, 'tokenizer_config.json'))?.['added_tokens_decoder'] ?? {};
  return Object.entries(decoder as Record<string, { content?: string; special?: boolean }>).map(
    ([id, { content = '', special = false }]) => ({ id: Number(id), content, special }),
  );
}

/** @throws {GatewayError} MODEL_FILE_INVALID, MODEL_FORMAT_UNSUPPORTED */
export async function readTokenizer(folder: string, config: ModelConfig): Promise<Vocabulary> {
  const json = await readTokenizerJson(folder);
  const model = join(folder, 'tokenizer.model');
  const hasModel = (await stat(model).catch(() => null)) !== null;
  if (!json && !hasModel)
    throw unreadable(join(folder, 'tokenizer.json'), 'is missing, and so is tokenizer.model');
  const vocabulary = hasModel
    ? await readSentencePiece(model)
    : fromJson(join(folder, 'tokenizer.json'), json!);
  addTokens(vocabulary, json?.added_tokens ?? (await addedOf(folder)));
  vocabulary.special = await specialTokens(folder, vocabulary, config, json?.post_processor);
  return vocabulary;
}
