// A bar on standard error, where that is a terminal.
import cliProgress from 'cli-progress';

const { Format, Presets, SingleBar } = cliProgress;

export interface Progress {
  update(done: number, total: number, label: string): void;
  stop(): void;
}

/** @param stream a terminal, or nothing is shown */
export function progressBar(
  action: string,
  isQuiet = false,
  stream: NodeJS.WritableStream & { isTTY?: boolean } = process.stderr,
): Progress {
  if (isQuiet || stream.isTTY !== true) return { update: () => {}, stop: () => {} };
  const bar = new SingleBar(
    {
      // The label last: it is what a narrow terminal may cut.
      format: `${action} [{bar}] {percentage} % | {eta_formatted} left | {label}`,
      barsize: 24,
      hideCursor: true,
      etaBuffer: 50,
      stream,
      // Before the first step is done nothing is known.
      formatTime: (seconds, options, multiple) =>
        Number.isFinite(seconds) ? Format.TimeFormat(seconds, options, multiple) : '?',
    },
    Presets.rect,
  );
  let shownTotal: number | null = null;
  return {
    update(done, total, label) {
      // Another total is another piece of work, whose time the last one says nothing of.
      if (total !== shownTotal) bar.start(total, done, { label });
      else bar.update(done, { label });
      shownTotal = total;
    },
    stop() {
      if (shownTotal !== null) bar.stop();
      shownTotal = null;
    },
  };
}
