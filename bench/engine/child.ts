// Runs a measuring program to its end.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Finished {
  stdout: string;
  /** Its end. */
  stderr: string;
  /** From the start of the process to its end. */
  wallS: number;
  /** The most memory resident at once, shared pages of the model file included; 0 where there is no /proc. */
  peakRssBytes: number;
}

function peakRss(pid: number): number {
  try {
    const kib = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kib ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** @throws {Error} with the end of its error output when it fails. */
export function runChild(program: string, args: readonly string[]): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr, peakRssBytes] = ['', '', 0];
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr = `${stderr}${data}`.slice(-20_000);
    });
    const timer = setInterval(() => {
      peakRssBytes = Math.max(peakRssBytes, peakRss(child.pid ?? 0));
    }, 50);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(timer);
      if (code === 0) resolve({ stdout, stderr, wallS: (performance.now() - start) / 1000, peakRssBytes });
      else
        reject(
          new Error(
            `${program} ${args.join(' ')} ended with ${signal ?? code}: ${stderr.trim().slice(-1000)}`,
          ),
        );
    });
  });
}

/** Takes a file out of the page cache (Linux, GNU dd); false where that does not work. */
export const evict = (path: string): boolean =>
  spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']).status === 0;

/** Keeps one core busy until stopped. */
export function startBusyProcess(): { stop: () => void } {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  return { stop: () => child.kill('SIGKILL') };
}
