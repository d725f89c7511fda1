// The gateway's worker processes as the primary sees them: starts them, starts a dead one again, drains them.
import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { builtFile } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import type { HostPhase } from '../../tiers/local-connection.ts';
import type { FromGatewayWorker, ToGatewayWorker, WorkerStart } from './messages.ts';

const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10_000;
/** A worker that lived this long starts again with the first backoff. */
const HEALTHY_MS = 30_000;
/** What a worker may take for its ledger and its connections once the grace time is over. */
const END_WITHIN_MS = 12_000;

export interface PoolOptions extends Omit<WorkerStart, 'share' | 'phases'> {
  count: number;
  /** What the engine hosts are when a worker starts, by target id. */
  phases(): Record<string, HostPhase>;
  log: Logger;
}

/** One worker's place: its number stays, the processes in it come and go. */
interface Place {
  number: number;
  process: Worker | null;
  backoffMs: number;
  restart: NodeJS.Timeout | undefined;
}

export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #places: Place[];
  /**
   * What the living workers asked for. node:cluster gives those one socket that ask for the same, so that 0 has to stay
   * 0 while one of them lives.
   */
  #askedPort: number;
  #port: number;
  #isEnding = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#askedPort = options.address.port;
    this.#port = options.address.port;
    this.#places = Array.from({ length: options.count }, (_, index) => ({
      number: index + 1,
      process: null,
      backoffMs: FIRST_BACKOFF_MS,
      restart: undefined,
    }));
  }

  /**
   * Resolves when every worker listens.
   * @throws {GatewayError} what the first worker that cannot start says; the others are ended
   */
  async start(): Promise<void> {
    // They take over this process's flags for Node.js.
    cluster.setupPrimary({ exec: builtFile('router/workers/worker'), args: [] });
    try {
      await Promise.all(this.#places.map((place) => this.#fork(place)));
    } catch (error) {
      await this.#end('SIGKILL', 0);
      throw error;
    }
  }

  /** The port that all of them listen on. */
  get port(): number {
    return this.#port;
  }

  /** Passes on what became of an engine host. */
  tell(target: string, phase: HostPhase): void {
    for (const { process } of this.#places) process?.send(toWorker({ kind: 'host', target, phase }));
  }

  /** Open requests may end within the grace time (milliseconds). */
  drain(graceMs: number): Promise<void> {
    return this.#end('drain', graceMs + END_WITHIN_MS);
  }

  /** Starts a process in this place; resolves when it listens, rejects when it ends before. */
  #fork(place: Place): Promise<void> {
    const { snapshot, address, count, startedAtS, phases, log } = this.#options;
    if (this.#places.every(({ process }) => process === null)) this.#askedPort = this.#port;
    const worker = cluster.fork();
    const startedAt = Date.now();
    place.process = worker;
    return new Promise((resolve, reject) => {
      let listens = false;
      let failure: GatewayError | undefined;
      worker.on('error', (error) =>
        log.warn({ worker: place.number }, `its channel failed: ${error.message}`),
      );
      worker.on('message', (message: FromGatewayWorker) => {
        if (message.kind === 'failed') failure = new GatewayError(message.code, message.message);
        if (message.kind === 'hello') {
          const share = { number: place.number, of: count };
          const start = { snapshot, address: { ...address, port: this.#askedPort }, share, startedAtS };
          worker.send(toWorker({ kind: 'start', ...start, phases: phases() }));
        }
        if (message.kind !== 'listening') return;
        listens = true;
        this.#port = message.port;
        resolve();
      });
      worker.once('exit', (code, signal) => {
        place.process = null;
        const how = signal ? `killed by ${signal}` : `exit code ${code}`;
        if (!listens) {
          const why = `gateway worker ${place.number} ended before it could listen (${how})`;
          return reject(failure ?? new GatewayError('INTERNAL', why));
        }
        if (Date.now() - startedAt >= HEALTHY_MS) place.backoffMs = FIRST_BACKOFF_MS;
        this.#restartLater(place, how);
      });
    });
  }

  #restartLater(place: Place, why: string): void {
    if (this.#isEnding) return;
    const delayMs = place.backoffMs;
    place.backoffMs = Math.min(MAX_BACKOFF_MS, 2 * delayMs);
    this.#options.log.error({ worker: place.number }, `ended: ${why}; next start in ${delayMs / 1000} s`);
    place.restart = setTimeout(() => {
      this.#fork(place).then(
        () => this.#options.log.info({ worker: place.number }, 'serves again'),
        (error: GatewayError) => this.#restartLater(place, error.message),
      );
    }, delayMs);
  }

  /** Tells all workers to end; kills those that have not ended in time. */
  async #end(how: 'drain' | 'SIGKILL', withinMs: number): Promise<void> {
    this.#isEnding = true;
    for (const { restart } of this.#places) clearTimeout(restart);
    const running = this.#places.flatMap(({ process }) => (process === null ? [] : [process]));
    const gone = Promise.all(
      running.map((worker) => new Promise<void>((resolve) => worker.once('exit', () => resolve()))),
    );
    for (const worker of running)
      if (how === 'drain' && worker.isConnected()) worker.send(toWorker({ kind: 'drain' }));
      else worker.process.kill('SIGKILL');
    if (how === 'drain') await Promise.race([gone, sleep(withinMs, undefined, { ref: false })]);
    for (const worker of running) if (!worker.isDead()) worker.process.kill('SIGKILL');
    await gone;
  }
}

const toWorker = (message: ToGatewayWorker): ToGatewayWorker => message;
