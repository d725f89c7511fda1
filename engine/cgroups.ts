// The control groups (container, systemd unit) that this process is in, its own and all above it: what limits it.
// Source: Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1; man 7 cgroups for /proc/self/cgroup, whose lines
// are like "0::/a/b" (v2) and "4:cpu,cpuacct:/a" (v1).
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Cgroup {
  version: 1 | 2;
  /** The text of one of its files, '' where there is none. */
  read(file: string): string;
}

/** '' where there is none. */
export function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The groups of a controller, the innermost first. `root` stands for `/` in tests. */
export function* cgroupsOf(controller: 'cpu' | 'memory', root = '/'): Generator<Cgroup> {
  const mount = join(root, 'sys/fs/cgroup');
  for (const line of textOf(join(root, 'proc/self/cgroup')).split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    const version = controllers === '' ? 2 : 1;
    if (version === 1 && !controllers.split(',').includes(controller)) continue;
    // Inside a container the path may not exist: its own group is then mounted at the root.
    for (let at = path; ; at = dirname(at)) {
      const folder = join(mount, version === 1 ? controller : '', at);
      yield { version, read: (file) => textOf(join(folder, file)) };
      if (at === '/' || at === '.' || at === '') break;
    }
  }
}
