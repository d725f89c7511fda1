// From the start of a process to the first token, and the most memory it held: cold (the file is not in the page cache)
// and warm.
import { statSync } from 'node:fs';
import { evict, runChild } from './child.ts';
import { type Contender, median } from './measurement.ts';

export interface StartRow {
  contender: string;
  /** Medians, in seconds; cold is null where the file cannot be taken out of the page cache. */
  coldS: number | null;
  warmS: number;
  peakRssBytes: number;
  samples: { coldS: number[]; warmS: number[] };
}

/** One row a contender that has a program of its own. */
export async function measureStarts(
  contenders: readonly Contender[],
  { model, nThreads, rounds, onRun }: StartOptions,
): Promise<StartRow[]> {
  const able = contenders.flatMap(({ name, start }) => (start ? [{ name, start }] : []));
  const rows = able.map(({ name }) => ({
    name,
    cold: [] as number[],
    warm: [] as number[],
    rss: [] as number[],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, { name, start }] of able.entries()) {
      onRun(`start of ${name}`);
      const row = rows[i];
      const run = () => runChild(start.program, start.args(nThreads));
      if (evict(model)) row?.cold.push((await run()).wallS);
      else await run();
      const { wallS, peakRssBytes } = await run();
      row?.warm.push(wallS);
      row?.rss.push(peakRssBytes);
    }
  }
  return rows.map(({ name, cold, warm, rss }) => ({
    contender: name,
    coldS: cold.length > 0 ? median(cold) : null,
    warmS: median(warm),
    peakRssBytes: median(rss),
    samples: { coldS: cold, warmS: warm },
  }));
}

interface StartOptions {
  model: string;
  nThreads: number;
  rounds: number;
  onRun: (what: string) => void;
}

export function formatStarts(rows: readonly StartRow[], model: string): string {
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  return rows
    .map(
      ({ contender, coldS, warmS, peakRssBytes }) =>
        `${contender.padEnd(16)} first of 8 tokens' answer: cold ${coldS?.toFixed(2) ?? '-'} s, ` +
        `warm ${warmS.toFixed(2)} s; peak ${mebibytes(peakRssBytes)} (file ${mebibytes(statSync(model).size)})`,
    )
    .join('\n');
}
