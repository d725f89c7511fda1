// The caller's side of bench/peers/llama-cpp.mjs.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';

const folder = join(packageRoot, 'bench', 'peers');

/** Whether the peers' own install has been made (bench/peers/README.md). */
export const hasNodeLlamaCpp = existsSync(join(folder, 'node_modules', 'node-llama-cpp'));

export interface GreedyText {
  tokens: number[];
  /** (tokens.length, n_vocab): what each token was taken from. */
  logits: Float32Array[];
}

type Reply = { value: unknown } | { error: string };

/** One process with one model open; calls must not overlap. */
export class LlamaCpp {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** @throws {Error} when the process ends before it is ready. */
  static async start(): Promise<LlamaCpp> {
    const child = fork(join(folder, 'llama-cpp.mjs'), {
      cwd: folder,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const peer = new LlamaCpp(child);
    await peer.#reply();
    return peer;
  }

  #reply<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null, signal: string | null): void => {
        reject(new Error(`node-llama-cpp's process ended (${signal ?? `exit code ${code}`})`));
      };
      this.#child.once('exit', onExit);
      this.#child.once('message', (reply: Reply) => {
        this.#child.off('exit', onExit);
        if ('error' in reply) reject(new Error(`node-llama-cpp: ${reply.error}`));
        else resolve(reply.value as T);
      });
    });
  }

  #call<T>(call: string, options: object = {}): Promise<T> {
    const reply = this.#reply<T>();
    this.#child.send({ call, ...options });
    return reply;
  }

  version(): Promise<{ release: string; systemInfo: string }> {
    return this.#call('version');
  }

  /** flashAttention: left out, llama.cpp chooses (it is on wherever the model allows it). */
  open(path: string, options: { nCtx: number; nThreads: number; flashAttention?: boolean }): Promise<void> {
    return this.#call('open', { path, ...options });
  }

  openVocabulary(path: string): Promise<void> {
    return this.#call('openVocabulary', { path });
  }

  tokenizeAll(texts: readonly string[]): Promise<number[][]> {
    return this.#call('tokenizeAll', { texts });
  }

  tokenize(text: string): Promise<number[]> {
    return this.#call('tokenize', { text });
  }

  continueGreedily(ids: number[], nTokens: number): Promise<GreedyText> {
    return this.#call('continueGreedily', { ids, nTokens });
  }

  embed(texts: number[][]): Promise<number[][]> {
    return this.#call('embed', { texts });
  }

  rank(query: string, documents: string[]): Promise<number[]> {
    return this.#call('rank', { query, documents });
  }

  infillTokens(): Promise<(number | null)[]> {
    return this.#call('infillTokens');
  }

  /** What the model would take at each position of a text that is given. */
  follow(ids: number[], tokens: number[]): Promise<GreedyText> {
    return this.#call('continueGreedily', { ids, nTokens: tokens.length, forced: tokens });
  }

  /** Seconds for the prompt and its first token; for `nTokens` more, one by one. */
  time(ids: number[], nTokens: number): Promise<{ prefillS: number; decodeS: number }> {
    return this.#call('time', { ids, nTokens });
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.disconnect();
    await ended;
  }
}
