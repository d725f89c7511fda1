// One pull of a file at a time, over processes: FILE.lock says who holds it. A holder that died, or on another machine
// stopped renewing it, loses it.
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const RENEW_EVERY_MS = 5_000;
const STALE_AFTER_MS = 30_000;
const LOOK_EVERY_MS = 300;

interface Holder {
  pid: number;
  host: string;
}

async function holderOf(path: string): Promise<Holder | null> {
  const [pid, host] = (await readFile(path, 'utf8').catch(() => '')).trim().split(' ');
  return pid === undefined || host === undefined ? null : { pid: Number(pid), host };
}

function isDead({ pid, host }: Holder): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function isStale(path: string): Promise<boolean> {
  const renewed = await stat(path).catch(() => null);
  if (renewed === null) return false;
  const holder = await holderOf(path);
  return (holder !== null && isDead(holder)) || Date.now() - renewed.mtimeMs > STALE_AFTER_MS;
}

/** Moved aside first: of several that find it stale, one gets it, and a fresh lock is put back. */
async function removeStale(path: string): Promise<void> {
  const aside = `${path}.${process.pid}.stale`;
  await rename(path, aside).catch(() => {});
  if (!(await isStale(aside))) await rename(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

/**
 * Runs a task while holding `path`. Waits for another holder.
 * @throws the signal's reason, the task's errors, the file system's
 */
export async function withFileLock<T>(
  path: string,
  { signal, onWait }: { signal: AbortSignal; onWait: (holder: string) => void },
  task: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const mine = `${process.pid} ${hostname()}\n`;
  let told = false;
  for (;;) {
    try {
      await writeFile(path, mine, { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await isStale(path)) await removeStale(path);
    else {
      const holder = await holderOf(path);
      if (!told && holder !== null) onWait(`process ${holder.pid} on ${holder.host}`);
      told ||= holder !== null;
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  }
  const renew = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, RENEW_EVERY_MS);
  renew.unref();
  try {
    return await task();
  } finally {
    clearInterval(renew);
    await rm(path, { force: true });
  }
}
