// The programs that the benchmark compares: each a process of its own on loopback in front of the same upstream.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { builtFile, packageRoot } from '../../contract/built-file.ts';

export interface Setup {
  name: string;
  url: string;
  headers: Record<string, string>;
  /** Processes that answer requests. */
  workers: number;
  process: ChildProcess;
}

const START_WITHIN_MS = 20_000;

/** Starts a program and waits until it says `listening on URL`, or, where `port` is given, accepts connections. */
async function start(
  name: string,
  args: string[],
  env: Record<string, string> = {},
  port?: number,
): Promise<Setup> {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output = (output + data).slice(-4000);
    });
  const deadline = Date.now() + START_WITHIN_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const said = /listening on (http:\/\/\S+)/.exec(output)?.[1];
    const url = port === undefined ? said : `http://127.0.0.1:${port}`;
    if (
      url !== undefined &&
      (await fetch(url).then(
        () => true,
        () => false,
      ))
    )
      return { name, url, headers: {}, workers: 1, process: child };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`${name} did not start:\n${output}`);
}

/** Options that `npm start` gives Node.js. */
const nodeOptions = (): string[] => {
  const { scripts } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
};

/** The bare proxy has the options too: what they give is not Tiergate's own. */
const program = (file: string): string[] => [
  ...nodeOptions(),
  '--import',
  'tsx',
  join(import.meta.dirname, file),
];

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

export const startUpstream = (): Promise<Setup> => start('upstream alone', program('upstream.ts'));

export const startBareProxy = (upstream: string): Promise<Setup> =>
  start('bare Node proxy', [...program('bare-proxy.ts'), upstream]);

/**
 * Tiergate as `npm start` runs it, all of its pipeline on.
 * @param folder for its config and ledger
 * @param sections of its config: what is looked for in a request, how many workers answer
 */
export async function startTiergate(
  upstream: string,
  folder: string,
  name = 'Tiergate, 1 worker',
  { privacy = {}, workers = 1 }: { privacy?: object; workers?: number } = {},
): Promise<Setup> {
  const config = join(folder, `${name}.yaml`);
  const price = { input_usd_per_mtok: 0.15, output_usd_per_mtok: 0.6 };
  const target = {
    id: 'frontier/bench',
    base_url: `${upstream}/v1`,
    api_key: 'k',
    model: 'gpt-4o-mini',
    price,
  };
  writeFileSync(
    config,
    stringify({
      server: { port: 0, workers },
      ledger: { path: join(folder, `${name}.db`) },
      privacy,
      tiers: { 3: { targets: [target] } },
    }),
  );
  const env = { TIERGATE_MODEL: '', NODE_ENV: 'production' };
  const args = [...nodeOptions(), builtFile('router/cli/main'), 'serve', '--config', config];
  return { ...(await start(name, args, env)), workers };
}

const PORTKEY = join(packageRoot, 'bench', 'peers', 'node_modules', '@portkey-ai', 'gateway');

/** Null where bench/peers is not installed. Its name carries the version that runs. */
export async function startPortkey(upstream: string): Promise<Setup | null> {
  if (!existsSync(PORTKEY)) return null;
  const { version } = JSON.parse(readFileSync(join(PORTKEY, 'package.json'), 'utf8')) as { version: string };
  const port = await freePort();
  const args = [join(PORTKEY, 'build', 'start-server.js'), '--headless', `--port=${port}`];
  const env = { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost' };
  const setup = await start(`Portkey ${version}`, args, env, port);
  const headers = {
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `${upstream}/v1`,
    authorization: 'Bearer k',
  };
  return { ...setup, headers };
}
