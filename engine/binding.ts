// Loads the native addon; the hand-written types of every export. The only importer of the .node file.
// Mirrors native/include/engine.h, where units, ranges and errors are said.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../contract/built-file.ts';

export interface NativeModelInfo {
  path: string;
  architecture: string;
  name: string;
  fileType: string;
  chatTemplate: string;
  tokenizer: string;
  nParams: number;
  weightBytes: number;
  nVocab: number;
  nCtxTrain: number;
  nLayers: number;
  dModel: number;
  /** -1: none */
  bosToken: number;
  eosToken: number;
  addBos: boolean;
  addEos: boolean;
  /** Fill-in-the-middle; -1: the model has none. */
  fimPrefixToken: number;
  fimSuffixToken: number;
  fimMiddleToken: number;
  /** 0: the file does not say; 1 mean, 2 cls, 3 last, 4 rank. */
  pooling: NativePooling;
  /** False: an encoder, which samples nothing and reads each text in one step. */
  isCausal: boolean;
  /** Between a query and a document; -1: none. */
  sepToken: number;
  addSep: boolean;
  /** tokenizer.chat_template.rerank, with {query} and {document}; '': none. */
  rerankTemplate: string;
}

/** llama.cpp's LLAMA_POOLING_TYPE: none, mean, cls, last, rank. */
export type NativePooling = 0 | 1 | 2 | 3 | 4;

/** How K and V are kept. */
export type NativeKvType = 'f16' | 'q8_0' | 'f32';

export interface NativeSamplerOptions {
  temperature?: number;
  topK?: number;
  topP?: number;
  minP?: number;
  repetitionPenalty?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  penaltyWindow?: number;
  /** 64 bit */
  seed?: bigint;
  logitBias?: [token: number, bias: number][];
}

export interface NativeStepItem {
  session: NativeSession;
  tokens: Int32Array;
  sample: boolean;
  /** Guesses of the tokens that will be sampled, checked in the same step. */
  draft?: Int32Array;
  /** 0 … 20 */
  nTop: number;
  /** Not 0: the pooled hidden state is wanted, in every step of the timeline; then `sample` is false. */
  pooling?: NativePooling;
  /** The logits after each of `tokens` are wanted; then `sample` is false. */
  allLogits?: boolean;
}

export interface NativeStepResult {
  sampled: boolean;
  /** Why nothing was sampled although asked for (this session's logits are not finite); else empty. */
  error: string;
  /** The grammar allows nothing after this token. */
  complete?: true;
  token: number;
  logprob: number;
  entropy: number;
  margin: number;
  topTokens: Int32Array;
  topLogprobs: Float32Array;
  /** (d_model,), of length 1, of all tokens so far; only where pooling was asked for. Of 4, rank: (1,), 0 … 1. */
  embedding?: Float32Array;
  /** (tokens.length, n_vocab); only where allLogits asked for them. */
  logits?: Float32Array;
  /** What was sampled after each token of the draft that was right, in order; left out when none was. */
  following?: NativeStepResult[];
}

/** What an importance matrix is made of. */
export interface NativeImportanceSums {
  tensor: string;
  /** (matrices, columns) */
  sums: Float32Array;
  /** (matrices,) tokens that were summed */
  counts: Float32Array;
}

export interface NativeSession {
  nPast(): number;
  truncate(nPast: number): void;
  /** Takes over the longest beginning of `tokens` that any session computed; returns nPast(). */
  adoptPrefix(tokens: Int32Array): number;
  /** Ends the grammar too, if there was one. */
  setSampler(options: NativeSamplerOptions): void;
  /**
   * Of this session's model; null: none. `maxTokens`: that the answer may have, default any number; it is brought to its
   * end within them, where the shortest text that completes it fits.
   */
  setGrammar(grammar: NativeGrammar | null, maxTokens?: number): void;
  /** A copy. */
  logits(): Float32Array;
  /** Gives its KV pages back. */
  close(): void;
}

/** What an answer must spell, ready for use by many sessions. */
export interface NativeGrammar {
  /** Whether the whole text is one that the grammar allows. */
  accepts(text: string): boolean;
  /** The tokens that may follow these. Throws for a grammar without a vocabulary, as the next one does. */
  allowedAfter(tokens: Int32Array): Int32Array;
  /** Microseconds to find the mask before each byte of the text, as far as it is allowed, and after it. */
  maskTimesUs(text: string): Float64Array;
}

export interface NativeEngine {
  readonly nCtx: number;
  readonly nBatch: number;
  readonly nLayers: number;
  readonly kvBytes: number;
  freeKvTokens(): number;
  /** What a session of so many tokens takes at most of nKvTokens. */
  kvTokensFor(nTokens: number): number;
  newSession(): NativeSession;
  /** Off the main thread, also while steps run. Resolves to the number of tokens. */
  savePrefixes(path: string, key: string, maxBytes: number): Promise<number>;
  /** Before any session. Throws for a file that cannot be used. */
  loadPrefixes(path: string, key: string): void;
  /**
   * Runs on a worker thread; one at a time. Then goes on with a reading, by one layer at least and for about readingMs.
   * Rejects with an Error whose `code` is the native Error's.
   */
  step(items: NativeStepItem[], readingMs?: number): Promise<NativeStepResult[]>;
  /**
   * Begins to read prompts beside the steps to come, layer by layer; one reading at a time, no drafts. Throws what step()
   * rejects with, before anything has changed. Resolves after the step in which it ends; rejects when the engine is closed.
   */
  read(items: NativeStepItem[]): Promise<NativeStepResult[]>;
  /** From now on, sums the squares of what each matrix multiplies. Not while a step runs. */
  collectImportance(): void;
  /** The sums so far; not while a step runs. */
  importance(): NativeImportanceSums[];
  /** Of the last step, what went into a reading. */
  readonly readingMs: number;
  close(): void;
}

export interface NativeModel {
  info(): NativeModelInfo;
  isa(): string;
  inspectJson(maxItems: number): string;
  tokenize(text: string, addSpecial: boolean, parseSpecial: boolean): Int32Array;
  tokenBytes(token: number, special: boolean): Uint8Array;
  isEndOfGeneration(token: number): boolean;
  /** `form`: of engine/grammar/form.ts. */
  compileGrammar(form: Int32Array): NativeGrammar;
  createEngine(options: {
    nThreads?: number;
    nCtx?: number;
    nKvTokens?: number;
    nBatch?: number;
    kvType?: NativeKvType;
  }): NativeEngine;
  /** "mapped": the cache was used; "packed": none was given; "packing": not yet; else why it was not used. */
  packedCacheState(): string;
  /** Waits for the weights, then writes them off the main thread under the key given to openModel. */
  writePackedCache(path: string, sha256: string): Promise<void>;
  close(): void;
}

/** Bytes; MemoryPlan of engine.h. */
export interface NativeMemoryPlan {
  isa: string;
  nCtxTrain: number;
  /** False: an encoder, whose texts must each fit one step. */
  isCausal: boolean;
  packedBytes: number;
  fileBytes: number;
  kvBytes: number;
  kvTokenBytes: number;
  kvContextTokens: number;
  activationBytes: number;
  tokenizerBytes: number;
  constantBytes: number;
  totalBytes: number;
}

/** A tensor type that can be read and written. */
export interface NativeCodec {
  name: string;
  /** ggml_type */
  id: number;
  blockValues: number;
  blockBytes: number;
}

/** Sums over all values of a recoding; `e` is a value less what it became. */
export interface NativeRecodingError {
  squares: number;
  /** Of e. */
  errorSquares: number;
  /** Of e, times the column's importance; 0 without importance. */
  weightedSquares: number;
  /** |e| */
  largest: number;
}

export interface NativeAddon {
  /** Off the main thread. `isa` "" is the best of this CPU. */
  openModel(path: string, isa: string, cache?: { path: string; key: string }): Promise<NativeModel>;
  /** Without a vocabulary: to check texts. */
  compileGrammar(form: Int32Array): NativeGrammar;
  /** Reads the file's directory only. */
  planMemory(
    path: string,
    isa: string,
    options: {
      nCtx?: number;
      nKvTokens?: number;
      nBatch?: number;
      nSessions?: number;
      kvType?: NativeKvType;
    },
  ): NativeMemoryPlan;
  /** Metadata and tensors of any readable GGUF file, also of an architecture the engine cannot run. */
  inspectFileJson(path: string, maxItems: number): string;
  codecs(): NativeCodec[];
  /**
   * Rows of one tensor type to another, off the main thread; neither array may be used before it settles. `importance`:
   * how much each column counts. `threads`: 0 or left out: all usable cores. Rejects for a type that is not known, rows
   * that are no whole blocks, and values that are not finite.
   */
  recodeRows(
    request: {
      from: string;
      to: string;
      rows: number;
      columns: number;
      importance?: Float32Array;
      threads?: number;
    },
    source: Uint8Array,
    out: Uint8Array,
  ): Promise<NativeRecodingError>;
  isas(): { name: string; description: string; supported: boolean }[];
}

let loaded: NativeAddon | undefined;

/** @throws {Error} when the addon was not built; `npm run setup` builds it. */
export function nativeAddon(): NativeAddon {
  loaded ??= createRequire(import.meta.url)(
    join(packageRoot, 'native', 'build', 'tiergate.node'),
  ) as NativeAddon;
  return loaded;
}
