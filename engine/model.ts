// One open GGUF file: its facts, its tokenizer, and engines made of it. Owns native memory until close().
import { stat } from 'node:fs/promises';
import { displayPath } from '../contract/built-file.ts';
import { ERRORS, type ErrorCode, GatewayError } from '../contract/errors.ts';
import {
  type NativeEngine,
  type NativeGrammar,
  type NativeKvType,
  type NativeModel,
  type NativeModelInfo,
  nativeAddon,
} from './binding.ts';
import { type ChatTemplate, createChatTemplate } from './chat-template.ts';
import type { Constraint, JsonSchema } from './constraint.ts';
import { compileConstraint } from './grammar/compile.ts';
import { modelStem } from './store/split-names.ts';

/** Compiled grammars that are kept; each may hold some MB of masks. */
const MAX_GRAMMARS = 32;

interface EngineSize {
  /** 0: physical cores. */
  threads?: number;
  /** Longest timeline in tokens. */
  contextTokens: number;
  /** KV budget over all sessions, in tokens. */
  kvTokens: number;
  /** Most tokens in one step. */
  batchTokens: number;
  /** Default f16. */
  kvType?: NativeKvType;
}

/** An array of the metadata that was cut to its first items. */
export interface CutArray {
  items: unknown[];
  length: number;
}

/** A GGUF file's directory. */
export interface ModelInspection {
  path: string;
  /** Of the format. */
  version: number;
  alignment: number;
  /** By key, in the file's order: scalars, arrays, and long arrays as CutArray. */
  metadata: Record<string, unknown>;
  /**
   * typeId: ggml_type. Shapes row-major, fastest axis last; offset and size in bytes. part: which file of a split model,
   * from 0; left out for the first.
   */
  tensors: {
    name: string;
    type: string;
    typeId: number;
    shape: number[];
    offset: number;
    bytes: number;
    part?: number;
  }[];
  totals: { tensors: number; params: number; bytes: number };
}

/**
 * Metadata and tensors of any readable GGUF file, also of one the engine cannot run. Arrays longer than `maxItems`
 * are cut.
 * @throws {GatewayError} MODEL_FILE_INVALID
 */
export async function inspectModelFile(path: string, maxItems: number): Promise<ModelInspection> {
  await checkIsFile(path);
  try {
    return JSON.parse(nativeAddon().inspectFileJson(path, maxItems)) as ModelInspection;
  } catch (error) {
    throw fromNativeError(error);
  }
}

/** @throws {GatewayError} MODEL_FILE_INVALID */
export async function checkIsFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error.code ?? 'unreadable');
  if (typeof found !== 'string' && found.isFile()) return;
  throw new GatewayError(
    'MODEL_FILE_INVALID',
    `cannot open the model file ${displayPath(path)} (${typeof found === 'string' ? found : 'not a file'}); ` +
      'give the path of a .gguf file',
  );
}

/** An error of the addon as ours: its `code` is a name of the catalogue, or it is a fault of the engine. */
export function fromNativeError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const { code, message } = error as { code?: string; message?: string };
  const known = code !== undefined && code in ERRORS ? (code as ErrorCode) : 'INTERNAL';
  return new GatewayError(known, message ?? 'the engine failed without a message', { cause: error });
}

export class Model {
  readonly info: NativeModelInfo;
  /** Instruction set of the kernels in use. */
  readonly isa: string;
  /** The file's name without `.gguf`: the model's name on the wire. */
  readonly id: string;
  readonly #native: NativeModel;
  #template: ChatTemplate | undefined;
  /** By the constraint's JSON; the least recently used one is first. */
  readonly #grammars = new Map<string, NativeGrammar>();

  private constructor(native: NativeModel) {
    this.#native = native;
    this.info = native.info();
    this.isa = native.isa();
    this.id = modelStem(this.info.path);
  }

  /**
   * Maps and checks a file. `isa` forces an instruction set, e.g. "scalar". `cache`: packed weights of an earlier start.
   * @throws {GatewayError} MODEL_FILE_INVALID, MODEL_FORMAT_UNSUPPORTED, INVALID_REQUEST for an unknown isa
   */
  static async open(
    path: string,
    isa = process.env['ENGINE_ISA'] ?? '',
    cache?: { path: string; key: string },
  ): Promise<Model> {
    await checkIsFile(path);
    try {
      return new Model(await nativeAddon().openModel(path, isa, cache));
    } catch (error) {
      throw fromNativeError(error);
    }
  }

  /**
   * Token ids of a text. `special`: BOS as the file asks. `parseSpecial`: control tokens written out as text,
   * e.g. `<|im_end|>`, become those tokens.
   */
  tokenize(text: string, { special = false, parseSpecial = false } = {}): Int32Array {
    return this.#native.tokenize(text, special, parseSpecial);
  }

  /** Raw bytes of a token, perhaps a part of a character. Control tokens are empty unless `special`. */
  tokenBytes(token: number, special = false): Uint8Array {
    return this.#native.tokenBytes(token, special);
  }

  /** Text of a token for people: ill-formed bytes become U+FFFD. */
  tokenText(token: number): string {
    return token < 0 ? '' : new TextDecoder().decode(this.tokenBytes(token, true));
  }

  /** Those of the texts that are one token each. */
  controlTokens(texts: readonly string[]): ReadonlySet<number> {
    const tokens = texts.map((text) => this.tokenize(text, { parseSpecial: true }));
    return new Set(tokens.filter((each) => each.length === 1).map((each) => each[0]!));
  }

  isEndOfGeneration(token: number): boolean {
    return this.#native.isEndOfGeneration(token);
  }

  /** @throws {GatewayError} UNSUPPORTED_FEATURE when the file's own template cannot be parsed */
  get chatTemplate(): ChatTemplate {
    this.#template ??= createChatTemplate({
      source: this.info.chatTemplate,
      bosToken: this.tokenText(this.info.bosToken),
      eosToken: this.tokenText(this.info.eosToken),
      hasChatMl: ['<|im_start|>', '<|im_end|>'].every(
        (token) => this.tokenize(token, { parseSpecial: true }).length === 1,
      ),
    });
    return this.#template;
  }

  /** Token ids of a rendered prompt: one BOS where the file asks for it, never a second one, never EOS. */
  promptTokens(prompt: string): Int32Array {
    const { addBos, addEos, eosToken, bosToken } = this.info;
    const startsWithBos = addBos && bosToken >= 0 && prompt.startsWith(this.tokenText(bosToken));
    const tokens = this.tokenize(prompt, { special: !startsWithBos, parseSpecial: true });
    return addEos && tokens.at(-1) === eosToken ? tokens.subarray(0, -1) : tokens;
  }

  /**
   * A grammar for this model's sessions, from the cache if it was compiled lately.
   * @throws {GatewayError} INVALID_REQUEST, UNSUPPORTED_FEATURE, naming what cannot be enforced
   */
  grammar(constraint: Constraint): NativeGrammar {
    const key = JSON.stringify(constraint);
    let grammar = this.#grammars.get(key);
    if (grammar) this.#grammars.delete(key);
    else {
      const form = compileConstraint(constraint, (text) => this.#controlTokens(text));
      try {
        grammar = this.#native.compileGrammar(form);
      } catch (error) {
        throw fromNativeError(error);
      }
    }
    this.#grammars.set(key, grammar);
    const [oldest] = this.#grammars.keys();
    if (this.#grammars.size > MAX_GRAMMARS) this.#grammars.delete(oldest!);
    return grammar;
  }

  /** Whether answers can be held to a schema exactly. */
  enforces(schema: JsonSchema): boolean {
    try {
      this.grammar({ kind: 'json_schema', schema });
      return true;
    } catch (error) {
      if (error instanceof GatewayError) return false;
      throw error;
    }
  }

  /** The pieces of a text: what is ordinary, and the ids of control tokens written out. */
  #controlTokens(text: string): (string | number)[] {
    const tokens = this.tokenize(text, { parseSpecial: true });
    const isControl = (token: number) =>
      this.tokenBytes(token).length === 0 && this.tokenBytes(token, true).length > 0;
    const found = [...tokens].filter(isControl);
    const pieces: (string | number)[] = [];
    let rest = text;
    for (const token of found) {
      const written = this.tokenText(token);
      const at = rest.indexOf(written);
      if (at < 0) continue;
      if (at > 0) pieces.push(rest.slice(0, at));
      pieces.push(token);
      rest = rest.slice(at + written.length);
    }
    if (rest !== '' || pieces.length === 0) pieces.push(rest);
    return pieces;
  }

  /** @throws {GatewayError} when the size is refused */
  createEngine(size: EngineSize): NativeEngine {
    try {
      return this.#native.createEngine({
        nThreads: size.threads ?? 0,
        nCtx: size.contextTokens,
        nKvTokens: size.kvTokens,
        nBatch: size.batchTokens,
        kvType: size.kvType ?? 'f16',
      });
    } catch (error) {
      throw fromNativeError(error);
    }
  }

  /** "mapped", "packing", "packed", or why the packed weights of an earlier start were not used. */
  packedCacheState(): string {
    return this.#native.packedCacheState();
  }

  /** Off the main thread. @throws {GatewayError} INTERNAL when the disk refuses */
  async writePackedCache(path: string, sha256: string): Promise<void> {
    await this.#native.writePackedCache(path, sha256).catch((error: unknown) => {
      throw fromNativeError(error);
    });
  }

  close(): void {
    this.#native.close();
  }
}
