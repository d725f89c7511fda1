// The small model that comes with Tiergate (models/training makes it): the default where no other is given.
import { join } from 'node:path';
import { packageRoot } from '../../../contract/built-file.ts';
import { fileBytes } from '../folders.ts';
import type { Place } from '../stored-model.ts';

const FOLDER = join(packageRoot, 'models');

export const BOX_MODEL = join(FOLDER, 'tiergate-nano.gguf');

export const inTheBox: Place = {
  name: 'in the box',
  folders: () => [FOLDER],
  list: () => {
    const bytes = fileBytes(BOX_MODEL);
    if (bytes === null) return [];
    const file = { path: BOX_MODEL, bytes, sha256: null };
    return [{ name: 'local/tiergate-nano', place: 'in the box', revision: null, files: [file] }];
  },
};
