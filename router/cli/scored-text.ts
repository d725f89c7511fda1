// What `tiergate perplexity` and `tiergate compare` share: their options, the text, the progress bar.
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import cliProgress from 'cli-progress';
import { type Command, InvalidArgumentError } from 'commander';
import { GatewayError } from '../../contract/errors.ts';
import type { Model } from '../../engine/model.ts';
import type { ScoringOptions } from '../../engine/score.ts';

export interface ScoredTextOptions {
  text: string;
  context?: number;
  chunks: number;
  threads: number;
  json?: boolean;
}

const DEFAULT_CONTEXT_TOKENS = 512;

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,7}$/.test(text) || Number(text) < least)
      throw new InvalidArgumentError(`give a whole number, at least ${least}`);
    return Number(text);
  };
}

export const withScoredTextOptions = (command: Command): Command =>
  command
    .requiredOption('-t, --text <file>', 'the text to score, UTF-8; - is standard input')
    .option(
      '-c, --context <tokens>',
      `tokens in a window; default: ${DEFAULT_CONTEXT_TOKENS}, or what the model was trained for if that is less`,
      wholeNumber(4),
    )
    .option('-n, --chunks <number>', 'score at most so many windows; 0: all', wholeNumber(0), 0)
    .option('--threads <number>', 'threads; 0: one a physical core', wholeNumber(0), 0)
    .option('--json', 'print the figures as JSON');

/** @throws {GatewayError} INVALID_REQUEST */
export async function scoredText(path: string): Promise<string> {
  if (path === '-') return await readAll(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new GatewayError('INVALID_REQUEST', `cannot read the text ${path} (${reason}); give --text FILE`);
  }
}

export const scoringOptions = (
  model: Model,
  { context, chunks, threads }: ScoredTextOptions,
): ScoringOptions => ({
  contextTokens: context ?? Math.min(DEFAULT_CONTEXT_TOKENS, model.info.nCtxTrain),
  chunks,
  threads,
});

export interface Progress {
  /** One more window; `note` stands behind the bar. */
  advance(note: string): void;
  stop(): void;
}

/** On standard error, and only where someone looks at it. */
export function windowProgress(windows: number): Progress {
  if (!process.stderr.isTTY) return { advance: () => {}, stop: () => {} };
  const bar = new cliProgress.SingleBar(
    {
      format: '{bar} {value}/{total} windows  {note}  {eta_formatted} left',
      stream: process.stderr,
      hideCursor: true,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(windows, 0, { note: '' });
  return { advance: (note) => bar.increment({ note }), stop: () => bar.stop() };
}
