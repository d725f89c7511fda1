// The cache of Hugging Face's own tools: models--ORG--REPO/snapshots/COMMIT/FILE, links to blobs named by their digest.
// Source: huggingface_hub, docs/source/en/guides/manage-cache.md.
import { realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ggufFilesBelow, homeOf, namesIn, textIn } from '../folders.ts';
import { hubFileName } from '../model-name.ts';
import { groupParts, partFiles } from '../split-names.ts';
import type { Environment, Place, StoredFile, StoredModel } from '../stored-model.ts';

/** Where its token and cache are. */
export const huggingFaceHome = (env: Environment): string =>
  env['HF_HOME'] || join(env['XDG_CACHE_HOME'] || join(homeOf(env), '.cache'), 'huggingface');

/** Git LFS files are stored under their SHA-256, small ones under Git's SHA-1. */
function storedFile(path: string, bytes: number): StoredFile {
  const blob = basename(realpathSync(path));
  return { path, bytes, sha256: /^[0-9a-f]{64}$/.test(blob) ? blob : null };
}

/** Of a file in several commits, the one of `main` counts. */
function modelsOf(folder: string, repo: string): StoredModel[] {
  const main = textIn(join(folder, 'refs/main')).trim();
  const commits = namesIn(join(folder, 'snapshots'));
  const models = new Map<string, StoredModel>();
  for (const revision of [main, ...commits].filter((commit) => commits.includes(commit))) {
    const root = join(folder, 'snapshots', revision);
    for (const [first, sizes] of groupParts(ggufFilesBelow(root, 4))) {
      const name = hubFileName(repo, first);
      const files = partFiles(first).map((part, i) => storedFile(join(root, part), sizes[i]!));
      if (!models.has(name)) models.set(name, { name, place: 'Hugging Face cache', revision, files });
    }
  }
  return [...models.values()];
}

export const huggingFace: Place = {
  name: 'Hugging Face cache',
  folders: (env) => [
    env['HF_HUB_CACHE'] || env['HUGGINGFACE_HUB_CACHE'] || join(huggingFaceHome(env), 'hub'),
  ],
  list: (env, cwd) =>
    huggingFace
      .folders(env, cwd)
      .flatMap((root) =>
        namesIn(root).flatMap((name) =>
          /^models--.+--.+$/.test(name)
            ? modelsOf(join(root, name), name.split('--').slice(1).join('/'))
            : [],
        ),
      ),
};
