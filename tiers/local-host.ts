// Keeps one engine host process alive: spawns it, waits for its "ready", restarts it with backoff when it dies.
// The host ends by itself when this process does (its IPC channel closes).
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'undici';
import { builtFile } from '../contract/built-file.ts';
import type { CancelSignal } from '../contract/cancellation.ts';
import type { TargetState } from '../contract/tier.ts';
import { type EngineHost, HostConnection, type HostPhase, type LocalHostFacts } from './local-connection.ts';

export interface LocalHostOptions {
  modelFile: string;
  /** tiergate.lock, which may pin the model file; it need not exist. */
  lockFile?: string;
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
  /** Told every change, at once. */
  onPhase?: (phase: HostPhase) => void;
}

const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10_000;
/** A host that lived this long starts again with the first backoff. */
const HEALTHY_MS = 30_000;
const KILL_AFTER_MS = 3000;
/** A host that writes its prefixes at its end. */
const KILL_SAVING_AFTER_MS = 10_000;
/** sun_path holds 108 bytes on Linux, 104 on macOS. */
const MAX_SOCKET_PATH_BYTES = 100;
/** The host's exit code for a model file or arguments it cannot use. */
const EXIT_REFUSED = 2;

export class LocalHost implements EngineHost {
  readonly #options: LocalHostOptions;
  readonly #connection: HostConnection;
  #child: ChildProcess | null = null;
  #folder: Promise<string> | null = null;
  #starts = 0;
  #backoffMs = FIRST_BACKOFF_MS;
  #restart: NodeJS.Timeout | null = null;

  /** Starts the host at once. */
  constructor(options: LocalHostOptions) {
    this.#options = options;
    this.#connection = new HostConnection(options.startWaitMs);
    this.#start();
  }

  get facts(): LocalHostFacts | null {
    return this.#connection.facts;
  }

  /** Of a host that is starting, too. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  state(): TargetState {
    return this.#connection.state();
  }

  pool(signal: CancelSignal): Promise<Pool> {
    return this.#connection.pool(signal);
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
    const { modelFile, lockFile, context, threads, maxQueue, draftModel, kvType, kvSave, log } =
      this.#options;
    this.#folder ??= privateFolder(this.#options.socketFolder);
    // A new name each time: nothing can reach the socket of a dead host.
    const socket = join(await this.#folder, `engine-${++this.#starts}.sock`);
    if (this.#connection.phase.kind === 'closed') return;
    const flags: [string, number | string | undefined][] = [
      ['--lock', lockFile],
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
      if (message.type !== 'ready' || !message.facts || this.#connection.phase.kind === 'closed') return;
      this.#enter({ kind: 'ready', socket, pid: child.pid!, facts: message.facts });
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
    const before = this.#connection.phase;
    if (before.kind === 'closed' || before.kind === 'waiting') return;
    if (before.kind === 'ready' && Date.now() - startedAt >= HEALTHY_MS) this.#backoffMs = FIRST_BACKOFF_MS;
    const delayMs = refused ? MAX_BACKOFF_MS : this.#backoffMs;
    this.#backoffMs = Math.min(MAX_BACKOFF_MS, 2 * this.#backoffMs);
    this.#options.log?.(`engine host: ${reason}; next start in ${delayMs / 1000} s`);
    this.#enter({ kind: 'waiting', until: Date.now() + delayMs, reason, refused });
    this.#restart = setTimeout(() => this.#start(), delayMs);
    this.#restart.unref();
  }

  #enter(phase: HostPhase): void {
    this.#connection.enter(phase);
    this.#options.onPhase?.(phase);
  }
}

/** mkdtemp makes it for this user only (0700). A parent whose path is too long for a socket is passed over. */
async function privateFolder(parent: string = tmpdir()): Promise<string> {
  const fits =
    Buffer.byteLength(join(parent, 'tiergate-XXXXXX', 'engine-00000.sock')) < MAX_SOCKET_PATH_BYTES;
  return mkdtemp(join(fits ? parent : '/tmp', 'tiergate-'));
}
