// Finds the model file for Level 1 on disk. Says what to do when there is none.
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** What to tell a user who has no model file. One line. */
export const HOW_TO_GIVE_A_MODEL =
  'set TIERGATE_MODEL=/path/to/model.gguf, put a .gguf file into models/, or name model_file in tiergate.yaml';

/**
 * The model file to use: `TIERGATE_MODEL` as it is (it may not exist: the engine host says so), else the largest
 * `.gguf` in `models/` below `cwd`, else null. Files of equal size: the first by name.
 */
export async function findLocalModel(
  env: Record<string, string | undefined>,
  cwd: string,
): Promise<string | null> {
  const named = env['TIERGATE_MODEL']?.trim();
  if (named) return resolve(cwd, named);
  const folder = join(cwd, 'models');
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names
      .filter((name) => /\.gguf$/i.test(name))
      .sort()
      .map(async (name) => {
        const path = join(folder, name);
        const found = await stat(path).catch(() => null);
        return { path, bytes: found?.isFile() ? found.size : -1 };
      }),
  );
  const largest = files.reduce<{ path: string | null; bytes: number }>(
    (best, file) => (file.bytes > best.bytes ? file : best),
    { path: null, bytes: -1 },
  );
  return largest.path;
}
