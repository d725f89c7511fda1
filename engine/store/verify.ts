// Reads model files and compares their SHA-256 with what is known of them.
import { basename, dirname, resolve } from 'node:path';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import { type DigestOptions, fileSha256 } from '../file-digest.ts';
import { findStoredModel } from './find.ts';
import { fileBytes } from './folders.ts';
import type { Lock, LockedModel } from './lock-file.ts';
import { isModelName } from './model-name.ts';
import { partFiles } from './split-names.ts';
import type { Environment, StoredModel } from './stored-model.ts';

export interface FileVerdict {
  model: string;
  /** As it would be shown: absolute where the file was found, else the name that the lock gives. */
  file: string;
  state: 'good' | 'changed' | 'missing' | 'unknown';
  /** Null: nothing is known to compare with. */
  wanted: string | null;
  /** Null: the file is missing. */
  found: string | null;
}

interface Expected {
  model: string;
  path: string | null;
  file: string;
  sha256: string | null;
}

async function verdictOf(
  { model, path, file, sha256 }: Expected,
  options: DigestOptions,
): Promise<FileVerdict> {
  if (path === null || fileBytes(path) === null)
    return { model, file: path ?? file, state: 'missing', wanted: sha256, found: null };
  const found = await fileSha256(path, options);
  const state = sha256 === null ? 'unknown' : found === sha256 ? 'good' : 'changed';
  return { model, file: path, state, wanted: sha256, found };
}

/** Where the files of a locked model are; null: it is not here. */
function placesOf({ name, files }: LockedModel, lock: Lock, env: Environment, cwd: string): string[] | null {
  if (!isModelName(name)) {
    const folder = dirname(resolve(dirname(lock.path), name));
    return files.map(({ file }) => resolve(folder, file));
  }
  try {
    return findStoredModel(name, env, cwd).files.map(({ path }) => path);
  } catch {
    return null;
  }
}

/** One verdict for each file, in order; each is given out when it is known. */
export async function* verifyLocked(
  lock: Lock,
  env: Environment,
  cwd: string,
  options: DigestOptions,
): AsyncGenerator<FileVerdict> {
  for (const model of lock.models) {
    const paths = placesOf(model, lock, env, cwd);
    for (const [i, { file, sha256 }] of model.files.entries())
      yield verdictOf({ model: model.name, path: paths?.[i] ?? null, file, sha256 }, options);
  }
}

/** Against what the stores say: a pull's record, the digest that names a blob. */
export async function* verifyStored(
  models: readonly StoredModel[],
  options: DigestOptions,
): AsyncGenerator<FileVerdict> {
  for (const { name, files } of models)
    for (const { path, sha256 } of files)
      yield verdictOf({ model: name, path, file: basename(path), sha256 }, options);
}

/**
 * The entry of a stored model, its files read where their digests are not known.
 * @throws {GatewayError} MODEL_FILE_INVALID when a file is not what its store says
 */
export async function lockedModelOf(model: StoredModel, options: DigestOptions): Promise<LockedModel> {
  const { name, revision, files } = model;
  const names = name.startsWith('hf:') ? partFiles(basename(name)) : files.map(({ path }) => basename(path));
  const locked = [];
  for (const [i, { path, bytes, sha256: told }] of files.entries()) {
    const sha256 = await fileSha256(path, options);
    if (told !== null && told !== sha256)
      throw new GatewayError(
        'MODEL_FILE_INVALID',
        `${name} has changed since it was fetched: the SHA-256 of ${displayPath(path)} is ${sha256}, it was ${told}; pull it again`,
      );
    locked.push({ file: names[i]!, bytes, sha256 });
  }
  return { name, ...(revision !== null && { revision }), files: locked };
}
