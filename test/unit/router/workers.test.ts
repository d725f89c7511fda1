// How many workers a gateway has, and how they split what the whole gateway may do.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../router/config/config.ts';
import { workerCount } from '../../../router/workers/count.ts';
import { shareOf } from '../../../router/workers/share.ts';
import { cgroupQuota } from '../../../router/workers/usable-cores.ts';
import { configFile } from '../../support/config-file.ts';
import { writeFiles } from '../../support/files.ts';

describe('the split of a limit', () => {
  it('adds up to the limit, evenly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 256 }), (limit, of) => {
        const parts = Array.from({ length: of }, (_, index) => shareOf(limit, { number: index + 1, of }));
        expect(parts.reduce((sum, part) => sum + part)).toBe(limit);
        expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

/** A config whose Level 3 target allows so many calls at once; without: Level 1 alone. */
const config = (calls?: number) =>
  loadConfig({
    path: configFile(
      calls === undefined
        ? {}
        : {
            tiers: {
              3: {
                targets: [
                  { id: 'a/b', base_url: 'http://127.0.0.1:9', api_key: 'k', max_concurrency: calls },
                ],
              },
            },
          },
    ),
    env: {},
    cwd: '/',
  });
const GB = 1024 ** 3;

describe('the number of workers', () => {
  it.each([
    [{ cores: 1, memoryBytes: 64 * GB }, 1],
    [{ cores: 2, memoryBytes: 64 * GB }, 2],
    [{ cores: 64, memoryBytes: 64 * GB }, 4],
    [{ cores: 64, memoryBytes: 3.5 * GB }, 3],
    [{ cores: 64, memoryBytes: 0.5 * GB }, 1],
  ])('auto on %j: %i', (machine, count) => {
    expect(workerCount('auto', config(64), machine)).toBe(count);
  });

  const large = { cores: 64, memoryBytes: 64 * GB };
  it('auto leaves every worker eight calls of each target', () => {
    expect([1, 8, 16, 31, 32].map((calls) => workerCount('auto', config(calls), large))).toEqual([
      1, 1, 2, 3, 4,
    ]);
  });

  it('auto is one where the engine sets the pace', () => {
    expect(workerCount('auto', config(), large)).toBe(1);
  });

  it('is what was asked for, as far as the limits can be split', () => {
    expect(workerCount(8, config(8), large)).toBe(8);
    expect(workerCount(3, config(), { cores: 1, memoryBytes: GB })).toBe(3);
    expect(() => workerCount(9, config(8), large)).toThrow(/9 workers .* 8 calls at once that a\/b allows/);
  });
});

describe('the CPU quota of a container', () => {
  const root = mkdtempSync(join(tmpdir(), 'tiergate-cores-test-'));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  // Contents as the kernel documents them: cgroup-v2.rst (cpu.max), sched-bwc.rst (cpu.cfs_*).
  it.each<[string, Record<string, string>, number]>([
    ['none of it', {}, Number.POSITIVE_INFINITY],
    [
      'v2 without a limit',
      { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' },
      Number.POSITIVE_INFINITY,
    ],
    [
      'v2, the limit of a parent',
      {
        '/proc/self/cgroup': '0::/a/b\n',
        '/sys/fs/cgroup/a/b/cpu.max': '800000 100000\n',
        '/sys/fs/cgroup/a/cpu.max': '250000 100000\n',
      },
      2,
    ],
    ['v2, half a core', { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '50000 100000\n' }, 1],
    [
      'v1, mounted at the root inside a container',
      {
        '/proc/self/cgroup': '5:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '300000\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      3,
    ],
    [
      'v1 without a limit',
      {
        '/proc/self/cgroup': '4:cpu,cpuacct:/\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      Number.POSITIVE_INFINITY,
    ],
  ])('%s', (_name, files, cores) => {
    writeFiles(root, files);
    expect(cgroupQuota(root)).toBe(cores);
  });
});
