// A file that is not whole yet: FILE.part beside its final place, and FILE.part.json saying what of it is there.
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

export interface Chunk {
  begin: number;
  end: number;
  /** Bytes from `begin` that are written. */
  received: number;
}

export interface Wanted {
  bytes: number;
  sha256: string;
}

/** One request fetches at most this much. */
const DEFAULT_CHUNK_BYTES = 64 * 2 ** 20;
/** Between two notes of what is there: what a killed pull fetches again. */
const NOTE_EVERY_MS = 1000;

const noteSchema = z.object({
  version: z.literal(1),
  sha256: z.string(),
  bytes: z.int(),
  chunks: z.array(z.tuple([z.int().min(0), z.int().min(0), z.int().min(0)])),
});

/** Do the chunks cover the file, each no fuller than it can be? */
const isSound = (chunks: readonly Chunk[], bytes: number): boolean =>
  chunks.every(
    ({ begin, end, received }, i) =>
      begin === (i === 0 ? 0 : chunks[i - 1]!.end) && begin < end && received <= end - begin,
  ) && (chunks.at(-1)?.end ?? 0) === bytes;

const cut = (bytes: number, chunkBytes: number): Chunk[] =>
  Array.from({ length: Math.ceil(bytes / chunkBytes) }, (_, i) => ({
    begin: i * chunkBytes,
    end: Math.min(bytes, (i + 1) * chunkBytes),
    received: 0,
  }));

export class PartFile {
  readonly path: string;
  readonly wanted: Wanted;
  /** What the earlier part file held: nothing, the same file, or one that has changed since. */
  readonly found: 'nothing' | 'same' | 'other';
  chunks: Chunk[];
  readonly #file: FileHandle;
  #notedAt = 0;
  #notes: Promise<void> = Promise.resolve();

  private constructor(
    path: string,
    wanted: Wanted,
    file: FileHandle,
    chunks: Chunk[],
    found: PartFile['found'],
  ) {
    this.path = path;
    this.wanted = wanted;
    this.#file = file;
    this.chunks = chunks;
    this.found = found;
  }

  /** Goes on where an earlier one of the same content stopped; anything else is thrown away. */
  static async open(target: string, wanted: Wanted, chunkBytes = DEFAULT_CHUNK_BYTES): Promise<PartFile> {
    const path = `${target}.part`;
    await mkdir(dirname(path), { recursive: true });
    const earlier = await readNote(path);
    const isSame = earlier?.sha256 === wanted.sha256 && isSound(earlier.chunks, wanted.bytes);
    const found = isSame ? 'same' : earlier === null ? 'nothing' : 'other';
    const file = await open(path, isSame ? 'r+' : 'w');
    return new PartFile(path, wanted, file, isSame ? earlier.chunks : cut(wanted.bytes, chunkBytes), found);
  }

  get received(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.received, 0);
  }

  /** Bytes that follow those of the chunk. */
  async write(chunk: Chunk, bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes, 0, bytes.length, chunk.begin + chunk.received);
    chunk.received += bytes.length;
    if (Date.now() - this.#notedAt > NOTE_EVERY_MS) await this.note();
  }

  /** One after another: two at once would take each other's draft. */
  note(): Promise<void> {
    this.#notedAt = Date.now();
    this.#notes = this.#notes.then(() => this.#writeNote());
    return this.#notes;
  }

  async #writeNote(): Promise<void> {
    const { sha256, bytes } = this.wanted;
    const chunks = this.chunks.map(({ begin, end, received }) => [begin, end, received]);
    const draft = `${this.path}.json.tmp`;
    await writeFile(draft, JSON.stringify({ version: 1, sha256, bytes, chunks }));
    await rename(draft, `${this.path}.json`);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** To its final place, whole and on the disk. */
  async finish(target: string): Promise<void> {
    await this.#file.sync();
    await this.#file.close();
    await rename(this.path, target);
    await rm(`${this.path}.json`, { force: true });
  }

  /** For content that proved wrong. */
  async discard(): Promise<void> {
    await this.#file.close();
    await removePart(this.path.replace(/\.part$/, ''));
  }
}

async function readNote(path: string): Promise<{ sha256: string; chunks: Chunk[] } | null> {
  try {
    const { sha256, bytes, chunks } = noteSchema.parse(JSON.parse(await readFile(`${path}.json`, 'utf8')));
    const { size } = await stat(path);
    const found = chunks.map(([begin, end, received]) => ({ begin, end, received }));
    const reach = Math.max(0, ...found.map(({ begin, received }) => (received > 0 ? begin + received : 0)));
    return size < reach || (found.at(-1)?.end ?? 0) !== bytes ? null : { sha256, chunks: found };
  } catch {
    return null;
  }
}

/** Bytes of a file that an earlier pull already fetched, of whatever content. */
export async function partBytes(target: string, sha256: string): Promise<number> {
  const note = await readNote(`${target}.part`);
  return note?.sha256 === sha256 ? note.chunks.reduce((sum, { received }) => sum + received, 0) : 0;
}

export async function removePart(target: string): Promise<void> {
  for (const end of ['.part', '.part.json', '.part.json.tmp']) await rm(target + end, { force: true });
}
