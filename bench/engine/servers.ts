// Our engine host (dist/engine/main.js) and llama-server processes that answer POST /v1/completions.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFile } from '../../contract/built-file.ts';

export interface ServerSizes {
  nThreads: number;
  /** Longest prompt and answer together. */
  contextTokens: number;
  /** Requests answered at once. */
  nSlots: number;
}

/** How to start a server. */
export interface ServerKind {
  name: string;
  start(model: string, sizes: ServerSizes): Promise<Server>;
}

type Address = { socketPath: string } | { host: string; port: number };

interface Body {
  prompt: string;
  max_tokens: number;
  stream?: boolean;
}

interface Watching {
  /** Sees the answer's parts as they come. */
  onPart?: (text: string) => void;
  signal?: AbortSignal;
}

const answerWithinMs = 600_000;

export class Server {
  readonly #child: ChildProcess;
  readonly #address: Address;
  readonly #onStop: () => void;

  constructor(child: ChildProcess, address: Address, onStop: () => void = () => {}) {
    this.#child = child;
    this.#address = address;
    this.#onStop = onStop;
  }

  /** The body of the answer. @throws {Error} on any status but 200, and when the signal aborts. */
  send(method: string, path: string, body?: object, { onPart, signal }: Watching = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          ...this.#address,
          method,
          path,
          timeout: answerWithinMs,
          headers: { 'content-type': 'application/json' },
          agent: false,
          ...(signal ? { signal } : {}),
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (part: string) => {
            onPart?.(part);
            text += part;
          });
          answer.on('error', reject);
          answer.on('end', () => {
            if (answer.statusCode === 200) resolve(text);
            else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 200)}`));
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Greedy; does not end before `max_tokens`, but for luck. */
  complete(body: Body, watching?: Watching): Promise<string> {
    return this.send('POST', '/v1/completions', { temperature: 0, ignore_eos: true, ...body }, watching);
  }

  async countTokens(content: string): Promise<number> {
    const answer = JSON.parse(await this.send('POST', '/tokenize', { content })) as { tokens: number[] };
    return answer.tokens.length;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await ended;
    }
    this.#onStop();
  }
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  listener.close();
  if (address === null || typeof address === 'string') throw new Error('no port to listen on');
  return address.port;
}

/** Once `path` answers 200. @throws {Error} with the end of its error output when the process ends first. */
async function ready(child: ChildProcess, server: Server, path: string): Promise<Server> {
  let stderr = '';
  child.stderr?.on('data', (data) => {
    stderr = `${stderr}${data}`.slice(-1000);
  });
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${child.spawnargs.join(' ')} ended: ${stderr}`);
    const isReady = await server.send('GET', path).then(
      () => true,
      () => false,
    );
    if (isReady) return server;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe'];

/** @throws {Error} when dist/ is not built. */
export function ourHost(): ServerKind {
  const entry = builtFile('engine/main');
  if (!existsSync(entry)) throw new Error(`${entry} is missing: run npm run build`);
  return {
    name: 'ours',
    start(model, { nThreads, contextTokens }) {
      const folder = mkdtempSync(join(tmpdir(), 'tiergate-host-'));
      const socketPath = join(folder, 'engine.sock');
      const sizes = ['--threads', `${nThreads}`, '--context', `${contextTokens}`];
      const child = spawn(process.execPath, [entry, '--model', model, '--socket', socketPath, ...sizes], {
        stdio,
      });
      const server = new Server(child, { socketPath }, () =>
        rmSync(folder, { recursive: true, force: true }),
      );
      return ready(child, server, '/readyz');
    },
  };
}

/** llama.cpp's or ik_llama.cpp's server. */
export const llamaServer = (program: string, name: string): ServerKind => ({
  name,
  async start(model, { nThreads, contextTokens, nSlots }) {
    const port = await freePort();
    const sizes = ['-t', `${nThreads}`, '-np', `${nSlots}`, '-c', `${contextTokens * nSlots}`];
    const child = spawn(program, ['-m', model, '--host', '127.0.0.1', '--port', `${port}`, ...sizes], {
      stdio,
    });
    return ready(child, new Server(child, { host: '127.0.0.1', port }), '/health');
  },
});
