// A bar on standard error, where that is a terminal.
import cliProgress from 'cli-progress';

const { Format, Presets, SingleBar } = cliProgress;

export interface Progress {
  update(done: number, total: number, label: string): void;
  stop(): void;
}

export function progressBar(action: string, isQuiet = false): Progress {
  if (isQuiet || !process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const bar = new SingleBar(
    {
      format: `${action} [{bar}] {percentage} % | {label} | {eta_formatted} left`,
      hideCursor: true,
      etaBuffer: 50,
      // Before the first step is done nothing is known.
      formatTime: (seconds, options, multiple) =>
        Number.isFinite(seconds) ? Format.TimeFormat(seconds, options, multiple) : '?',
    },
    Presets.rect,
  );
  let isShown = false;
  return {
    update(done, total, label) {
      if (!isShown) bar.start(total, 0, { label });
      isShown = true;
      bar.update(done, { label });
    },
    stop() {
      if (isShown) bar.stop();
    },
  };
}
