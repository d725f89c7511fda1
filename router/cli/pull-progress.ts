// How a pull shows itself: a bar on a terminal, else a line for each tenth.
import cliProgress from 'cli-progress';
import { fileSize } from '../../engine/store/sizes.ts';
import type { FileProgress } from '../../hub/pull.ts';

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
  return seconds < 0.2 ? '' : `${fileSize((done - startBytes) / seconds)}/s`;
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
    have: fileSize(tally.done),
    all: fileSize(total),
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
      const rest = startBytes > 0 ? `, ${fileSize(startBytes)} are there from before` : '';
      process.stderr.write(`${WORDS[phase]} ${file}: ${fileSize(total)}${rest}\n`);
    },
    bytes(bytes) {
      tally.done += bytes;
      const now = Math.floor((10 * tally.done) / total);
      if (now > tenth && tally.phase === 'fetching')
        process.stderr.write(
          `  ${10 * now} % ${fileSize(tally.done)} ${speedOf(tally)}`.trimEnd().concat('\n'),
        );
      tenth = now;
    },
    done() {},
  };
}

export const pullProgress = (file: string, bytes: number): FileProgress =>
  process.stderr.isTTY ? bar(file, bytes) : lines(file, bytes);
