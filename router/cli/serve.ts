// Starts the gateway: config, ledger, runners, HTTP, in one process or several; says what runs and how to ask it; drains
// on SIGTERM.
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { Logger } from 'pino';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import { BOX_MODEL } from '../../engine/store/places/in-the-box.ts';
import { openLedger } from '../../store/ledger.ts';
import type { GuardedRunner } from '../../tiers/guard.ts';
import { type LoadedConfig, loadConfig } from '../config/config.ts';
import { createGateway, createRunners, startHosts } from '../gateway.ts';
import { type Address, startHttpServer } from '../http-server.ts';
import { createLog } from '../log.ts';
import { workerCount } from '../workers/count.ts';
import { startWorkers } from '../workers/primary.ts';
import { ALL } from '../workers/share.ts';

interface ServeOptions {
  config?: string;
  host?: string;
  port?: string;
  workers?: string;
}

type Runners = ReadonlyMap<string, GuardedRunner>;

/** A gateway that listens, whatever it is made of. */
interface Serving {
  port: number;
  runners: Runners;
  /** Lets open requests end within the grace time (milliseconds), then closes everything. */
  end(graceMs: number): Promise<void>;
}

/** How long the first lines wait for a local model to load; it goes on loading after that. */
const SHOW_STATE_AFTER_MS = 5_000;

/** What the model of the box is for, and how to have another. */
const ABOUT_BOX_MODEL = [
  'local/tiergate-nano is the small model in the box. It works on a text that you give: extract, classify, redact, title,',
  'summarise, answer from it. It knows nothing else. A general model takes its place once it is pulled:',
  '  tiergate init                              the best one that fits this machine, or',
  '  tiergate pull hf:Qwen/Qwen3-0.6B-GGUF',
  '',
];

const EXAMPLES = {
  box: 'Extract name and city as JSON: My name is Ann Lee and I live in Oslo.',
  other: 'Say hello.',
};

/** The screen after the start: URL, tiers with their state, a request to copy. */
function welcome(url: string, runners: Runners, loaded: LoadedConfig, workers: number): string {
  const { path, config, modelFile } = loaded;
  const hasBoxModel = modelFile === BOX_MODEL;
  const rows = [...runners.values()].map((guarded) => {
    const { available, reason } = guarded.state();
    const { tier, id } = guarded.runner.target;
    const state = available ? (reason ?? 'ready') : `not available: ${reason}`;
    return `  Level ${tier}  ${id.padEnd(28)} ${state}`;
  });
  const content = hasBoxModel ? EXAMPLES.box : EXAMPLES.other;
  const body = `{"model": "auto", "messages": [{"role": "user", "content": "${content}"}]}`;
  return [
    `Tiergate is listening on ${url}`,
    '',
    ...rows,
    '',
    `  config  ${path === null ? 'defaults (no tiergate.yaml)' : displayPath(path)}`,
    `  ledger  ${displayPath(config.ledger.path)}`,
    ...(workers === 1 ? [] : [`  workers ${workers}`]),
    '',
    ...(hasBoxModel ? ABOUT_BOX_MODEL : []),
    'Try:',
    `  curl ${url}/v1/chat/completions -H 'content-type: application/json' -d '${body}'`,
    '',
  ].join('\n');
}

async function modelsLoaded(runners: Runners): Promise<void> {
  const starting = (): boolean =>
    [...runners.values()].some((guarded) => /^starting/.test(guarded.state().reason ?? ''));
  const deadline = Date.now() + SHOW_STATE_AFTER_MS;
  while (starting() && Date.now() < deadline) await sleep(20);
}

/** The second signal does not wait any longer. */
function endOnSignal(serving: Serving, graceMs: number, log: Logger): void {
  let isEnding = false;
  const end = async (signal: string): Promise<void> => {
    if (isEnding) process.exit(1);
    isEnding = true;
    log.info(`${signal}: finishing open requests, at most ${graceMs} ms`);
    await serving.end(graceMs);
    process.exit(0);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

async function serveAlone(loaded: LoadedConfig, address: Address, log: Logger): Promise<Serving> {
  const ledger = await openLedger({ path: loaded.config.ledger.path });
  const startedAtS = Math.floor(Date.now() / 1000);
  const hosts = startHosts(loaded, log);
  const gateway = createGateway(loaded, { ledger, hosts, share: ALL, startedAtS, log });
  try {
    const server = await startHttpServer(gateway, loaded.config, address, log);
    const end = async (graceMs: number): Promise<void> => {
      await server.drain(graceMs);
      await gateway.close();
    };
    return { port: server.port, runners: gateway.runners, end };
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

async function serveByWorkers(
  loaded: LoadedConfig,
  address: Address,
  count: number,
  log: Logger,
): Promise<Serving> {
  const workers = await startWorkers({ loaded, address, count, log });
  // Asked for their states alone.
  const { runners } = createRunners(loaded.targets, workers.hosts, ALL);
  return { port: workers.port, runners, end: (graceMs) => workers.drain(graceMs) };
}

/** @param or what else may be given @throws {GatewayError} CONFIG_INVALID */
function wholeNumber(option: string, text: string, least: number, most: number, or = ''): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new GatewayError(
    'CONFIG_INVALID',
    `--${option} ${text}: give ${or}a whole number, ${least} to ${most}`,
  );
}

async function serve(options: ServeOptions): Promise<void> {
  const loaded = loadConfig({ path: options.config, env: process.env, cwd: process.cwd() });
  const { server, log: logging } = loaded.config;
  const host = options.host ?? server.host;
  const port = options.port === undefined ? server.port : wholeNumber('port', options.port, 0, 65_535);
  const { workers = `${server.workers}` } = options;
  const count = workerCount(
    workers === 'auto' ? workers : wholeNumber('workers', workers, 1, 256, 'auto or '),
    loaded,
  );
  const log = createLog(logging.level, null);
  const address = { host, port };
  const serving = await (count === 1
    ? serveAlone(loaded, address, log)
    : serveByWorkers(loaded, address, count, log));
  endOnSignal(serving, server.shutdown_grace_ms, log);
  await modelsLoaded(serving.runners);
  const shownHost = host.includes(':') ? `[${host}]` : host;
  console.log(welcome(`http://${shownHost}:${serving.port}`, serving.runners, loaded, count));
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
    .option('-w, --workers <number>', 'processes that answer requests, or auto; default: server.workers, 1')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tiergate serve\n  $ tiergate serve --config tiergate.yaml --port 8100\n  $ TIERGATE_MODEL=model.gguf tiergate serve',
    )
    .action(serve);
}
