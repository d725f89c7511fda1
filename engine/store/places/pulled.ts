// What `tiergate pull` brought: hf/ORG/REPO/FILE.gguf below the store's folder, each with a record of its source beside
// it. A record may point into another program's store instead: then that file is used in place.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { fileBytes, homeOf, namesIn, textIn } from '../folders.ts';
import { hubFileName } from '../model-name.ts';
import type { Environment, Place, StoredModel } from '../stored-model.ts';

const SUFFIX = '.source.json';

const recordSchema = z.object({
  version: z.literal(1),
  repo: z.string(),
  /** Path in the repository, of a split model the first part's. */
  file: z.string(),
  revision: z.string(),
  files: z
    .array(
      z.object({
        /** Relative to the record, or absolute in another store. */
        path: z.string(),
        bytes: z.int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1),
});

/** `TIERGATE_MODELS`, else the user's data folder of the XDG Base Directory Specification. */
export const pulledFolder = (env: Environment): string =>
  env['TIERGATE_MODELS'] ||
  join(env['XDG_DATA_HOME'] || join(homeOf(env), '.local/share'), 'tiergate/models');

/** Where a file of a repository goes. */
export const pulledPath = (env: Environment, repo: string, file: string): string =>
  join(pulledFolder(env), 'hf', repo, file);

const recordPath = (env: Environment, repo: string, file: string): string =>
  pulledPath(env, repo, file) + SUFFIX;

/** Atomic. `model.files` must be in place before. */
export function writeRecord(env: Environment, repo: string, file: string, model: StoredModel): void {
  const path = recordPath(env, repo, file);
  const files = model.files.map(({ path: at, bytes, sha256 }) => {
    const near = relative(dirname(path), at);
    return { path: near.startsWith('..') ? at : near, bytes, sha256 };
  });
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  const record = { version: 1, repo, file, revision: model.revision, files };
  writeFileSync(draft, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(draft, path);
}

/** Null: it is no record, or a file of it is gone or has another size. */
function modelOf(path: string): StoredModel | null {
  let json: unknown;
  try {
    json = JSON.parse(textIn(path));
  } catch {
    return null;
  }
  const record = recordSchema.safeParse(json).data;
  if (record === undefined) return null;
  const files = record.files.map((file) => ({
    ...file,
    path: isAbsolute(file.path) ? file.path : resolve(dirname(path), file.path),
  }));
  if (files.some((file) => fileBytes(file.path) === null)) return null;
  return {
    name: hubFileName(record.repo, record.file),
    place: 'tiergate',
    revision: record.revision,
    // The size as it is: that the file was changed is for `verify` and the lock to say.
    files: files.map((file) => ({ ...file, bytes: fileBytes(file.path)! })),
  };
}

/** Removes a pulled model and its record; files of other stores stay. Returns the bytes freed. */
export function removePulled(env: Environment, model: StoredModel): number {
  const root = pulledFolder(env);
  let freed = 0;
  for (const { path, bytes } of model.files) {
    if (relative(root, path).startsWith('..')) continue;
    rmSync(path, { force: true });
    freed += bytes;
  }
  const [, organisation, repository, ...file] = /^hf:([^/]+)\/([^/]+)\/(.+)$/.exec(model.name) ?? [];
  rmSync(recordPath(env, `${organisation}/${repository}`, file.join('/')), { force: true });
  return freed;
}

export const pulled: Place = {
  name: 'tiergate',
  folders: (env) => [pulledFolder(env)],
  list(env) {
    const records: string[] = [];
    const walk = (folder: string, below: number): void => {
      for (const name of namesIn(folder)) {
        if (name.endsWith(SUFFIX)) records.push(join(folder, name));
        else if (below > 0 && !name.endsWith('.gguf')) walk(join(folder, name), below - 1);
      }
    };
    walk(join(pulledFolder(env), 'hf'), 5);
    return records.flatMap((path) => modelOf(path) ?? []);
  },
};
