// Entry of one gateway worker: the whole pipeline with a ledger writer of its own, on the primary's port. The primary
// has checked the config and keeps the engine hosts; it says what they are. Without the primary a worker ends at once
// (node:cluster ends it when their channel closes).
import { GatewayError } from '../../contract/errors.ts';
import { openLedger } from '../../store/ledger.ts';
import { HostConnection } from '../../tiers/local-connection.ts';
import { loadConfig } from '../config/config.ts';
import { createGateway } from '../gateway.ts';
import { startHttpServer } from '../http-server.ts';
import { createLog } from '../log.ts';
import type { FromGatewayWorker, ToGatewayWorker, WorkerStart } from './messages.ts';

const tell = (message: FromGatewayWorker): Promise<void> =>
  new Promise((resolve) => process.send!(message, undefined, undefined, () => resolve()));

const hosts = new Map<string, HostConnection>();
let drain = async (): Promise<void> => {};

async function start({ snapshot, address, share, startedAtS, phases }: WorkerStart): Promise<void> {
  const loaded = loadConfig({ env: process.env, cwd: process.cwd(), snapshot });
  const { config } = loaded;
  const log = createLog(config.log.level, { worker: share.number });
  for (const [target, phase] of Object.entries(phases)) {
    const host = new HostConnection();
    host.enter(phase);
    hosts.set(target, host);
  }
  const ledger = await openLedger({ path: config.ledger.path });
  const gateway = createGateway(loaded, { ledger, hosts, share, startedAtS, log });
  const server = await startHttpServer(gateway, config, address, log);
  let isDraining = false;
  drain = async () => {
    if (isDraining) return;
    isDraining = true;
    await server.drain(config.server.shutdown_grace_ms);
    await gateway.close();
  };
  await tell({ kind: 'listening', port: server.port });
}

async function failed(error: unknown): Promise<never> {
  // An error that is none of ours is told with its stack.
  await tell(
    error instanceof GatewayError
      ? { kind: 'failed', code: error.code, message: error.message }
      : { kind: 'failed', code: 'INTERNAL', message: (error as Error)?.stack ?? String(error) },
  );
  process.exit(1);
}

async function end(): Promise<void> {
  await drain();
  process.exit(0);
}

process.on('message', (message: ToGatewayWorker) => {
  if (message.kind === 'start') start(message).catch(failed);
  else if (message.kind === 'host') hosts.get(message.target)?.enter(message.phase);
  else void end();
});
process.on('SIGTERM', end);
// Ctrl-C reaches every process of the terminal; the primary says when to end.
process.on('SIGINT', () => {});
await tell({ kind: 'hello' });
