// Points in time as people write them on a command line.
import { GatewayError } from '../../contract/errors.ts';

const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * Unix milliseconds of `24h`, `7d`, `90m`, `2w` (that long before `now`) or of a date, `2026-11-01` or
 * `2026-11-01T08:00` in local time, `...Z` in UTC.
 * @throws {GatewayError} INVALID_REQUEST when it is neither
 */
export function parseTime(text: string, now: number): number {
  const span = /^(\d{1,6})([mhdw])$/.exec(text);
  if (span !== null) return now - Number(span[1]) * UNIT_MS[span[2]!]!;
  // A bare date would be read as UTC midnight; people mean their own.
  const time = DATE.test(text) ? Date.parse(text.length === 10 ? `${text}T00:00` : text) : Number.NaN;
  if (Number.isNaN(time))
    throw new GatewayError(
      'INVALID_REQUEST',
      `"${text}" is no time; write a span such as 24h, 7d or 2w, or a date such as 2026-11-01 or 2026-11-01T08:00Z`,
    );
  return time;
}
