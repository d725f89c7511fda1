// The GGUF models of a repository at one commit.
import { fileDownloadInfo, InvalidApiResponseFormatError, listFiles, modelInfo } from '@huggingface/hub';
import { GatewayError } from '../contract/errors.ts';
import { isSafeGgufPath } from '../engine/store/model-name.ts';
import { groupParts } from '../engine/store/split-names.ts';
import type { Door } from './door.ts';

export interface HubFile {
  path: string;
  bytes: number;
  /** Git LFS: the SHA-256 of the content. */
  sha256: string;
}

export interface HubModel {
  /** Path in the repository, of a split model its first part's. */
  file: string;
  files: HubFile[];
  bytes: number;
}

export interface Repository {
  repo: string;
  /** Commit: 40 hexadecimal digits. */
  revision: string;
  models: HubModel[];
}

/** Files of a repository that are no language model by themselves. */
const NO_MODEL = /(?:^|[/._-])(?:mmproj|imatrix)/i;

const access = ({ asked, token, fetch }: Door) => ({
  hubUrl: asked.hubUrl,
  fetch,
  ...(token !== null && { accessToken: token }),
});

/** @throws {GatewayError} see door.ts; MODEL_NOT_FOUND when it holds no GGUF model */
export async function readRepository(door: Door, repo: string, revision: string): Promise<Repository> {
  const { sha } = await modelInfo({ name: repo, revision, additionalFields: ['sha'], ...access(door) });
  if (!/^[0-9a-f]{40}$/.test(sha))
    throw new GatewayError('PROVIDER_PROTOCOL', `${door.asked.name}: the hub tells no commit`);
  const files = new Map<string, HubFile>();
  for await (const { type, path, lfs } of listFiles({
    repo,
    revision: sha,
    recursive: true,
    ...access(door),
  })) {
    if (type !== 'file' || !isSafeGgufPath(path) || NO_MODEL.test(path)) continue;
    if (lfs === undefined || !/^[0-9a-f]{64}$/.test(lfs.oid)) continue;
    files.set(path, { path, bytes: lfs.size, sha256: lfs.oid });
  }
  const models = groupParts(files, { strict: true }).map(([file, parts]) => ({
    file,
    files: parts,
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  }));
  if (models.length === 0)
    throw new GatewayError(
      'MODEL_NOT_FOUND',
      `${door.asked.name}: ${repo} holds no .gguf file with a SHA-256; look for a GGUF conversion of it, often named ${repo}-GGUF`,
    );
  return { repo, revision: sha, models };
}

/** Asks for a file without its content, so that a gated repository or a changed file is told before a long download. */
export async function checkAccess(door: Door, repo: string, revision: string, file: HubFile): Promise<void> {
  const info = await fileDownloadInfo({ repo, revision, path: file.path, ...access(door) }).catch(
    (error: unknown) => {
      if (!(error instanceof InvalidApiResponseFormatError)) throw error;
      throw new GatewayError(
        'PROVIDER_PROTOCOL',
        `${door.asked.name}: ${door.asked.hubUrl} does not answer as the hub does (${error.message}: it must give ranges of files); set HF_ENDPOINT to another mirror`,
      );
    },
  );
  const etag = info?.etag.replace(/^W\/|"/g, '') ?? '';
  const isOther = /^[0-9a-f]{64}$/.test(etag) && etag !== file.sha256;
  if (info === null || info.size !== file.bytes || isOther)
    throw new GatewayError(
      'PROVIDER_PROTOCOL',
      `${door.asked.name}: the hub lists ${file.path} with ${file.bytes} bytes and SHA-256 ${file.sha256}, but offers ` +
        (info === null ? 'no such file' : `${info.size} bytes${isOther ? ` of SHA-256 ${etag}` : ''}`),
    );
}

/** Address of a file's content at a commit; it may redirect. */
export const contentUrl = ({ asked }: Door, repo: string, revision: string, path: string): string =>
  `${asked.hubUrl}/${repo}/resolve/${revision}/${path.split('/').map(encodeURIComponent).join('/')}`;
