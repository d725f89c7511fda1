// For tests of which each looks at many cases of a published suite: what `npm run conformance` counts instead of the test.
import type { TestContext } from 'vitest';

export interface ConformanceCounts {
  passed: number;
  total: number;
  /** Cases left out, which are not in `total`. */
  excluded: { name: string; reason: string }[];
}

declare module 'vitest' {
  interface TaskMeta {
    conformance?: ConformanceCounts;
  }
}

/** Call it from the test's body: `it('…', (context) => { … countCases(context, counts); })`. */
export function countCases({ task }: TestContext, counts: ConformanceCounts): void {
  task.meta.conformance = counts;
}
