// SHA-256 of large files, found once: kept by path, size, times and inode, so that a start need not read gigabytes.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export interface DigestOptions {
  env?: Record<string, string | undefined>;
  signal?: AbortSignal;
  /** Told after each piece: bytes of this piece. Not called when the digest was known. */
  onBytes?: (bytes: number) => void;
  /** Read the file even when its digest is known. */
  fresh?: boolean;
}

/** Pieces small enough that requests are not held up by hashing one. */
const PIECE_BYTES = 256 * 1024;

/** Of the XDG Base Directory Specification. */
export const cacheFolder = (env: Record<string, string | undefined> = process.env): string =>
  join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'tiergate');

/** Changes with every write to the file: a program can set mtime back, but not ctime. */
async function stateOf(path: string): Promise<string> {
  const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
  return `${size}:${mtimeNs}:${ctimeNs}:${ino}`;
}

const notePath = (path: string, env: DigestOptions['env']): string =>
  join(cacheFolder(env), 'digests', createHash('sha256').update(resolve(path)).digest('hex').slice(0, 32));

/** In hexadecimal; null: not known for the file as it is now. */
async function knownSha256(path: string, state: string, env: DigestOptions['env']): Promise<string | null> {
  const [keptState, sha256] = (await readFile(notePath(path, env), 'utf8').catch(() => '')).split('\n');
  return keptState === state && /^[0-9a-f]{64}$/.test(sha256 ?? '') ? sha256! : null;
}

/** Notes the digest of a file that was just checked under another name. */
export const rememberSha256 = async (path: string, sha256: string, env = process.env): Promise<void> =>
  keep(path, await stateOf(path), sha256, env);

/** A cache that cannot be written only costs the next start its time. */
async function keep(path: string, state: string, sha256: string, env: DigestOptions['env']): Promise<void> {
  const note = notePath(path, env);
  const draft = `${note}.${process.pid}.tmp`;
  await mkdir(dirname(note), { recursive: true })
    .then(() => writeFile(draft, `${state}\n${sha256}\n${resolve(path)}\n`))
    .then(() => rename(draft, note))
    .catch(() => {});
}

/**
 * In hexadecimal.
 * @throws the file system's error; the signal's reason
 */
export async function fileSha256(path: string, options: DigestOptions = {}): Promise<string> {
  const { env = process.env, signal, onBytes, fresh = false } = options;
  const state = await stateOf(path);
  const known = fresh ? null : await knownSha256(path, state, env);
  if (known !== null) return known;
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, {
    highWaterMark: PIECE_BYTES,
    ...(signal && { signal }),
  })) {
    hash.update(piece);
    onBytes?.((piece as Buffer).length);
  }
  const sha256 = hash.digest('hex');
  if ((await stateOf(path)) === state) await keep(path, state, sha256, env);
  return sha256;
}
