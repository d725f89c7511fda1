// One file over several connections at once, each fetching a part of it; cut connections go on where they stopped.
import { GatewayError } from '../contract/errors.ts';
import { fileSha256, rememberSha256 } from '../engine/file-digest.ts';
import type { Door } from './door.ts';
import { type Chunk, PartFile } from './part-file.ts';

export interface DownloadFile {
  url: string;
  /** Final place. */
  target: string;
  bytes: number;
  sha256: string;
}

export interface DownloadOptions {
  connections: number;
  /** Largest part of one request; default 64 MiB. */
  chunkBytes?: number | undefined;
  onPhase: (phase: 'fetching' | 'checking', startBytes: number) => void;
  /** Bytes more. */
  onBytes: (bytes: number) => void;
  log: (line: string) => void;
}

const changed = (door: Door, file: DownloadFile, found: string): GatewayError =>
  new GatewayError(
    'PROVIDER_REJECTED',
    `${door.asked.name}: the server gives ${found} of a file that the hub lists with ${file.bytes} bytes; pull again, or set HF_ENDPOINT to another mirror`,
  );

/** Writes what one connection gives; resolves when the chunk is whole. */
async function fetchChunk(
  door: Door,
  file: DownloadFile,
  part: PartFile,
  chunk: Chunk,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new DOMException('stalled', 'TimeoutError')), door.stallMs);
  try {
    const signal = AbortSignal.any([door.signal, stalled.signal]);
    const range = { begin: chunk.begin + chunk.received, end: chunk.end };
    const response = await door.open(file.url, range, signal);
    const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
    if (response.status !== 206 || Number(total) !== file.bytes) {
      await response.body?.cancel();
      throw changed(door, file, total === undefined ? 'no ranges' : `${total} bytes`);
    }
    for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
      timer.refresh();
      if (bytes.length > chunk.end - chunk.begin - chunk.received) throw changed(door, file, 'more bytes');
      await part.write(chunk, bytes);
      onBytes(bytes.length);
    }
    if (chunk.received < chunk.end - chunk.begin) throw new Error('the connection ended early');
  } finally {
    clearTimeout(timer);
  }
}

/** ENOSPC and the like: trying again does not help. */
const isFromDisk = (error: unknown): boolean => {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code !== undefined && (syscall === 'write' || syscall === 'open' || syscall === 'rename');
};

async function fetchAll(
  door: Door,
  file: DownloadFile,
  part: PartFile,
  { connections, onBytes }: DownloadOptions,
): Promise<void> {
  const waiting = part.chunks.filter(({ begin, end, received }) => received < end - begin);
  const failures: unknown[] = [];
  const fetchWhole = async (chunk: Chunk): Promise<void> => {
    for (let tries = 1; chunk.received < chunk.end - chunk.begin; tries++) {
      const before = chunk.received;
      try {
        await fetchChunk(door, file, part, chunk, onBytes);
      } catch (error) {
        if (isFromDisk(error)) throw error;
        if (chunk.received > before) tries = 1;
        await door.pause(error, tries);
      }
    }
  };
  const work = async (): Promise<void> => {
    for (let chunk = waiting.shift(); chunk !== undefined && failures.length === 0; chunk = waiting.shift())
      await fetchWhole(chunk).catch((error: unknown) => failures.push(error));
  };
  await Promise.all(Array.from({ length: connections }, work));
  if (failures.length > 0) throw failures[0];
}

/**
 * Fetches a file, compares its SHA-256 and moves it to its place. A pull that was stopped goes on where it was.
 * @throws {GatewayError} MODEL_FILE_INVALID with both digests, DISK_TOO_SMALL, and as door.ts
 */
export async function download(door: Door, file: DownloadFile, options: DownloadOptions): Promise<void> {
  const { target, bytes, sha256 } = file;
  const part = await PartFile.open(target, { bytes, sha256 }, options.chunkBytes);
  if (part.found === 'other')
    options.log(
      'an earlier part of this file is of another content: it has changed on the hub, starting over',
    );
  options.onPhase('fetching', part.received);
  try {
    await fetchAll(door, file, part, options);
  } catch (error) {
    await part.note();
    await part.close();
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new GatewayError('DISK_TOO_SMALL', `the disk is full; free some space and pull again: ${target}`);
    throw error;
  }
  await part.note();
  options.onPhase('checking', 0);
  const found = await fileSha256(part.path, {
    fresh: true,
    signal: door.signal,
    onBytes: options.onBytes,
  }).catch(async (error: unknown) => {
    await part.close();
    throw door.signal.aborted ? new GatewayError('CLIENT_CLOSED', `${door.asked.name}: stopped`) : error;
  });
  if (found !== sha256) {
    await part.discard();
    throw new GatewayError(
      'MODEL_FILE_INVALID',
      `${door.asked.name}: what was fetched is not what the hub lists: its SHA-256 is ${found}, listed is ${sha256}. ` +
        'It was thrown away; pull again, and if that fails too, distrust the server or mirror',
    );
  }
  await part.finish(target);
  await rememberSha256(target, found);
}
