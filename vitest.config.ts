import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const project = (name: string, timeoutMs: number, more: object = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: 60_000,
    ...more,
  },
});

// Processes and worker threads started by tests run the built files in dist/ (see contract/built-file.ts).
export default defineConfig({
  test: {
    // Much of a run is waiting for processes: two files at a time, also on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      project('unit', 10_000),
      project('conformance', 20_000),
      // Crowds of clients beside nothing else, after the others.
      project('journeys', 60_000, { maxWorkers: 1, sequence: { groupOrder: 1 } }),
      project('native', 120_000),
      project('fuzz', 60_000),
    ],
  },
});
