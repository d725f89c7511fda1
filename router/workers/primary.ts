// The gateway as several processes on one port. This one has the config checked, the ledger's file made, keeps the
// engine hosts and the workers alive, and answers no request itself.
import type { Logger } from 'pino';
import { openLedger } from '../../store/ledger.ts';
import type { EngineHost, HostPhase } from '../../tiers/local-connection.ts';
import { LocalHost } from '../../tiers/local-host.ts';
import type { LoadedConfig } from '../config/config.ts';
import { configuredHosts } from '../gateway.ts';
import type { Address } from '../http-server.ts';
import { WorkerPool } from './pool.ts';

export interface PrimaryOptions {
  loaded: LoadedConfig;
  address: Address;
  /** 2 … */
  count: number;
  log: Logger;
}

export interface RunningWorkers {
  port: number;
  hosts: ReadonlyMap<string, EngineHost>;
  /** Workers first, so that open requests can still be answered at Level 1. */
  drain(graceMs: number): Promise<void>;
}

/** @throws {GatewayError} when the ledger cannot be opened or the address cannot be listened on: one error for all workers */
export async function startWorkers({ loaded, address, count, log }: PrimaryOptions): Promise<RunningWorkers> {
  // Made and migrated once, before several writers open it.
  await (await openLedger({ path: loaded.config.ledger.path })).close();
  const phases: Record<string, HostPhase> = {};
  const pool = new WorkerPool({
    snapshot: loaded.snapshot,
    address,
    count,
    startedAtS: Math.floor(Date.now() / 1000),
    phases: () => phases,
    log,
  });
  const hosts = new Map<string, LocalHost>();
  for (const [target, options] of configuredHosts(loaded, log)) {
    const onPhase = (phase: HostPhase): void => {
      phases[target] = phase;
      pool.tell(target, phase);
    };
    hosts.set(target, new LocalHost({ ...options, onPhase }));
  }
  const closeHosts = async (): Promise<void> => {
    await Promise.all([...hosts.values()].map((host) => host.close()));
  };
  try {
    await pool.start();
  } catch (error) {
    await closeHosts();
    throw error;
  }
  return {
    port: pool.port,
    hosts,
    async drain(graceMs) {
      await pool.drain(graceMs);
      await closeHosts();
    },
  };
}
