// Keeps one engine host process alive: spawns it, waits for its "ready", restarts it with backoff when it dies.
// The host ends by itself when this process does (its IPC channel closes).
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { builtFile } from '../contract/built-file.ts';
import type { CancelSignal } from '../contract/cancellation.ts';
import { GatewayError } from '../contract/errors.ts';
import type { TargetState } from '../contract/tier.ts';

export interface LocalHostOptions {
  modelFile: string;
  /** Longest prompt and answer together, in tokens. */
  context?: number;
  threads?: number;
  /** How K and V are kept: `f16` or `q8_0`. */
  kvType?: string;
  /** Smaller GGUF file that guesses tokens ahead. */
  draftModel?: string;
  /** File or folder that keeps the host's prefix cache for its next start. */
  kvSave?: string;
  /** Most requests that wait in the host. */
  maxQueue?: number;
  /** Where the private folder of the socket is made; the system's temporary folder when left out. */
  socketFolder?: string;
  /** How long a request waits for a host that is starting. */
  startWaitMs?: number;
  log?: (line: string) => void;
}

/** What the host says of itself when it is ready (`HostFacts` of engine/serve.ts). */
export interface LocalHostFacts {
  id: string;
  context_tokens: number;
  isa: string;
  [key: string]: unknown;
}

const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10_000;
/** A host that lived this long starts again with the first backoff. */
const HEALTHY_MS = 30_000;
const DEFAULT_START_WAIT_MS = 15_000;
const KILL_AFTER_MS = 3000;
/** A host that writes its prefixes at its end. */
const KILL_SAVING_AFTER_MS = 10_000;
/** sun_path holds 108 bytes on Linux, 104 on macOS. */
const MAX_SOCKET_PATH_BYTES = 100;
/** The host's exit code for a model file or arguments it cannot use. */
const EXIT_REFUSED = 2;

type Phase =
  | { kind: 'starting' }
  | { kind: 'ready'; pool: Pool; facts: LocalHostFacts }
  | { kind: 'waiting'; until: number; reason: string; refused: boolean }
  | { kind: 'closed' };

export class LocalHost {
  readonly #options: LocalHostOptions;
  #phase: Phase = { kind: 'starting' };
  #child: ChildProcess | null = null;
  #folder: Promise<string> | null = null;
  #starts = 0;
  #backoffMs = FIRST_BACKOFF_MS;
  #restart: NodeJS.Timeout | null = null;
  readonly #watchers = new Set<() => void>();

  /** Starts the host at once. */
  constructor(options: LocalHostOptions) {
    this.#options = options;
    this.#start();
  }

  /** Null until the host was ready once and while it is not. */
  get facts(): LocalHostFacts | null {
    return this.#phase.kind === 'ready' ? this.#phase.facts : null;
  }

  /** Process id of the running host, null when none runs. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  state(): TargetState {
    const phase = this.#phase;
    if (phase.kind === 'ready') return { available: true };
    if (phase.kind === 'starting') return { available: true, reason: 'starting' };
    if (phase.kind === 'closed') return { available: false, reason: 'closed' };
    const seconds = Math.max(0, (phase.until - Date.now()) / 1000).toFixed(1);
    return phase.refused
      ? { available: false, reason: `failed: ${phase.reason}` }
      : { available: false, reason: `restarting in ${seconds} s: ${phase.reason}` };
  }

  /**
   * Connections to a ready host; waits for one that is starting or about to be restarted.
   * @throws {GatewayError} NO_LOCAL_MODEL with the host's own words when it refuses the model file, ENGINE_CRASHED
   * when it is not ready in time; the signal's reason when aborted
   */
  async pool(signal: CancelSignal): Promise<Pool> {
    const deadline = Date.now() + (this.#options.startWaitMs ?? DEFAULT_START_WAIT_MS);
    while (true) {
      const phase = this.#phase;
      if (phase.kind === 'ready') return phase.pool;
      if (phase.kind === 'closed') throw new GatewayError('ENGINE_CRASHED', 'the local engine was shut down');
      if (phase.kind === 'waiting' && phase.refused) {
        throw new GatewayError('NO_LOCAL_MODEL', `the local model cannot be used: ${phase.reason}`);
      }
      if (phase.kind === 'waiting' && phase.until > deadline) {
        throw new GatewayError('ENGINE_CRASHED', `the local engine is down, ${this.state().reason}`, {
          retryAfterS: Math.ceil((phase.until - Date.now()) / 1000),
        });
      }
      if (Date.now() >= deadline) {
        throw new GatewayError('ENGINE_CRASHED', 'the local engine is still starting; try again shortly', {
          retryAfterS: 1,
        });
      }
      await this.#changed(deadline - Date.now(), signal);
    }
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#enter({ kind: 'closed' });
    if (this.#restart) clearTimeout(this.#restart);
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const patience = this.#options.kvSave === undefined ? KILL_AFTER_MS : KILL_SAVING_AFTER_MS;
      const kill = setTimeout(() => child.kill('SIGKILL'), patience);
      await gone;
      clearTimeout(kill);
    }
    if (this.#folder) await rm(await this.#folder, { recursive: true, force: true });
  }

  #start(): void {
    this.#enter({ kind: 'starting' });
    this.#spawn().catch((error: unknown) => this.#died(this.#child, String(error), false, Date.now()));
  }

  async #spawn(): Promise<void> {
    const { modelFile, context, threads, maxQueue, draftModel, kvType, kvSave, log } = this.#options;
    this.#folder ??= privateFolder(this.#options.socketFolder);
    // A new name each time: nothing can reach the socket of a dead host.
    const socket = join(await this.#folder, `engine-${++this.#starts}.sock`);
    if (this.#phase.kind === 'closed') return;
    const flags: [string, number | string | undefined][] = [
      ['--context', context],
      ['--threads', threads],
      ['--max-queue', maxQueue],
      ['--draft-model', draftModel],
      ['--kv-type', kvType],
      ['--kv-save', kvSave],
    ];
    const child = spawn(
      process.execPath,
      [
        builtFile('engine/main'),
        ...['--model', modelFile, '--socket', socket],
        ...flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)])),
      ],
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
    );
    this.#child = child;
    const startedAt = Date.now();
    let lastLine = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
        lastLine = line.trim();
        log?.(lastLine);
      }
    });
    child.on('message', (message: { type?: string; facts?: LocalHostFacts }) => {
      if (message.type !== 'ready' || !message.facts || this.#phase.kind === 'closed') return;
      const pool = new Pool('http://engine', {
        connect: { socketPath: socket },
        connections: null,
        // The request's deadline is its signal; a long prompt may be silent for minutes.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      this.#enter({ kind: 'ready', pool, facts: message.facts });
    });
    child.once('error', (error) => this.#died(child, error.message, false, startedAt));
    // 'close', not 'exit': its last words on stderr are then read.
    child.once('close', (code, signal) => {
      const how = signal ? `killed by ${signal}` : `exit code ${code}`;
      const refused = code === EXIT_REFUSED;
      this.#died(
        child,
        lastLine && (refused || !signal) ? lastLine : `the engine host ended (${how})`,
        refused,
        startedAt,
      );
    });
  }

  #died(child: ChildProcess | null, reason: string, refused: boolean, startedAt: number): void {
    if (child !== this.#child) return;
    this.#child = null;
    const before = this.#phase;
    if (before.kind === 'closed' || before.kind === 'waiting') return;
    if (before.kind === 'ready' && Date.now() - startedAt >= HEALTHY_MS) this.#backoffMs = FIRST_BACKOFF_MS;
    const delayMs = refused ? MAX_BACKOFF_MS : this.#backoffMs;
    this.#backoffMs = Math.min(MAX_BACKOFF_MS, 2 * this.#backoffMs);
    this.#options.log?.(`engine host: ${reason}; next start in ${delayMs / 1000} s`);
    this.#enter({ kind: 'waiting', until: Date.now() + delayMs, reason, refused });
    this.#restart = setTimeout(() => this.#start(), delayMs);
    this.#restart.unref();
  }

  #enter(phase: Phase): void {
    const before = this.#phase;
    if (before.kind === 'ready') {
      const crashed = new GatewayError(
        'ENGINE_CRASHED',
        'the local engine ended during the request; try again',
      );
      before.pool.destroy(crashed).catch(() => {});
    }
    this.#phase = phase;
    for (const notify of this.#watchers) notify();
    this.#watchers.clear();
  }

  /** Resolves at the next change of phase or after `ms`; rejects when aborted. */
  #changed(ms: number, signal: CancelSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.#watchers.delete(settle);
        resolve();
      };
      const abort = () => {
        settle();
        reject(signal.reason);
      };
      const timer = setTimeout(settle, ms);
      this.#watchers.add(settle);
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
    });
  }
}

/** mkdtemp makes it for this user only (0700). A parent whose path is too long for a socket is passed over. */
async function privateFolder(parent: string = tmpdir()): Promise<string> {
  const fits =
    Buffer.byteLength(join(parent, 'tiergate-XXXXXX', 'engine-00000.sock')) < MAX_SOCKET_PATH_BYTES;
  return mkdtemp(join(fits ? parent : '/tmp', 'tiergate-'));
}
