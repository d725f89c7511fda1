// A Hugging Face hub on loopback: its HTTP API as huggingface_hub and @huggingface/hub use it, with a content server on
// a second port, so that redirects leave the hub's origin as they do at the real one. Faults are switched on by tests.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRepo {
  /** Content by path. */
  files: Record<string, Buffer>;
  /** 40 hexadecimal digits; default: made of the content. */
  commit?: string;
  /** Who may read: everybody, holders of the token, or holders who accepted the terms. */
  access?: 'public' | 'private' | 'gated';
  /** SHA-256 that the listing tells, where it should be another than the content's. */
  listedDigests?: Record<string, string>;
}

export interface FakeFaults {
  /** Cuts this many content responses after `cutAfterBytes`. */
  cuts?: number;
  cutAfterBytes?: number;
  /** Answers this many requests of any kind with this status first. */
  failures?: number;
  failureStatus?: number;
  retryAfterS?: number;
  /** Content responses hang after `cutAfterBytes`, this many. */
  stalls?: number;
  /** Whole files whatever range is asked. */
  ignoresRanges?: boolean;
  /** A pause after each 64 KiB of content. */
  pauseMs?: number;
}

export interface FakeRequest {
  server: 'hub' | 'content';
  path: string;
  range: string | undefined;
  authorization: string | undefined;
}

export interface FakeHub {
  /** For HF_ENDPOINT. */
  url: string;
  /** By `ORG/REPO`. */
  repos: Map<string, FakeRepo>;
  faults: FakeFaults;
  requests: FakeRequest[];
  /** Bytes of content sent. */
  sentBytes: number;
  close(): Promise<void>;
}

/** The token that may read private and gated repositories; another hf_ token is known but may not. */
export const FAKE_TOKEN = 'hf_fakeTokenThatMayReadAll';

const digests = new WeakMap<Buffer, string>();

function sha256(bytes: Buffer): string {
  const digest = digests.get(bytes) ?? createHash('sha256').update(bytes).digest('hex');
  digests.set(bytes, digest);
  return digest;
}

export const commitOf = ({ commit, files }: FakeRepo): string =>
  commit ??
  createHash('sha1')
    .update(
      Object.entries(files)
        .map(([path, bytes]) => `${path}:${sha256(bytes)}`)
        .join(),
    )
    .digest('hex');

const listen = (server: Server): Promise<string> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    ),
  );

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    ...(code !== '' && { 'x-error-code': code }),
    'x-error-message': message,
    'x-request-id': 'Root=1-fake',
  });
  response.end(JSON.stringify({ error: message }));
}

function rangeOf(header: string | undefined, size: number): { begin: number; end: number } | null {
  const [, begin, last] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? [];
  return begin === undefined
    ? null
    : { begin: Number(begin), end: Math.min(size, last ? Number(last) + 1 : size) };
}

export async function startFakeHub(): Promise<FakeHub> {
  const repos = new Map<string, FakeRepo>();
  const requests: FakeRequest[] = [];

  /** True: this request was answered with a fault. */
  function failed(response: ServerResponse): boolean {
    if ((hub.faults.failures ?? 0) <= 0) return false;
    hub.faults.failures!--;
    const { failureStatus = 503, retryAfterS } = hub.faults;
    if (retryAfterS !== undefined) response.setHeader('retry-after', String(retryAfterS));
    refuse(response, failureStatus, '', failureStatus === 429 ? 'rate limit' : 'Service Unavailable');
    return true;
  }

  /** Null: refused, as the real hub words it. */
  function permitted(
    name: string,
    request: IncomingMessage,
    response: ServerResponse,
    content: boolean,
  ): FakeRepo | null {
    const repo = repos.get(name);
    const { authorization } = request.headers;
    const mayAll = authorization === `Bearer ${FAKE_TOKEN}`;
    if (repo === undefined || (repo.access === 'private' && !mayAll)) {
      if (authorization === undefined) refuse(response, 401, 'RepoNotFound', 'Invalid username or password.');
      else refuse(response, 404, 'RepoNotFound', 'Repository not found');
      return null;
    }
    if (repo.access === 'gated' && content && !mayAll) {
      const message = `Access to model ${name} is restricted. You must have access to it and be authenticated.`;
      refuse(response, authorization === undefined ? 401 : 403, 'GatedRepo', message);
      return null;
    }
    return repo;
  }

  const json = (response: ServerResponse, body: unknown): void => {
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(body));
  };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url!, 'http://hub');
    const { range, authorization } = request.headers;
    requests.push({ server: 'hub', path: decodeURIComponent(pathname), range, authorization });
    if (failed(response)) return;
    const [, api, name, kind, revision, path] =
      /^\/(api\/models\/)?([^/]+\/[^/]+)\/(revision|tree|resolve)\/([^/]+)(?:\/(.+))?$/.exec(pathname) ?? [];
    if (name === undefined || (api === undefined) !== (kind === 'resolve'))
      return void refuse(response, 404, '', 'Not Found');
    const repo = permitted(name, request, response, kind === 'resolve');
    if (repo === null) return;
    const commit = commitOf(repo);
    if (!['main', 'HEAD', commit].includes(decodeURIComponent(revision!)))
      return void refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    if (kind === 'revision')
      return void json(response, {
        _id: '0',
        id: name,
        sha: commit,
        private: repo.access === 'private',
        gated: false,
        downloads: 0,
        likes: 0,
        lastModified: '2026-01-01T00:00:00.000Z',
      });
    if (kind === 'tree') {
      const entries = Object.entries(repo.files).map(([at, bytes]) => ({
        type: 'file',
        path: at,
        size: bytes.length,
        oid: sha256(bytes).slice(0, 40),
        ...(at.endsWith('.gguf') && {
          lfs: { oid: repo.listedDigests?.[at] ?? sha256(bytes), size: bytes.length, pointerSize: 134 },
        }),
      }));
      return void json(response, entries);
    }
    const file = decodeURIComponent(path ?? '');
    const bytes = repo.files[file];
    if (bytes === undefined) return void refuse(response, 404, 'EntryNotFound', 'Entry not found');
    response.writeHead(302, {
      location: `${contentUrl}/${name}/${commit}/${encodeURIComponent(file)}?X-Amz-Signature=abc`,
      'x-repo-commit': commit,
      'x-linked-size': String(bytes.length),
      'x-linked-etag': `"${repo.listedDigests?.[file] ?? sha256(bytes)}"`,
    });
    response.end();
  }

  async function send(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url!, 'http://content');
    const { range: asked, authorization } = request.headers;
    requests.push({ server: 'content', path: decodeURIComponent(pathname), range: asked, authorization });
    const [, name, , path] = /^\/([^/]+\/[^/]+)\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
    const bytes = repos.get(name ?? '')?.files[decodeURIComponent(path ?? '')];
    // As a storage server does with a signed address and a token of somebody else.
    if (authorization !== undefined) return void refuse(response, 400, '', 'Only one auth mechanism allowed');
    if (bytes === undefined) return void refuse(response, 404, '', 'NoSuchKey');
    // Another one than the hub's, as a storage server has.
    const etag = `"${sha256(bytes).slice(0, 32)}"`;
    const range = hub.faults.ignoresRanges ? null : rangeOf(asked, bytes.length);
    if (range !== null && range.begin >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    const { begin, end } = range ?? { begin: 0, end: bytes.length };
    response.writeHead(range === null ? 200 : 206, {
      'content-length': end - begin,
      'accept-ranges': 'bytes',
      etag,
      ...(range !== null && { 'content-range': `bytes ${begin}-${end - 1}/${bytes.length}` }),
    });
    const { cutAfterBytes = 0 } = hub.faults;
    const isLong = end - begin > cutAfterBytes && end - begin > 1;
    const isCut = isLong && (hub.faults.cuts ?? 0) > 0;
    if (isCut) hub.faults.cuts!--;
    const isStalled = isLong && !isCut && (hub.faults.stalls ?? 0) > 0;
    if (isStalled) hub.faults.stalls!--;
    const stop = isCut || isStalled ? begin + cutAfterBytes : end;
    for (let at = begin; at < stop && !response.destroyed; at += 65536) {
      const piece = bytes.subarray(at, Math.min(stop, at + 65536));
      hub.sentBytes += piece.length;
      response.write(piece);
      if (hub.faults.pauseMs !== undefined) await new Promise((done) => setTimeout(done, hub.faults.pauseMs));
    }
    if (isStalled) return;
    if (isCut) setImmediate(() => response.destroy());
    else response.end();
  }

  const hubServer = createServer(answer);
  const contentServer = createServer((request, response) => void send(request, response));
  const contentUrl = await listen(contentServer);
  const hub: FakeHub = {
    url: await listen(hubServer),
    repos,
    faults: {},
    requests,
    sentBytes: 0,
    close: async () => {
      await Promise.all([close(hubServer), close(contentServer)]);
    },
  };
  return hub;
}
