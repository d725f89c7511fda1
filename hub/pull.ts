// `tiergate pull`: from a name to a checked file on this machine.

import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GatewayError } from '../contract/errors.ts';
import { fileSha256 } from '../engine/file-digest.ts';
import type { Machine } from '../engine/store/choose.ts';
import { allModels } from '../engine/store/find.ts';
import { fileBytes } from '../engine/store/folders.ts';
import type { LockedModel } from '../engine/store/lock-file.ts';
import { hubFileName, parseHubName } from '../engine/store/model-name.ts';
import { pulledPath, writeRecord } from '../engine/store/places/pulled.ts';
import { fileSize } from '../engine/store/sizes.ts';
import type { Environment, StoredModel } from '../engine/store/stored-model.ts';
import { createDoor } from './door.ts';
import { download } from './download.ts';
import { withFileLock } from './file-lock.ts';
import { partBytes } from './part-file.ts';
import { checkAccess, contentUrl, type HubModel, type Repository, readRepository } from './repository.ts';
import { selectModel } from './select.ts';
import { hubSettings } from './settings.ts';

/** Told about the download of one file. */
export interface FileProgress {
  phase(phase: 'fetching' | 'checking', startBytes: number): void;
  /** Bytes more. */
  bytes(bytes: number): void;
  done(): void;
}

export interface PullOptions {
  env: Environment;
  cwd: string;
  signal: AbortSignal;
  machine: Machine;
  /** Branch, tag or commit; default main. */
  revision?: string | undefined;
  /** What tiergate.lock says of this model: the revision to take, and digests that must be the hub's. */
  pinned?: LockedModel | undefined;
  connections: number;
  chunkBytes?: number | undefined;
  /** Only say what would be pulled. */
  dryRun?: boolean | undefined;
  stallMs?: number;
  firstBackoffMs?: number;
  /** One line for people. */
  say: (line: string) => void;
  progress: (file: string, bytes: number) => FileProgress;
}

export interface Pulled {
  /** `hf:ORG/REPO/FILE.gguf` */
  name: string;
  revision: string;
  /** Of the first file; null after a dry run. */
  path: string | null;
  files: { path: string; bytes: number; sha256: string }[];
  /** `fetched`, `here` (it was there before), `in place` (in another program's store) or `dry run`. */
  how: 'fetched' | 'here' | 'in place' | 'dry run';
}

/** Free space that a pull leaves on its disk. */
const LEAST_FREE_BYTES = 512 * 2 ** 20;

/** As the store says; `isIntact` looks. */
const sameContent = ({ files }: StoredModel, wanted: HubModel): boolean =>
  files.length === wanted.files.length && files.every(({ sha256 }, i) => sha256 === wanted.files[i]!.sha256);

async function hasDigest(
  path: string,
  bytes: number,
  sha256: string | null,
  signal: AbortSignal,
): Promise<boolean> {
  return fileBytes(path) === bytes && (await fileSha256(path, { signal })) === sha256;
}

/** What a store says of a file need not hold any more. Reads the files where their digest is not known yet. */
async function isIntact({ name, files }: StoredModel, { say, signal }: PullOptions): Promise<boolean> {
  for (const { path, bytes, sha256 } of files) {
    if (await hasDigest(path, bytes, sha256, signal)) continue;
    say(`${name}: ${path} is not what it was when it was fetched`);
    return false;
  }
  return true;
}

function checkPins({ revision, models }: Repository, model: HubModel, pinned: LockedModel | undefined): void {
  if (pinned === undefined || !models.includes(model)) return;
  for (const [i, { path, sha256 }] of model.files.entries()) {
    const wanted = pinned.files[i]?.sha256;
    if (wanted === sha256) continue;
    throw new GatewayError(
      'MODEL_FILE_INVALID',
      `tiergate.lock pins ${pinned.name} with SHA-256 ${wanted ?? 'none'}, but at revision ${revision} the hub's ${path} has ${sha256}; ` +
        'nothing was pulled. If the new file is right, remove the entry, pull and lock again',
    );
  }
}

/** @throws {GatewayError} DISK_TOO_SMALL */
async function checkSpace(wanted: HubModel, targets: readonly string[]): Promise<void> {
  const parts = wanted.files.map(async ({ bytes, sha256 }, i) =>
    existsSync(targets[i]!) ? 0 : bytes - (await partBytes(targets[i]!, sha256)),
  );
  const missing = (await Promise.all(parts)).reduce((sum, bytes) => sum + bytes, 0);
  let folder = dirname(targets[0]!);
  while (!existsSync(folder)) folder = dirname(folder);
  const disk = await statfs(folder);
  const free = disk.bavail * disk.bsize;
  if (missing + LEAST_FREE_BYTES <= free) return;
  throw new GatewayError(
    'DISK_TOO_SMALL',
    `${fileSize(missing)} are to be fetched to ${folder}, where ${fileSize(free)} are free (${fileSize(LEAST_FREE_BYTES)} of them are left alone); ` +
      'free some space, take a smaller quantisation, or set TIERGATE_MODELS to a folder on another disk',
  );
}

/** @throws {GatewayError} what went wrong and what to do; nothing half-made is left under a model's name */
export async function pull(name: string, options: PullOptions): Promise<Pulled> {
  const { env, cwd, signal, say, pinned } = options;
  const asked = parseHubName(name);
  const { repo } = asked;
  const door = createDoor({
    ...hubSettings(env),
    name,
    repo,
    signal,
    ...(options.stallMs !== undefined && { stallMs: options.stallMs }),
    ...(options.firstBackoffMs !== undefined && { firstBackoffMs: options.firstBackoffMs }),
    onRetry: (why, pauseMs) => say(`${why}; trying again in ${(pauseMs / 1000).toFixed(1)} s`),
  });
  const repository = await readRepository(door, repo, pinned?.revision ?? options.revision ?? 'main');
  const { revision } = repository;
  const model = await selectModel(door, repository, asked, options);
  checkPins(repository, model, pinned);
  const full = hubFileName(repo, model.file);
  const answer = (how: Pulled['how'], paths: string[] | null): Pulled => ({
    name: full,
    revision,
    path: paths?.[0] ?? null,
    files: model.files.map(({ path, bytes, sha256 }, i) => ({ path: paths?.[i] ?? path, bytes, sha256 })),
    how,
  });
  const record = (paths: string[]): void =>
    writeRecord(env, repo, model.file, {
      name: full,
      place: 'tiergate',
      revision,
      files: model.files.map(({ bytes, sha256 }, i) => ({ path: paths[i]!, bytes, sha256 })),
    });

  const same = allModels(env, cwd).filter((stored) => sameContent(stored, model));
  // Parts of a split model are found by their names, which other stores may not keep.
  const candidate =
    same.find((each) => each.name === full) ?? (model.files.length === 1 ? same[0] : undefined);
  const stored = candidate !== undefined && (await isIntact(candidate, options)) ? candidate : undefined;
  if (stored !== undefined) {
    const paths = stored.files.map(({ path }) => path);
    const isOurs = stored.name === full;
    if (!isOurs && options.dryRun !== true) record(paths);
    say(
      `${full} is here already${stored.place === 'tiergate' ? '' : `, in the store of ${stored.place}, and is used there`}`,
    );
    return answer(stored.place === 'tiergate' ? 'here' : 'in place', paths);
  }
  const targets = model.files.map(({ path }) => pulledPath(env, repo, path));
  await checkAccess(door, repo, revision, model.files[0]!);
  await checkSpace(model, targets);
  if (options.dryRun === true) {
    say(
      `${full}: ${fileSize(model.bytes)} in ${model.files.length === 1 ? '1 file' : `${model.files.length} files`} would be fetched to ${dirname(targets[0]!)}`,
    );
    return answer('dry run', null);
  }
  await withFileLock(
    `${targets[0]}.lock`,
    { signal, onWait: (holder) => say(`waiting: ${holder} is pulling this model`) },
    async () => {
      const now = allModels(env, cwd).find(({ name: each }) => each === full);
      if (now !== undefined && sameContent(now, model) && (await isIntact(now, options))) return;
      for (const [i, { path, bytes, sha256 }] of model.files.entries()) {
        if (await hasDigest(targets[i]!, bytes, sha256, signal)) continue;
        const progress = options.progress(path.replace(/^.*\//, ''), bytes);
        try {
          await download(
            door,
            { url: contentUrl(door, repo, revision, path), target: targets[i]!, bytes, sha256 },
            {
              connections: options.connections,
              chunkBytes: options.chunkBytes,
              onPhase: progress.phase,
              onBytes: progress.bytes,
              log: say,
            },
          );
        } finally {
          progress.done();
        }
      }
      record(targets);
    },
  ).catch((error: unknown) => {
    throw signal.aborted && !(error instanceof GatewayError)
      ? new GatewayError('CLIENT_CLOSED', `${name}: stopped`)
      : error;
  });
  return answer('fetched', targets);
}
