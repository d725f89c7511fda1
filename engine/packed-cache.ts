// Packed weights on disk: where they are, what they belong to, when they are written, and how much of the disk they may
// take. The format and its checks are native/src/model/packed_file.h; why it is so: docs/decisions/2026-11-23-packed-weights-on-disk.md.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, constants, mkdir, open, readdir, stat, statfs, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { cacheFolder, fileSha256 } from './file-digest.ts';
import { partFiles } from './store/split-names.ts';

/** Of a model's file. */
export interface PackedPlace {
  path: string;
  key: string;
}

/** Ends the names of packed files, and of nothing else. */
const SUFFIX = '.tgpacked';
/** One core packs 2.5 to 7 GB/s (2026-11): less than this takes 50 ms, and is not worth a file. */
export const LEAST_PACKED_BYTES = 128 * 2 ** 20;
/** All packed files of one folder together; the oldest go first. */
const DEFAULT_MOST_BYTES = 64 * 2 ** 30;
/** Free space that a packed file leaves on its disk. */
const LEAST_FREE_BYTES = 2 * 2 ** 30;
const SAMPLES = 64;
const SAMPLE_BYTES = 4096;
const HEAD_BYTES = 2 ** 20;

/** `sampledKeyOf` a model's file, or of all files of one that is split. */
export async function sampledKey(path: string): Promise<{ key: string; digest: string }> {
  const [first, ...others] = await Promise.all(
    partFiles(path)
      .filter((part) => part === path || existsSync(part))
      .map(sampledKeyOf),
  );
  if (others.length === 0) return first!;
  const hash = createHash('sha256');
  for (const { key } of [first!, ...others]) hash.update(`${key}\n`);
  const digest = hash.digest('hex');
  return { key: `${others.length + 1} parts:${digest}`, digest };
}

/**
 * Size, time of change and a SHA-256 over the first MiB and 64 samples spread over the file: a few milliseconds
 * whatever the size. Tells files apart that people have; the full SHA-256 stands in the packed file.
 */
async function sampledKeyOf(path: string): Promise<{ key: string; digest: string }> {
  const file = await open(path);
  try {
    const { size, mtimeNs } = await file.stat({ bigint: true });
    const hash = createHash('sha256');
    const head = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    hash.update(head.buffer.subarray(0, head.bytesRead));
    const sample = Buffer.alloc(SAMPLE_BYTES);
    for (let i = 1; i <= SAMPLES; i++) {
      const at = Math.max(0, Math.floor(((Number(size) - SAMPLE_BYTES) * i) / SAMPLES));
      const { bytesRead } = await file.read(sample, 0, SAMPLE_BYTES, at);
      hash.update(sample.subarray(0, bytesRead));
    }
    const digest = hash.digest('hex');
    return { key: `${size}:${mtimeNs}:${digest}`, digest };
  } finally {
    await file.close();
  }
}

const isWritable = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );

/** Beside the model, hidden; in the user's cache folder where that one cannot be written. */
export async function packedPlace(
  modelFile: string,
  isa: string,
  { key, digest }: { key: string; digest: string },
  env: NodeJS.ProcessEnv = process.env,
): Promise<PackedPlace> {
  const path = resolve(modelFile);
  const name = `.${basename(path)}.${isa}`;
  const beside = join(dirname(path), name + SUFFIX);
  if (await isWritable(dirname(path))) return { path: beside, key };
  return { path: join(cacheFolder(env), 'packed', `${name}.${digest.slice(0, 16)}${SUFFIX}`), key };
}

interface Writer {
  writePackedCache(path: string, sha256: string): Promise<void>;
}

export interface WriteOptions {
  mostBytes?: number;
  leastFreeBytes?: number;
  log?: (line: string) => void;
}

/** Drafts of processes that ended while they wrote. */
async function abandonedDrafts(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.includes(SUFFIX) && name.endsWith('.tmp'));
  return names.flatMap((name) => {
    const pid = Number(/\.(\d+)\.tmp$/.exec(name)?.[1] ?? 0);
    try {
      process.kill(pid, 0);
      return [];
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ESRCH' ? [join(folder, name)] : [];
    }
  });
}

/** Removes the oldest packed files of a folder until `bytes` more fit. False: they never will. */
async function makeRoom(folder: string, bytes: number, keep: string, mostBytes: number): Promise<boolean> {
  if (bytes > mostBytes) return false;
  const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const found = await stat(path).catch(() => null);
      return { path, size: found?.size ?? 0, usedAt: Math.max(found?.atimeMs ?? 0, found?.mtimeMs ?? 0) };
    }),
  );
  for (const path of await abandonedDrafts(folder)) await unlink(path).catch(() => {});
  const others = files.filter(({ path }) => path !== keep).sort((a, b) => a.usedAt - b.usedAt);
  let total = others.reduce((sum, { size }) => sum + size, bytes);
  for (const { path, size } of others) {
    if (total <= mostBytes) break;
    await unlink(path).catch(() => {});
    total -= size;
  }
  return true;
}

/**
 * Writes the packed weights of a model, atomically. Never throws: what goes wrong is logged, and the next start packs
 * again. Nothing is written when the model's file changed meanwhile, or the disk is short of space.
 */
export async function writePacked(
  native: Writer,
  modelFile: string,
  place: PackedPlace,
  packedBytes: number,
  signal: AbortSignal,
  options: WriteOptions = {},
): Promise<boolean> {
  const { mostBytes = DEFAULT_MOST_BYTES, leastFreeBytes = LEAST_FREE_BYTES, log } = options;
  try {
    const folder = dirname(place.path);
    await mkdir(folder, { recursive: true });
    const disk = await statfs(folder);
    if (disk.bavail * disk.bsize < packedBytes + leastFreeBytes) {
      log?.('packed weights are not kept: too little space is left on the disk');
      return false;
    }
    if (!(await makeRoom(folder, packedBytes, place.path, mostBytes))) {
      log?.('packed weights are not kept: they are larger than the bound on such files');
      return false;
    }
    const sha256 = await fileSha256(modelFile, { signal });
    if ((await sampledKey(modelFile)).key !== place.key) return false;
    await native.writePackedCache(place.path, sha256);
    return true;
  } catch (error) {
    if (!signal.aborted)
      log?.(`packed weights are not kept: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
