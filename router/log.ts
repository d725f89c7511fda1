// The gateway's log: JSON lines on standard error.
import { type Logger, pino } from 'pino';
import type { Config } from './config/schema.ts';

/** An error that is none of ours, for the log: what it is and where it came from. Its message may quote a prompt. */
export function faultOf(thrown: unknown): { error: string; at: string[] } {
  const { name = 'unknown', stack = '' } = thrown instanceof Error ? thrown : {};
  return {
    error: name,
    at: stack
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .map((line) => line.trim()),
  };
}

/** @param base stands in every line */
export const createLog = (level: Config['log']['level'], base: { worker: number } | null): Logger =>
  pino({ level, base }, pino.destination({ dest: 2, sync: false }));
