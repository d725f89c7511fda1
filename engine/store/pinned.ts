// What the engine asks before it opens a model file: is it the one that tiergate.lock pins?
import { basename, dirname, join } from 'node:path';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import { type DigestOptions, fileSha256 } from '../file-digest.ts';
import { checkIsFile } from '../model.ts';
import { findStoredModel } from './find.ts';
import { type Lock, type LockedModel, readLock } from './lock-file.ts';
import { isModelName } from './model-name.ts';
import { partFiles } from './split-names.ts';
import type { Environment } from './stored-model.ts';

/** Where a stored model is; null: not here, or no name of the store. */
function placeOf(name: string, env: Environment): string | null {
  try {
    return isModelName(name) ? findStoredModel(name, env, process.cwd()).files[0]!.path : null;
  } catch {
    return null;
  }
}

/** Entries for a model file: of its name without folders, or whose model is that file. Several may share a name. */
const entriesFor = ({ models }: Lock, file: string, env: Environment): LockedModel[] =>
  models.filter(
    ({ name, files }) => files[0]!.file === basename(partFiles(file)[0]!) || placeOf(name, env) === file,
  );

/**
 * Compares every part of a model with the lock. A model that the lock does not name passes, as does everything
 * without a lock. The first time a file is seen it is read whole; after that its digest is known.
 * @throws {GatewayError} MODEL_FILE_INVALID naming the file and both digests; CONFIG_INVALID for a broken lock
 */
export async function checkPinned(
  modelFile: string,
  lockFile: string,
  options: DigestOptions & { log?: ((line: string) => void) | undefined } = {},
): Promise<void> {
  const lock = readLock(lockFile);
  const entries = lock === null ? [] : entriesFor(lock, modelFile, options.env ?? process.env);
  if (entries.length === 0) return;
  let announced = false;
  const onBytes = (): void => {
    if (!announced)
      options.log?.(`checking the SHA-256 of ${basename(modelFile)} against ${displayPath(lockFile)}`);
    announced = true;
  };
  for (const [i, part] of partFiles(basename(modelFile)).entries()) {
    const path = join(dirname(modelFile), part);
    await checkIsFile(path);
    const found = await fileSha256(path, { ...options, onBytes });
    const wanted = entries.map(({ files }) => files[i]?.sha256);
    if (wanted.includes(found)) continue;
    throw new GatewayError(
      'MODEL_FILE_INVALID',
      `${displayPath(path)} is not the file that ${displayPath(lockFile)} pins: its SHA-256 is ${found}, ` +
        `pinned is ${wanted.join(' or ')} (${entries.map(({ name }) => name).join(', ')}). ` +
        'Get the pinned file again with tiergate pull, or accept this one with tiergate lock',
    );
  }
}
