// The way to one engine host as requests see it: what the host's supervisor last said of it, and connections to its
// socket. The supervisor may be in this process (local-host.ts) or in the one that started this process.
import { Pool } from 'undici';
import type { CancelSignal } from '../contract/cancellation.ts';
import { GatewayError } from '../contract/errors.ts';
import type { TargetState } from '../contract/tier.ts';

/** What the host says of itself when it is ready (`HostFacts` of engine/serve.ts). */
export interface LocalHostFacts {
  id: string;
  context_tokens: number;
  isa: string;
  [key: string]: unknown;
}

/** Plain data: it goes from process to process as JSON. */
export type HostPhase =
  | { kind: 'starting' }
  | { kind: 'ready'; socket: string; pid: number; facts: LocalHostFacts }
  /** `until`: when it is started again, Unix milliseconds. `refused`: it cannot use its model file or arguments. */
  | { kind: 'waiting'; until: number; reason: string; refused: boolean }
  | { kind: 'closed' };

/** What a Level 1 runner needs of the host behind it. */
export interface EngineHost {
  /** Null until the host was ready once and while it is not. */
  readonly facts: LocalHostFacts | null;
  /** Process id of the running host, null when none is known. */
  readonly pid: number | null;
  state(): TargetState;
  /**
   * Connections to a ready host; waits for one that is starting or about to be restarted.
   * @throws {GatewayError} NO_LOCAL_MODEL with the host's own words when it refuses the model file, ENGINE_CRASHED
   * when it is not ready in time; the signal's reason when aborted
   */
  pool(signal: CancelSignal): Promise<Pool>;
  close(): Promise<void>;
}

const DEFAULT_START_WAIT_MS = 15_000;

/** A host that another part of the program keeps alive and reports on by `enter`. */
export class HostConnection implements EngineHost {
  readonly #startWaitMs: number;
  #phase: HostPhase = { kind: 'starting' };
  #pool: Pool | null = null;
  /** Why the host last ended, until it is ready again. */
  #lastEnd: string | null = null;
  readonly #watchers = new Set<() => void>();

  /** @param startWaitMs how long a request waits for a host that is starting */
  constructor(startWaitMs: number = DEFAULT_START_WAIT_MS) {
    this.#startWaitMs = startWaitMs;
  }

  get phase(): HostPhase {
    return this.#phase;
  }

  get facts(): LocalHostFacts | null {
    return this.#phase.kind === 'ready' ? this.#phase.facts : null;
  }

  get pid(): number | null {
    return this.#phase.kind === 'ready' ? this.#phase.pid : null;
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

  async pool(signal: CancelSignal): Promise<Pool> {
    const deadline = Date.now() + this.#startWaitMs;
    while (true) {
      const phase = this.#phase;
      if (phase.kind === 'ready') return this.#poolTo(phase.socket);
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
        const why = this.#lastEnd === null ? '' : `, after it ended with: ${this.#lastEnd}`;
        throw new GatewayError(
          'ENGINE_CRASHED',
          `the local engine is still starting${why}; try again shortly`,
          { retryAfterS: 1 },
        );
      }
      await this.#changed(deadline - Date.now(), signal);
    }
  }

  /** What the host is from now on. Requests that a host now gone had not answered fail at once. */
  enter(phase: HostPhase): void {
    const crashed = new GatewayError(
      'ENGINE_CRASHED',
      'the local engine ended during the request; try again',
    );
    this.#pool?.destroy(crashed).catch(() => {});
    this.#pool = null;
    this.#phase = phase;
    if (phase.kind === 'ready') this.#lastEnd = null;
    else if (phase.kind === 'waiting') this.#lastEnd = phase.reason;
    for (const notify of this.#watchers) notify();
    this.#watchers.clear();
  }

  async close(): Promise<void> {
    this.enter({ kind: 'closed' });
  }

  #poolTo(socketPath: string): Pool {
    this.#pool ??= new Pool('http://engine', {
      connect: { socketPath },
      connections: null,
      // The request's deadline is its signal; a long prompt may be silent for minutes.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return this.#pool;
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
