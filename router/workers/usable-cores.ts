// How many processor cores this process may use: the affinity mask, and what a container's CPU quota pays for.
// Source: Linux, Documentation/admin-guide/cgroup-v2.rst (cpu.max) and scheduler/sched-bwc.rst (cpu.cfs_*).
import { availableParallelism } from 'node:os';
import { type Cgroup, cgroupsOf } from '../../engine/cgroups.ts';

/** Whole CPUs of one group's quota; Infinity: none. v2: "max 100000" or "150000 100000". */
function quotaOf({ version, read }: Cgroup): number {
  const [quota, period] = (
    version === 2 ? read('cpu.max').trim().split(' ') : [read('cpu.cfs_quota_us'), read('cpu.cfs_period_us')]
  ).map(Number);
  return quota! > 0 && period! > 0 ? Math.max(1, Math.floor(quota! / period!)) : Number.POSITIVE_INFINITY;
}

/** The smallest quota of this process's cgroups; Infinity: none. `root` stands for `/` in tests. */
export const cgroupQuota = (root = '/'): number =>
  Math.min(Number.POSITIVE_INFINITY, ...[...cgroupsOf('cpu', root)].map(quotaOf));

/** 1 … */
export const usableCores = (): number => Math.min(availableParallelism(), cgroupQuota());
