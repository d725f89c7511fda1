// The table and the JSON of bench:engine.
import { type Contender, groupBy, median, type Test } from './measurement.ts';
import { bound, type ModelCost, type Peaks } from './roofline.ts';

/** All rounds of one test by one contender. */
export interface Samples {
  test: Test;
  nThreads: number;
  contender: string;
  /** Tokens a second, one a round. */
  rates: number[];
}

export interface Row {
  test: string;
  threads: number;
  /** Median tokens a second by contender. */
  rates: Record<string, number>;
  samples: Record<string, number[]>;
  /** Tokens a second by the machine's limits as measured in the same run. */
  bound: number;
  /** Ours over the best peer's; null without a peer. The median of the rounds' ratios. */
  ratio: number | null;
  /** Ours over the bound. */
  ofBound: number;
}

const isOurs = (name: string): boolean => name.startsWith('ours');

/** Round by round: ours over the best peer of that round. */
function ratioOf(ours: readonly number[], peers: readonly (readonly number[])[]): number | null {
  if (peers.length === 0) return null;
  const ratios = ours
    .map((rate, round) => rate / Math.max(...peers.map((rates) => rates[round] ?? Number.NaN)))
    .filter((ratio) => Number.isFinite(ratio));
  return ratios.length > 0 ? median(ratios) : null;
}

/** One row a test, number of threads and instance of ours, in the order measured. */
export function rowsOf(
  samples: readonly Samples[],
  cost: ModelCost,
  peaks: ReadonlyMap<number, Peaks>,
): Row[] {
  const groups = groupBy(samples, ({ test, nThreads }) => `${test.name} ${nThreads}`);
  return groups.flatMap((group) => {
    const peers = group.filter(({ contender, rates }) => !isOurs(contender) && rates.every(Number.isFinite));
    return group
      .filter(({ contender }) => isOurs(contender))
      .map(({ test, nThreads, contender, rates }) => {
        const limit = bound(test, cost, peaks.get(nThreads) ?? {});
        const shown = [{ contender, rates }, ...peers];
        return {
          test: test.name,
          threads: nThreads,
          rates: Object.fromEntries(shown.map((each) => [each.contender, median(each.rates)])),
          samples: Object.fromEntries(shown.map((each) => [each.contender, each.rates])),
          bound: limit,
          ratio: ratioOf(
            rates,
            peers.map((peer) => peer.rates),
          ),
          ofBound: median(rates) / limit,
        };
      });
  });
}

/** A table in fixed columns. */
export function formatRows(rows: readonly Row[], contenders: readonly Contender[]): string {
  const names = contenders.map(({ name }) => name);
  const head = ['test', 'threads', ...names, 'bound', 'of bound', 'ratio'];
  const lines = rows.map(({ test, threads, rates, bound: limit, ofBound, ratio }) => [
    test,
    `${threads}`,
    ...names.map((name) => rates[name]?.toFixed(1) ?? ''),
    limit.toFixed(0),
    `${(100 * ofBound).toFixed(0)} %`,
    ratio === null ? '' : ratio.toFixed(2),
  ]);
  const widths = head.map((cell, i) => Math.max(cell.length, ...lines.map((line) => line[i]?.length ?? 0)));
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    )
    .join('\n');
}
