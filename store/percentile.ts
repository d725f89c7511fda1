// Percentiles by nearest rank: always a value that was really measured, the smallest that at least `percent` of all
// values do not exceed. https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method

/** @param sorted ascending @param percent above 0, up to 100. Null for no values. */
export function percentile(sorted: Float64Array, percent: number): number | null {
  return sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? null;
}

export interface Spread {
  count: number;
  p50: number | null;
  p90: number | null;
  p99: number | null;
}

/** Count and percentiles of values in any order, in their own unit. */
export function spread(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  const [p50, p90, p99] = [50, 90, 99].map((percent) => percentile(sorted, percent)) as [
    number,
    number,
    number,
  ];
  return { count: sorted.length, p50, p90, p99 };
}
