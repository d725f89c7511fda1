// One load run: 16 keep-alive connections, each sending the next request when the last answer is whole; no two requests
// have the same text. wrk where it is installed (it takes little of the machine), else client.ts in a process of its own.
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LoadRequest {
  /** Full URL. */
  url: string;
  headers: Record<string, string>;
  /** A running number goes between the two: no cache may answer for the work. */
  body: [before: string, after: string];
}

export interface LoadResult {
  requestsPerS: number;
  p50Ms: number;
  p99Ms: number;
}

export const CONNECTIONS = 16;
export const hasWrk: boolean = spawnSync('wrk', ['-v']).error === undefined;

async function run(command: string, args: string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${command} failed (exit code ${code}): ${output}`);
  return output;
}

const UNIT_MS: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

function parseWrk(output: string): LoadResult {
  const failed = /Non-2xx or 3xx responses: \d+|Socket errors: .*/.exec(output);
  if (failed !== null) throw new Error(`load run: ${failed[0]}`);
  const latency = (percent: number): number => {
    const found = new RegExp(`^\\s+${percent}%\\s+([\\d.]+)(us|ms|s|m)\\s*$`, 'm').exec(output);
    if (found === null) throw new Error(`load run: no latency of ${percent} % in ${output}`);
    return Number(found[1]) * UNIT_MS[found[2]!]!;
  };
  return {
    requestsPerS: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)![1]),
    p50Ms: latency(50),
    p99Ms: latency(99),
  };
}

/** @param folder for the script that wrk reads @throws {Error} when a response was not 200 */
export async function load(request: LoadRequest, seconds: number, folder: string): Promise<LoadResult> {
  if (!hasWrk) {
    const client = join(import.meta.dirname, 'client.ts');
    const job = JSON.stringify({ ...request, seconds, connections: CONNECTIONS });
    return JSON.parse(await run(process.execPath, ['--import', 'tsx', client, job])) as LoadResult;
  }
  const lua = [
    'wrk.method = "POST"',
    ...Object.entries(request.headers).map(([name, value]) => `wrk.headers["${name}"] = [==[${value}]==]`),
    'local count = 0',
    `local before, after = [==[${request.body[0]}]==], [==[${request.body[1]}]==]`,
    'request = function()',
    '  count = count + 1',
    '  return wrk.format(nil, nil, nil, before .. count .. after)',
    'end',
  ].join('\n');
  const script = join(folder, 'request.lua');
  writeFileSync(script, lua);
  return parseWrk(
    await run('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', '-s', script, request.url]),
  );
}
