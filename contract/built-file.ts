// Worker threads and child processes need JavaScript. Under vitest a module runs from its TypeScript source;
// its built twin in dist/ is what a thread or process can start.
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's or package's root folder (where package.json is). */
export const packageRoot: string = (() => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
})();

/**
 * Absolute path of the runnable `.js` of a module given by its path from the root, e.g. `store/writer`.
 * @example builtFile('store/writer') // <root>/dist/store/writer.js
 */
export const builtFile = (module: string): string => join(packageRoot, 'dist', `${module}.js`);

/** A path for messages: relative to the working directory where that is shorter. */
export function displayPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.length < path.length && !short.startsWith('..') ? short : path;
}
