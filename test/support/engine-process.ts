// Starts engine host processes for tests (the built files in dist/), and waits for what they do.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { builtFile } from '../../contract/built-file.ts';
import { tinyModel } from './tiny-gguf.ts';

/** Long enough that its answer cannot wait whole in socket buffers while the test does something else. */
export const LONG_TOKENS = 4000;
export const longModel = () => tinyModel({ contextLength: 4096 });

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(what: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error(`did not happen within ${ms} ms`);
    await sleep(10);
  }
}

/** A process that has ended and whose parent has not yet asked for its exit code (state Z) is not alive. */
export const isAlive = (pid: number): boolean =>
  /^[^Z\s]/.test(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

interface HostProcess {
  child: ChildProcess;
  stderr: () => string;
}

export function spawnHost(...args: string[]): HostProcess {
  const child = spawn(process.execPath, [builtFile('engine/main'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  return { child, stderr: () => text };
}

export async function hostOnPort(model: string, ...more: string[]): Promise<HostProcess & { url: string }> {
  const port = await freePort();
  const host = spawnHost('--model', model, '--port', String(port), ...more);
  await once(host.child.stdout!, 'data');
  return { ...host, url: `http://127.0.0.1:${port}` };
}
