// Finds the model file for Level 1 on disk. Says what to do when there is none.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageRoot } from '../contract/built-file.ts';

/** What to tell a user who has no model file. One line. */
export const HOW_TO_GIVE_A_MODEL =
  'set TIERGATE_MODEL=/path/to/model.gguf, put a .gguf file into models/, or name model_file in tiergate.yaml';

function ggufFiles(folder: string): { path: string; bytes: number }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.gguf$/i.test(name))
    .sort()
    .map((name) => join(folder, name))
    .map((path) => ({ path, found: statSync(path, { throwIfNoEntry: false }) }))
    .flatMap(({ path, found }) => (found?.isFile() ? [{ path, bytes: found.size }] : []));
}

/**
 * The model file to use: `TIERGATE_MODEL` as it is (it may not exist: the engine host says so), else the largest
 * `.gguf` in `models/` below `cwd`, else in the package's own `models/`, else null. Files of equal size: the first by name.
 */
export function findLocalModel(env: Record<string, string | undefined>, cwd: string): string | null {
  const named = env['TIERGATE_MODEL']?.trim();
  if (named) return resolve(cwd, named);
  for (const folder of [join(cwd, 'models'), join(packageRoot, 'models')]) {
    const files = ggufFiles(folder);
    if (files.length > 0) return files.reduce((best, file) => (file.bytes > best.bytes ? file : best)).path;
  }
  return null;
}
