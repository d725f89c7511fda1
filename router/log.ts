// The gateway's log: JSON lines on standard error.
import { type Logger, pino } from 'pino';
import type { Config } from './config/schema.ts';

/** @param base stands in every line */
export const createLog = (level: Config['log']['level'], base: { worker: number } | null): Logger =>
  pino({ level, base }, pino.destination({ dest: 2, sync: false }));
