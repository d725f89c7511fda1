// Reading folders of models: nothing here throws, a folder that cannot be read is empty.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './stored-model.ts';

export const homeOf = (env: Environment): string => env['HOME'] || homedir();

/** Names in a folder, sorted. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** '' where there is none. */
export function textIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Follows links. */
export function fileBytes(path: string): number | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : null;
}

/** Size by path below `root`, of all .gguf files at most `depth` folders down. Links are followed. */
export function ggufFilesBelow(root: string, depth: number): Map<string, number> {
  const files = new Map<string, number>();
  const walk = (folder: string, below: number): void => {
    for (const name of namesIn(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const bytes = /\.gguf$/i.test(name) ? fileBytes(join(root, path)) : null;
      if (bytes !== null) files.set(path, bytes);
      else if (below > 0 && !name.startsWith('.')) walk(path, below - 1);
    }
  };
  walk('', depth);
  return files;
}
