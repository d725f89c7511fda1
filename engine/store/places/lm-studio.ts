// LM Studio's folder: PUBLISHER/REPO/FILE.gguf. Source: lmstudio.ai/docs/app/advanced/import-model; the pointer file is
// what its command line tool reads (lmstudio-ai/lmstudio.js, findLMStudioHome).
import { join } from 'node:path';
import { ggufFilesBelow, homeOf, textIn } from '../folders.ts';
import { groupParts, partFiles } from '../split-names.ts';
import type { Place } from '../stored-model.ts';

export const lmStudio: Place = {
  name: 'LM Studio',
  folders(env) {
    const home = homeOf(env);
    const moved = textIn(join(home, '.lmstudio-home-pointer')).trim();
    const homes = [...(moved === '' ? [] : [moved]), join(home, '.lmstudio'), join(home, '.cache/lm-studio')];
    return [...new Set(homes)].map((folder) => join(folder, 'models'));
  },
  list: (env, cwd) =>
    lmStudio.folders(env, cwd).flatMap((root) =>
      groupParts(ggufFilesBelow(root, 2)).map(([first, sizes]) => ({
        name: `lmstudio:${first}`,
        place: 'LM Studio' as const,
        revision: null,
        files: partFiles(first).map((part, i) => ({
          path: join(root, part),
          bytes: sizes[i]!,
          sha256: null,
        })),
      })),
    ),
};
