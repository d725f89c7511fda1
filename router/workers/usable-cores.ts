// How many processor cores this process may use: the affinity mask, and what a container's CPU quota pays for.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

/** Text of a file, '' when there is none; a parameter so that tests can have other machines. */
export type ReadText = (path: string) => string;

const fromDisk: ReadText = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** Whole CPUs of one cgroup folder's quota; Infinity: none. v2: "max 100000" or "150000 100000". */
function quotaOf(folder: string, read: ReadText): number {
  const v2 = read(join(folder, 'cpu.max'));
  const [quota, period] = (
    v2 === ''
      ? [read(join(folder, 'cpu.cfs_quota_us')), read(join(folder, 'cpu.cfs_period_us'))]
      : v2.trim().split(' ')
  ).map(Number);
  return quota! > 0 && period! > 0 ? Math.max(1, Math.floor(quota! / period!)) : Number.POSITIVE_INFINITY;
}

/**
 * The smallest quota of this process's cgroup and those above it; Infinity: none. /proc/self/cgroup has lines like
 * "0::/a/b" (v2) and "4:cpu,cpuacct:/a" (v1): https://man7.org/linux/man-pages/man7/cgroups.7.html
 */
export function cgroupQuota(read: ReadText = fromDisk): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const line of read('/proc/self/cgroup').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    if (controllers !== '' && !controllers.split(',').includes('cpu')) continue;
    const root = controllers === '' ? '/sys/fs/cgroup' : '/sys/fs/cgroup/cpu';
    // Inside a container the path may not exist: its own group is then mounted at the root.
    for (let group = path; ; group = dirname(group)) {
      smallest = Math.min(smallest, quotaOf(join(root, group), read));
      if (group === '/' || group === '.' || group === '') break;
    }
  }
  return smallest;
}

/** 1 … */
export const usableCores = (): number => Math.min(availableParallelism(), cgroupQuota());
