// How much memory this process may still take: the machine's, or less where a cgroup (container, systemd unit) says so.
// Source: Linux, Documentation/admin-guide/cgroup-v2.rst (memory.max, memory.current, memory.stat) and cgroup-v1/memory.rst.
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { dirname, join } from 'node:path';

/** What sets the limit, for messages. */
export interface AvailableMemory {
  bytes: number;
  source: string;
}

const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

/** A file of one number; null for "max", v1's "no limit" (about 2^63) and files that are not there. */
function limitOf(path: string): number | null {
  const value = Number(read(path) ?? 'none');
  return Number.isFinite(value) && value < 2 ** 60 ? value : null;
}

/** Page cache of the cgroup that the kernel drops before it runs out. */
function reclaimable(statFile: string, key: string): number {
  const found = new RegExp(`^${key} (\\d+)$`, 'm').exec(read(statFile) ?? '');
  return Number(found?.[1] ?? 0);
}

interface Hierarchy {
  /** Folder of the mounted hierarchy. */
  mount: string;
  path: string;
  limit: string;
  usage: string;
  cacheKey: string;
}

function* hierarchies(root: string): Generator<Hierarchy> {
  for (const line of (read(join(root, 'proc/self/cgroup')) ?? '').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    const mount = join(root, 'sys/fs/cgroup');
    if (controllers === '')
      yield { mount, path, limit: 'memory.max', usage: 'memory.current', cacheKey: 'inactive_file' };
    else if (controllers?.split(',').includes('memory'))
      yield {
        mount: join(mount, 'memory'),
        path,
        limit: 'memory.limit_in_bytes',
        usage: 'memory.usage_in_bytes',
        cacheKey: 'total_inactive_file',
      };
  }
}

/** What the cgroups of this process leave, the own one and all above it. */
function* cgroupRooms(root: string): Generator<AvailableMemory> {
  for (const { mount, path, limit, usage, cacheKey } of hierarchies(root)) {
    for (let at = path; ; at = dirname(at)) {
      const folder = join(mount, at);
      const most = limitOf(join(folder, limit));
      if (most !== null) {
        const used = limitOf(join(folder, usage)) ?? 0;
        const bytes = Math.max(0, most - used + reclaimable(join(folder, 'memory.stat'), cacheKey));
        yield { bytes, source: `the cgroup's limit of ${most} bytes` };
      }
      if (at === '/' || at === '.' || at === '') break;
    }
  }
}

/** `root` stands for `/` in tests. */
export function availableMemory(root = '/'): AvailableMemory {
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(read(join(root, 'proc/meminfo')) ?? '')?.[1];
  let least: AvailableMemory = {
    bytes: kib === undefined ? freemem() : Number(kib) * 1024,
    source: 'what the machine has free',
  };
  for (const room of cgroupRooms(root)) if (room.bytes < least.bytes) least = room;
  return least;
}
