import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { availableMemory } from '../../../engine/available-memory.ts';
import { hostPlan } from '../../../engine/host-size.ts';
import { checkFits, planLines, planMemory } from '../../../engine/memory-plan.ts';
import { writeFiles } from '../../support/files.ts';
import { tinyModel } from '../../support/tiny-gguf.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tiergate-memory-test-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (files: Record<string, string>): void => writeFiles(root, files);

const MEMINFO = 'MemTotal: 16000 kB\nMemFree: 100 kB\nMemAvailable:    8000 kB\n';

describe('available memory', () => {
  it('is what the kernel says where no cgroup limits it', () => {
    put({ 'proc/meminfo': MEMINFO, 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/memory.max': 'max\n' });
    expect(availableMemory(root).bytes).toBe(8000 * 1024);
  });

  it('is what the smallest cgroup (v2) above leaves, its droppable page cache included', () => {
    put({
      'proc/meminfo': MEMINFO,
      'proc/self/cgroup': '0::/a/b\n',
      'sys/fs/cgroup/a/memory.max': '3000000\n',
      'sys/fs/cgroup/a/memory.current': '1000000\n',
      'sys/fs/cgroup/a/memory.stat': 'anon 5\ninactive_file 250000\nactive_file 9\n',
      'sys/fs/cgroup/a/b/memory.max': '7000000\n',
      'sys/fs/cgroup/a/b/memory.current': '0\n',
    });
    const { bytes, source } = availableMemory(root);
    expect(bytes).toBe(2_250_000);
    expect(source).toContain('3000000');
  });

  it('is read of cgroup v1 too', () => {
    put({
      'proc/meminfo': MEMINFO,
      'proc/self/cgroup': '5:cpu,cpuacct:/x\n4:memory:/box\n',
      'sys/fs/cgroup/memory/box/memory.limit_in_bytes': '2000000',
      'sys/fs/cgroup/memory/box/memory.usage_in_bytes': '500000',
      'sys/fs/cgroup/memory/box/memory.stat': 'inactive_file 1\ntotal_inactive_file 100\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
    });
    expect(availableMemory(root).bytes).toBe(1_500_100);
  });

  it('is never less than nothing', () => {
    put({
      'proc/meminfo': MEMINFO,
      'proc/self/cgroup': '0::/a\n',
      'sys/fs/cgroup/a/memory.max': '10',
      'sys/fs/cgroup/a/memory.current': '20',
    });
    expect(availableMemory(root).bytes).toBe(0);
  });
});

describe('the memory plan', () => {
  const size = { contextTokens: 512, kvTokens: 1024, batchTokens: 64, sessions: 4, kvType: 'f16' as const };

  it('counts K/V by the formula: layers x (K and V) x KV heads x head size x 2 bytes', () => {
    const plan = planMemory(tinyModel({ architecture: 'qwen3' }), '', size);
    expect(plan.kvPerToken).toBe(2 * 2 * 2 * 64 * 2);
    expect(plan.kv).toBe(1024 * plan.kvPerToken);
    const { weights, file, kv, activations, tokenizer, constant, total } = plan;
    expect(total).toBe(weights + file + kv + activations + tokenizer + constant);
  });

  it('counts a code and its share of a scale, 17/16 of a byte, for a value of q8_0', () => {
    const path = tinyModel({ architecture: 'qwen3' });
    const plan = planMemory(path, '', { ...size, kvType: 'q8_0' });
    expect(plan.kvPerToken).toBe((2 * 2 * 2 * 64 * 17) / 16);
    expect(plan.total).toBe(planMemory(path, '', size).total - 1024 * (2 * 2 * 2 * 64 * (2 - 17 / 16)));
    expect(planLines(plan).join('\n')).toContain('bytes, q8_0');
  });

  it('counts 4 bytes for a value of f32', () => {
    const plan = planMemory(tinyModel({ architecture: 'qwen3' }), '', { ...size, kvType: 'f32' });
    expect(plan.kvPerToken).toBe(2 * 2 * 2 * 64 * 4);
  });

  it('refuses what does not fit, with the sum in the message', () => {
    const plan = planMemory(tinyModel(), '', size);
    const available = { bytes: plan.total - 1, source: 'the test' };
    expect(() => checkFits(plan, { ...available, bytes: plan.total })).not.toThrow();
    expect(() => checkFits(plan, available)).toThrow(
      expect.objectContaining({
        code: 'MEMORY_TOO_SMALL',
        message: expect.stringMatching(
          /weights .* \+ .*K\/V .*1024 tokens.* \+ constant .*available are .*the test/,
        ),
      }),
    );
  });

  it('shows every part', () => {
    const text = planLines(planMemory(tinyModel(), '', size)).join('\n');
    for (const part of ['weights', 'K/V', 'activations', 'tokenizer', 'constant', 'together'])
      expect(text).toContain(part);
  });

  it('takes a K/V budget for fewer contexts where memory is short, and one in any case', () => {
    const path = tinyModel({ contextLength: 4096 });
    const plenty = hostPlan(path, {}, { bytes: 2 ** 40, source: 'test' });
    expect(plenty).toMatchObject({ contextTokens: 4096, kvTokens: 16 * 4096 });
    const base = plenty.total - plenty.kv;
    const some = hostPlan(path, {}, { bytes: base + plenty.kv / 4, source: 'test' });
    expect(some.kvTokens).toBe(4 * 4096);
    expect(hostPlan(path, {}, { bytes: 0, source: 'test' }).kvTokens).toBe(4096);
    expect(hostPlan(path, { context: 1000 }).contextTokens).toBe(1000);
  });
});
