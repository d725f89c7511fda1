// How many worker processes a gateway runs as.
import { totalmem } from 'node:os';
import { GatewayError } from '../../contract/errors.ts';
import type { LoadedConfig } from '../config/config.ts';
import { usableCores } from './usable-cores.ts';

/** What `auto` looks at. */
export interface Machine {
  cores: number;
  /** Of the machine, or what a container may use. */
  memoryBytes: number;
}

/** More than this `auto` never takes; who needs more says a number. */
const MOST = 4;
/** Beside the workers the machine has other work to do. */
const MEMORY_PER_WORKER_BYTES = 1024 ** 3;
/** With fewer calls at once, a worker would let requests wait while another has room. */
const FEWEST_CALLS_PER_WORKER = 8;

function thisMachine(): Machine {
  const limit = process.constrainedMemory();
  return {
    cores: usableCores(),
    memoryBytes: limit > 0 ? Math.min(limit, totalmem()) : totalmem(),
  };
}

/**
 * `auto`: a worker per usable core, at most 4; fewer where memory is short or a target allows few calls at once; one
 * where nothing but Level 1 is configured, since the engine then sets the pace.
 * @throws {GatewayError} CONFIG_INVALID when a target allows fewer calls at once than there are workers
 */
export function workerCount(
  asked: number | 'auto',
  { targets }: Pick<LoadedConfig, 'targets'>,
  machine: Machine = thisMachine(),
): number {
  const remote = targets.filter(({ local }) => !local);
  const limits = remote.map(({ target, settings }) => ({ id: target.id, calls: settings!.max_concurrency }));
  if (asked === 'auto') {
    if (remote.length === 0) return 1;
    const byCalls = Math.min(...limits.map(({ calls }) => Math.floor(calls / FEWEST_CALLS_PER_WORKER)));
    const byMemory = Math.floor(machine.memoryBytes / MEMORY_PER_WORKER_BYTES);
    return Math.max(1, Math.min(MOST, machine.cores, byCalls, byMemory));
  }
  const short = limits.find(({ calls }) => calls < asked);
  if (short !== undefined)
    throw new GatewayError(
      'CONFIG_INVALID',
      `${asked} workers cannot share the ${short.calls} calls at once that ${short.id} allows (max_concurrency); ` +
        `give at most ${short.calls} workers (--workers or server.workers), or raise it`,
    );
  return asked;
}
