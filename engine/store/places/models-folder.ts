// `models/` below the working directory, and the package's own.
import { join, relative } from 'node:path';
import { packageRoot } from '../../../contract/built-file.ts';
import { ggufFilesBelow } from '../folders.ts';
import { groupParts, partFiles } from '../split-names.ts';
import type { Place, StoredModel } from '../stored-model.ts';
import { BOX_MODEL } from './in-the-box.ts';

function modelsIn(folder: string, cwd: string): StoredModel[] {
  return groupParts(ggufFilesBelow(folder, 0)).map(([first, sizes]) => ({
    name: nameOf(join(folder, first), cwd),
    place: 'models folder',
    revision: null,
    files: partFiles(first).map((part, i) => ({ path: join(folder, part), bytes: sizes[i]!, sha256: null })),
  }));
}

export const modelsFolder: Place = {
  name: 'models folder',
  folders: (_env, cwd) => [...new Set([join(cwd, 'models'), join(packageRoot, 'models')])],
  list: (env, cwd) =>
    modelsFolder
      .folders(env, cwd)
      .flatMap((folder) => modelsIn(folder, cwd).filter(({ files }) => files[0]!.path !== BOX_MODEL)),
};

function nameOf(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
}
