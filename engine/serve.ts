// Opens a model, makes its engine and serves it on a Unix socket or a TCP port.
import { chmod, unlink } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { GatewayError } from '../contract/errors.ts';
import { DraftModel } from './drafters/draft-model.ts';
import { sharedVocabulary } from './drafters/same-vocabulary.ts';
import { type PoolingName, poolingOf } from './embed.ts';
import { createHost } from './host.ts';
import { hostPlan, MAX_ACTIVE } from './host-size.ts';
import { checkFits, type KvType, type MemoryPlan } from './memory-plan.ts';
import { checkIsFile, Model } from './model.ts';
import { LEAST_PACKED_BYTES, packedPlace, sampledKey } from './packed-cache.ts';
import { PackedKeeper } from './packed-keeper.ts';
import { SavedPrefixes } from './saved-prefixes.ts';
import { Scheduler } from './scheduler.ts';
import { checkPinned } from './store/pinned.ts';

export type Listen = { socket: string } | { port: number; host?: string };

export interface ServeOptions {
  modelFile: string;
  /** tiergate.lock, which may pin the model files; it need not exist. */
  lockFile?: string;
  listen: Listen;
  /** Longest prompt and answer together, in tokens; default: what the model was trained for, at most 8192. */
  context?: number;
  /** 0 or left out: the physical cores this process may use. */
  threads?: number;
  /** Most requests that wait. */
  maxQueue?: number;
  /** Guess tokens from the text so far where that is faster; default true. Answers are the same. */
  speculation?: boolean;
  /** A smaller model with the same vocabulary that guesses tokens ahead. Answers are the same. */
  draftModel?: string;
  /** File or folder for the prefix cache of the next start; left out: it is not written. */
  kvSave?: string;
  /** How K and V are kept; default f16. */
  kvType?: KvType;
  /** Of the embeddings; default: the file's, else `last`. */
  pooling?: PoolingName;
  /** False: packed weights are neither read from disk nor written to it. */
  packedCache?: boolean;
  /** Packed weights that take fewer bytes are not kept on disk; default 128 MiB. */
  leastPackedBytes?: number;
  log?: (line: string) => void;
}

export interface RunningHost {
  /** `http://127.0.0.1:8081` or the socket's path. */
  address: string;
  facts: HostFacts;
  close(): Promise<void>;
}

export interface HostFacts {
  id: string;
  architecture: string;
  name: string;
  file_type: string;
  params: number;
  weight_bytes: number;
  context_tokens: number;
  kv_tokens: number;
  kv_bytes: number;
  kv_type: KvType;
  planned_bytes: number;
  isa: string;
  chat_template: string;
  fingerprint: string;
  [key: string]: unknown;
}

/** How long close() waits for connections before it cuts them. */
const DRAIN_MS = 1000;

/**
 * Starts a host; it listens when the promise resolves.
 * @throws {GatewayError} MODEL_FILE_INVALID, MODEL_FORMAT_UNSUPPORTED, INVALID_REQUEST (socket or port in use)
 */
export async function startHost(options: ServeOptions): Promise<RunningHost> {
  await checkIsFile(options.modelFile);
  const { draftModel } = options;
  if (draftModel !== undefined) {
    if (options.speculation === false)
      throw new GatewayError(
        'INVALID_REQUEST',
        'a draft model guesses tokens ahead, which --no-speculation forbids; give one of the two',
      );
    await checkIsFile(draftModel);
  }
  if (options.lockFile !== undefined) {
    for (const file of [options.modelFile, ...(draftModel === undefined ? [] : [draftModel])])
      await checkPinned(file, options.lockFile, { log: options.log });
  }
  const { context, kvType } = options;
  const plan = hostPlan(options.modelFile, { context, kvType, draftModel });
  checkFits(plan);
  const { contextTokens, kvTokens, trainedTokens } = plan;
  const sampled = await sampledKey(options.modelFile);
  const isKept =
    options.packedCache !== false && plan.weights >= (options.leastPackedBytes ?? LEAST_PACKED_BYTES);
  const place = isKept ? await packedPlace(options.modelFile, plan.isa, sampled) : undefined;
  const model = await Model.open(options.modelFile, plan.isa, place);
  if (contextTokens > trainedTokens) {
    options.log?.(
      `context ${contextTokens}: the model was trained for ${trainedTokens} tokens; answers beyond may be poor`,
    );
  }
  const draft =
    plan.draft &&
    (await openDraft(model, draftModel!, plan.draft, options.threads).catch((error: unknown) => {
      model.close();
      throw error;
    }));
  const engine = model.createEngine({
    threads: options.threads ?? 0,
    contextTokens,
    kvTokens,
    batchTokens: plan.batchTokens,
    kvType: plan.kvType,
  });
  const saved =
    options.kvSave === undefined
      ? undefined
      : new SavedPrefixes({
          engine,
          place: options.kvSave,
          id: model.id,
          isa: model.isa,
          kvType: plan.kvType,
          key: sampled.key,
          ...(options.log ? { log: options.log } : {}),
        });
  const scheduler = new Scheduler(engine, {
    kvTokens,
    maxQueue: options.maxQueue ?? 64,
    maxActive: MAX_ACTIVE,
    readsWhole: !model.info.isCausal,
    speculation: options.speculation ?? true,
    ...(draft ? { draftModel: draft.draftModel } : {}),
  });
  const kept = plan.kvType === 'f16' ? '' : `-kv-${plan.kvType}`;
  const fingerprint = `tiergate-${model.isa}${kept}-${sampled.digest.slice(0, 12)}`;
  const { info } = model;
  const pooling = poolingOf(model, options.pooling);
  const facts: HostFacts = {
    id: model.id,
    architecture: info.architecture,
    name: info.name,
    file_type: info.fileType,
    params: info.nParams,
    weight_bytes: info.weightBytes,
    context_tokens: contextTokens,
    kv_tokens: kvTokens,
    kv_bytes: engine.kvBytes,
    kv_type: plan.kvType,
    planned_bytes: plan.total,
    isa: model.isa,
    chat_template: model.chatTemplate.kind,
    pooling,
    ...(draft ? { draft_model: draft.model.id } : {}),
    can_infill: info.fimMiddleToken >= 0,
    fingerprint,
  };
  const log = options.log ? { log: options.log } : {};
  const keeper =
    place &&
    new PackedKeeper({ model, scheduler, modelFile: options.modelFile, place, bytes: plan.weights, ...log });
  const app = createHost({
    model,
    scheduler,
    pooling,
    fingerprint,
    facts,
    ...log,
    onAnswered: () => keeper?.answered(),
    ...(saved ? { savePrefixes: () => saved.write() } : {}),
  });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  // Keep-alive connections of the gateway stay open between requests.
  server.keepAliveTimeout = 60_000;
  const address = await listen(server, options.listen);
  return {
    address,
    facts,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      keeper?.close();
      await scheduler.close(() => saved?.writeLast() ?? Promise.resolve());
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
      await closed;
      model.close();
      draft?.model.close();
    },
  };
}

/** @throws {GatewayError} as Model.open; INVALID_REQUEST when it knows other tokens */
async function openDraft(
  target: Model,
  file: string,
  plan: MemoryPlan,
  threads = 0,
): Promise<{ model: Model; draftModel: DraftModel }> {
  const model = await Model.open(file, plan.isa);
  try {
    const nVocab = sharedVocabulary(target, model);
    const { contextTokens, kvTokens, batchTokens, kvType } = plan;
    const engine = model.createEngine({ threads, contextTokens, kvTokens, batchTokens, kvType });
    return { model, draftModel: new DraftModel({ engine, nVocab }) };
  } catch (error) {
    model.close();
    throw error;
  }
}

async function listen(server: Server, where: Listen): Promise<string> {
  if ('socket' in where) await removeStaleSocket(where.socket);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const place = 'socket' in where ? where.socket : `port ${where.port}`;
      reject(
        new GatewayError('INVALID_REQUEST', `cannot listen on ${place} (${error.code}); choose another`),
      );
    });
    if ('socket' in where) server.listen(where.socket, resolve);
    else server.listen(where.port, where.host ?? '127.0.0.1', resolve);
  });
  if ('socket' in where) {
    await chmod(where.socket, 0o600);
    return where.socket;
  }
  const bound = server.address() as { port: number; address: string };
  const host = bound.address.includes(':') ? `[${bound.address}]` : bound.address;
  return `http://${host}:${bound.port}`;
}

/** A socket file nobody answers on is left over from a killed host. */
async function removeStaleSocket(path: string): Promise<void> {
  const answers = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });
  if (!answers) await unlink(path).catch(() => {});
}
