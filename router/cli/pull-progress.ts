// How a pull shows itself: a bar on a terminal, else a line for each tenth.
import cliProgress from 'cli-progress';
import type { FileProgress } from '../../hub/pull.ts';

const size = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;

const WORDS = { fetching: 'fetching', checking: 'checking SHA-256 of' } as const;

interface Tally {
  phase: keyof typeof WORDS;
  done: number;
  /** Of this phase: what was there before it began does not count for the speed. */
  startBytes: number;
  startedAt: number;
}

function speedOf({ done, startBytes, startedAt }: Tally): string {
  const seconds = (Date.now() - startedAt) / 1000;
  return seconds < 0.2 ? '' : `${size((done - startBytes) / seconds)}/s`;
}

function bar(file: string, total: number): FileProgress {
  const shown = new cliProgress.SingleBar(
    {
      format: '{what} {bar} {percentage}% {have} of {all} {speed} {eta_formatted}',
      barsize: 24,
      hideCursor: true,
      etaBuffer: 50,
      stream: process.stderr,
    },
    cliProgress.Presets.shades_classic,
  );
  let tally: Tally = { phase: 'fetching', done: 0, startBytes: 0, startedAt: Date.now() };
  const facts = () => ({
    what: `${WORDS[tally.phase]} ${file}`,
    have: size(tally.done),
    all: size(total),
    speed: speedOf(tally),
  });
  return {
    phase(phase, startBytes) {
      tally = { phase, done: startBytes, startBytes, startedAt: Date.now() };
      shown.start(total, startBytes, facts());
    },
    bytes(bytes) {
      tally.done += bytes;
      shown.update(tally.done, facts());
    },
    done: () => shown.stop(),
  };
}

function lines(file: string, total: number): FileProgress {
  let tally: Tally = { phase: 'fetching', done: 0, startBytes: 0, startedAt: Date.now() };
  let tenth = 0;
  return {
    phase(phase, startBytes) {
      tally = { phase, done: startBytes, startBytes, startedAt: Date.now() };
      tenth = Math.floor((10 * startBytes) / total);
      const rest = startBytes > 0 ? `, ${size(startBytes)} are there from before` : '';
      process.stderr.write(`${WORDS[phase]} ${file}: ${size(total)}${rest}\n`);
    },
    bytes(bytes) {
      tally.done += bytes;
      const now = Math.floor((10 * tally.done) / total);
      if (now > tenth && tally.phase === 'fetching')
        process.stderr.write(`  ${10 * now} % ${size(tally.done)} ${speedOf(tally)}`.trimEnd().concat('\n'));
      tenth = now;
    },
    done() {},
  };
}

export const pullProgress = (file: string, bytes: number): FileProgress =>
  process.stderr.isTTY ? bar(file, bytes) : lines(file, bytes);
