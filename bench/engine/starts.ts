// From the start of a process to the first token, and the most memory it held: cold (the file is not in the page cache)
// and warm.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evict, runChild } from './child.ts';
import { type Contender, median } from './measurement.ts';

export interface StartRow {
  contender: string;
  isOurs: boolean;
  /** Medians, in seconds; cold is null where the file cannot be taken out of the page cache. */
  coldS: number | null;
  warmS: number;
  /** Median of each round's ratio to the fastest peer of that round; null without a peer. */
  warmRatio: number | null;
  /** The most of all rounds. */
  peakRssBytes: number;
  /** What it may be: the file, the K/V cache and 64 MiB; null where the program does not say how large its cache is. */
  rssBoundBytes: number | null;
  samples: { coldS: number[]; warmS: number[] };
}

interface StartOptions {
  model: string;
  nThreads: number;
  rounds: number;
  onRun: (what: string) => void;
}

/** Beside the file and the K/V cache: code, vocabulary, activations. */
const RSS_ALLOWANCE_BYTES = 64 * 2 ** 20;

/** Of our program's output. */
const numberOf = (key: string, stdout: string): number | null => {
  const found = new RegExp(`"${key}":(\\d+)`).exec(stdout)?.[1];
  return found === undefined ? null : Number(found);
};

/** One row for each way to start. */
export async function measureStarts(
  contenders: readonly Contender[],
  { model, nThreads, rounds, onRun }: StartOptions,
): Promise<StartRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tiergate-starts-'));
  try {
    const rows = contenders
      .flatMap(({ starts = [] }) => starts)
      .map((start) => ({
        name: start.name,
        isOurs: start.name.startsWith('ours'),
        run: () => {
          onRun(`start of ${start.name}`);
          return runChild(start.program, start.args(nThreads, folder));
        },
        coldS: [] as number[],
        warmS: [] as number[],
        rss: [] as number[],
        kvBytes: null as number | null,
      }));
    // Leaves what later starts find, and brings the file into the page cache.
    for (const row of rows) {
      row.kvBytes = numberOf('kv_bytes', (await row.run()).stdout);
    }
    for (let round = 0; round < rounds; round++) {
      for (const { run, coldS } of rows) {
        if (evict(model)) coldS.push((await run()).wallS);
      }
      for (const { run, warmS, rss } of rows) {
        // Memory that a virtual machine has given back costs several times as much to touch as what just became free.
        await run();
        const { wallS, peakRssBytes, stdout } = await run();
        warmS.push(wallS);
        // Polling misses the end of a short run; ours says it itself.
        rss.push(Math.max(peakRssBytes, numberOf('peak_rss_bytes', stdout) ?? 0));
      }
    }
    const peers = rows.filter(({ isOurs }) => !isOurs);
    return rows.map(({ name, isOurs, coldS, warmS, rss, kvBytes }) => ({
      contender: name,
      isOurs,
      coldS: coldS.length > 0 ? median(coldS) : null,
      warmS: median(warmS),
      warmRatio:
        peers.length === 0
          ? null
          : median(warmS.map((s, round) => s / Math.min(...peers.map((peer) => peer.warmS[round] ?? s)))),
      peakRssBytes: Math.max(...rss),
      rssBoundBytes: kvBytes === null ? null : statSync(model).size + kvBytes + RSS_ALLOWANCE_BYTES,
      samples: { coldS, warmS },
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function formatStarts(rows: readonly StartRow[]): string {
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  return rows
    .map(({ contender, isOurs, coldS, warmS, warmRatio, peakRssBytes, rssBoundBytes }) => {
      const ratio = isOurs && warmRatio !== null ? ` (${warmRatio.toFixed(2)} of the fastest peer)` : '';
      const bound =
        rssBoundBytes === null
          ? ''
          : ` ${peakRssBytes <= rssBoundBytes ? '<=' : '>'} ${mebibytes(rssBoundBytes)} (file + K/V + 64 MiB)`;
      return (
        `${contender.padEnd(22)} start to first token: cold ${coldS?.toFixed(2) ?? '-'} s, ` +
        `warm ${warmS.toFixed(3)} s${ratio}; peak ${mebibytes(peakRssBytes)}${bound}`
      );
    })
    .join('\n');
}
