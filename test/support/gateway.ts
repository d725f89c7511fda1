// Starts the built gateway as a real process with a config of its own, in a folder of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { builtFile } from '../../contract/built-file.ts';

export interface RunningGateway {
  /** `http://127.0.0.1:PORT` */
  url: string;
  folder: string;
  ledgerPath: string;
  process: ChildProcess;
  /** All that it has printed so far, both streams. */
  output(): string;
  /** Ends it (default SIGTERM) and resolves with its exit code (null after a signal). */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Stops it and removes its folder. */
  dispose(): Promise<void>;
}

export interface GatewayOptions {
  env?: Record<string, string>;
  /** Re-use a folder (its ledger) of an earlier run. */
  folder?: string;
  timeoutMs?: number;
}

const exited = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('exit', (code) => resolve(code)));

/** @throws {Error} with everything it printed, when it exits or does not listen in time */
export async function startGateway(
  config: Record<string, unknown>,
  options: GatewayOptions = {},
): Promise<RunningGateway> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  const ledgerPath = join(folder, 'ledger.db');
  const configPath = join(folder, 'tiergate.yaml');
  const full = { server: { port: 0 }, ledger: { path: ledgerPath }, ...config };
  writeFileSync(configPath, stringify(full));
  const child = spawn(process.execPath, [builtFile('router/cli/main'), 'serve', '--config', configPath], {
    cwd: folder,
    env: { ...process.env, TIERGATE_MODEL: '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  child.stderr.on('data', (data) => {
    output += data;
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    child.kill(signal);
    return exited(child);
  };
  const deadline = Date.now() + (options.timeoutMs ?? 30_000);
  for (;;) {
    const url = /listening on (http:\/\/\S+)/.exec(output)?.[1];
    if (url !== undefined) {
      const dispose = async (): Promise<void> => {
        await stop();
        rmSync(folder, { recursive: true, force: true });
      };
      return { url, folder, ledgerPath, process: child, output: () => output, stop, dispose };
    }
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the gateway did not start (exit code ${child.exitCode}):\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Process ids of its children whose command line has this text. */
function childPids({ process: { pid } }: RunningGateway, text: string): number[] {
  const listed = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)], { encoding: 'utf8' });
  return listed.stdout
    .split('\n')
    .filter((line) => line.includes(text))
    .map((line) => Number.parseInt(line, 10));
}

/** Process ids of its workers; none when it is one process. */
export const workerPids = (gateway: RunningGateway): number[] => childPids(gateway, 'workers/worker');

/** Process ids of its engine hosts. */
export const hostPids = (gateway: RunningGateway): number[] => childPids(gateway, 'engine/main');

/** Polls /readyz until `ready` accepts its body. */
export async function waitUntilReady(
  url: string,
  ready: (body: ReadyBody) => boolean,
  timeoutMs = 20_000,
): Promise<ReadyBody> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const body = (await (await fetch(`${url}/readyz`)).json()) as ReadyBody;
    if (ready(body)) return body;
    if (Date.now() > deadline) throw new Error(`not ready in ${timeoutMs} ms: ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export interface ReadyBody {
  status: string;
  targets: { id: string; tier: number; available: boolean; reason?: string }[];
}
