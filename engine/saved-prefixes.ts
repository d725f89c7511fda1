// The prefix cache on disk, where a host was asked for it: read at the start, written at the end and on demand.
// Prompts can be read from the file, so nothing is written unasked, and it is readable by this user alone.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { packageRoot } from '../contract/built-file.ts';
import type { NativeEngine } from './binding.ts';
import type { KvType } from './memory-plan.ts';
import { fromNativeError } from './model.ts';

/** The most recently used prefixes that fit are written: a second or two of a disk's time. */
const MAX_BYTES = 2 ** 30;

export interface SavedPrefixesOptions {
  engine: NativeEngine;
  /** A file, or a folder in which one is made for each model, instruction set and K/V type. */
  place: string;
  id: string;
  isa: string;
  kvType: KvType;
  /** Of the model's file. */
  key: string;
  log?: (line: string) => void;
}

export class SavedPrefixes {
  readonly #options: SavedPrefixesOptions;
  readonly #path: string;
  readonly #key: string;
  #writing: Promise<number> | null = null;

  /** Takes in what an earlier host saved; a file that cannot be used is one line in the log. */
  constructor(options: SavedPrefixesOptions) {
    this.#options = options;
    const { place, id, isa, kvType, engine } = options;
    const path = resolve(place);
    const isFolder =
      place.endsWith('/') || (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
    this.#path = isFolder ? join(path, `${id}.${isa}.${kvType}.tgprefixes`) : path;
    // Another version may sum in another order: its K and V are not, to the bit, what this one would compute.
    const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
    this.#key = `${options.key} ${version}`;
    if (!existsSync(this.#path)) return;
    try {
      engine.loadPrefixes(this.#path, this.#key);
    } catch (error) {
      options.log?.(fromNativeError(error).message);
    }
  }

  /** Tokens written. One at a time. @throws {GatewayError} INTERNAL when the disk refuses */
  async write(): Promise<number> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #write(): Promise<number> {
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      return await this.#options.engine.savePrefixes(this.#path, this.#key, MAX_BYTES);
    } catch (error) {
      throw fromNativeError(error);
    }
  }

  /** At the end of a host: a failure is one line in the log. */
  async writeLast(): Promise<void> {
    await this.write().catch((error: Error) => this.#options.log?.(error.message));
  }
}
