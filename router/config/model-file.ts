// The Level 1 model where the config names none: TIERGATE_MODEL, or the first GGUF in models/.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import type { Environment } from './interpolate.ts';

const ggufFiles = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.toLowerCase().endsWith('.gguf'))
        .sort()
        .map((file) => join(folder, file))
    : [];

/** Absolute path, or null. A file named by TIERGATE_MODEL is given back even when it does not exist: the start then says so. */
export function findModelFile(env: Environment, cwd: string): string | null {
  const named = env['TIERGATE_MODEL'];
  if (named !== undefined && named !== '') return resolve(cwd, named);
  return ggufFiles(join(cwd, 'models'))[0] ?? ggufFiles(join(packageRoot, 'models'))[0] ?? null;
}
