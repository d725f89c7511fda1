// How much memory this process may still take: the machine's, or less where a cgroup (container, systemd unit) says so.
// Source: Linux, Documentation/admin-guide/cgroup-v2.rst (memory.max, memory.current, memory.stat) and cgroup-v1/memory.rst.
import { freemem } from 'node:os';
import { join } from 'node:path';
import { cgroupsOf, textOf } from './cgroups.ts';

/** What sets the limit, for messages. */
export interface AvailableMemory {
  bytes: number;
  source: string;
}

/** A file of one number; null for "max", v1's "no limit" (about 2^63) and files that are not there. */
function limitOf(text: string): number | null {
  const value = Number(text.trim() || 'none');
  return Number.isFinite(value) && value < 2 ** 60 ? value : null;
}

/** The files that say it, and what memory.stat calls the page cache that the kernel drops before it runs out. */
const FILES = {
  1: { limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes', cache: 'total_inactive_file' },
  2: { limit: 'memory.max', usage: 'memory.current', cache: 'inactive_file' },
} as const;

/** What the cgroups of this process leave. */
function* cgroupRooms(root: string): Generator<AvailableMemory> {
  for (const { version, read } of cgroupsOf('memory', root)) {
    const { limit, usage, cache } = FILES[version];
    const most = limitOf(read(limit));
    if (most === null) continue;
    const used = limitOf(read(usage)) ?? 0;
    const reclaimable = Number(new RegExp(`^${cache} (\\d+)$`, 'm').exec(read('memory.stat'))?.[1] ?? 0);
    yield { bytes: Math.max(0, most - used + reclaimable), source: `the cgroup's limit of ${most} bytes` };
  }
}

/** `root` stands for `/` in tests. */
export function availableMemory(root = '/'): AvailableMemory {
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(textOf(join(root, 'proc/meminfo')))?.[1];
  let least: AvailableMemory = {
    bytes: kib === undefined ? freemem() : Number(kib) * 1024,
    source: 'what the machine has free',
  };
  for (const room of cgroupRooms(root)) if (room.bytes < least.bytes) least = room;
  return least;
}
