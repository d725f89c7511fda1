// Starts the gateway: config, ledger, runners, HTTP; says what runs and how to ask it; drains on SIGTERM.
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { Command } from 'commander';
import { type Logger, pino } from 'pino';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import { openLedger } from '../../store/ledger.ts';
import { createApp } from '../app.ts';
import { loadConfig } from '../config/config.ts';
import { createGateway, type RunningGateway } from '../gateway.ts';

interface ServeOptions {
  config?: string;
  host?: string;
  port?: string;
}

type Server = ReturnType<typeof createAdaptorServer>;

/** How long the first lines wait for a local model to load; it goes on loading after that. */
const SHOW_STATE_AFTER_MS = 5_000;

async function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const hints: Record<string, string> = {
        EADDRINUSE: `port ${port} on ${host} is taken; stop what uses it, or choose another with --port or server.port`,
        EACCES: `port ${port} on ${host} may not be used by this user; choose one above 1023`,
        EADDRNOTAVAIL: `this machine has no address ${host}; check server.host`,
      };
      reject(
        new GatewayError(
          'CONFIG_INVALID',
          hints[error.code ?? ''] ?? `cannot listen on ${host}:${port}: ${error.message}`,
        ),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** The screen after the start: URL, tiers with their state, a request to copy. */
function welcome(
  url: string,
  gateway: RunningGateway,
  configPath: string | null,
  ledgerPath: string,
): string {
  const rows = [...gateway.runners.values()].map((guarded) => {
    const { available, reason } = guarded.state();
    const { tier, id } = guarded.runner.target;
    const state = available ? (reason ?? 'ready') : `not available: ${reason}`;
    return `  Level ${tier}  ${id.padEnd(28)} ${state}`;
  });
  const body = '{"model": "auto", "messages": [{"role": "user", "content": "Say hello."}]}';
  return [
    `Tiergate is listening on ${url}`,
    '',
    ...rows,
    '',
    `  config  ${configPath === null ? 'defaults (no tiergate.yaml)' : displayPath(configPath)}`,
    `  ledger  ${displayPath(ledgerPath)}`,
    '',
    'Try:',
    `  curl ${url}/v1/chat/completions -H 'content-type: application/json' -d '${body}'`,
    '',
  ].join('\n');
}

async function modelsLoaded(gateway: RunningGateway): Promise<void> {
  const starting = (): boolean =>
    [...gateway.runners.values()].some((guarded) => /^starting/.test(guarded.state().reason ?? ''));
  const deadline = Date.now() + SHOW_STATE_AFTER_MS;
  while (starting() && Date.now() < deadline) await sleep(20);
}

/** No new connections; open requests may end within the grace time; then everything is closed. */
function drainOnSignal(server: Server, gateway: RunningGateway, graceMs: number, log: Logger): void {
  let draining = false;
  const drain = async (signal: string): Promise<void> => {
    if (draining) process.exit(1);
    draining = true;
    log.info(`${signal}: finishing open requests, at most ${graceMs} ms`);
    const closed = new Promise((resolve) => server.close(resolve));
    if ('closeIdleConnections' in server) server.closeIdleConnections();
    await Promise.race([closed, sleep(graceMs, undefined, { ref: false })]);
    await gateway.close();
    process.exit(0);
  };
  process.on('SIGTERM', drain);
  process.on('SIGINT', drain);
}

async function serve(options: ServeOptions): Promise<void> {
  const loaded = loadConfig({ path: options.config, env: process.env, cwd: process.cwd() });
  const { config } = loaded;
  const host = options.host ?? config.server.host;
  const port = options.port === undefined ? config.server.port : Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new GatewayError('CONFIG_INVALID', `--port ${options.port} is no port; give 0 to 65535`);
  const log = pino({ level: config.log.level, base: null }, pino.destination({ dest: 2, sync: false }));
  const ledger = await openLedger({ path: config.ledger.path });
  const gateway = createGateway(loaded, ledger, log);
  const app = createApp({ gateway, keys: config.auth.keys, maxBodyBytes: config.server.max_body_bytes, log });
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: true });
  try {
    const actualPort = await listen(server, host, port);
    drainOnSignal(server, gateway, config.server.shutdown_grace_ms, log);
    await modelsLoaded(gateway);
    const shownHost = host.includes(':') ? `[${host}]` : host;
    console.log(welcome(`http://${shownHost}:${actualPort}`, gateway, loaded.path, config.ledger.path));
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('start the gateway')
    .option(
      '-c, --config <file>',
      'config file; default: TIERGATE_CONFIG, ./tiergate.yaml, else Level 1 alone',
    )
    .option('--host <address>', 'address to listen on')
    .option('-p, --port <number>', 'port to listen on; 0: any free one')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tiergate serve\n  $ tiergate serve --config tiergate.yaml --port 8100\n  $ TIERGATE_MODEL=model.gguf tiergate serve',
    )
    .action(serve);
}
