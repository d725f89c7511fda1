// When the same target is asked again, and how long to wait before. Pure: time and chance come from outside.
// Source: "full jitter", AWS Architecture Blog, "Exponential Backoff And Jitter", 2015.
import type { ErrorCode, GatewayError } from '../contract/errors.ts';

export interface RetryOptions {
  /** Further calls of the same target after the first, 0 … */
  retries: number;
  /** Upper bound of the first wait; it doubles with every retry. */
  baseMs: number;
  /** Upper bound of every wait that we choose ourselves. */
  capMs: number;
  /** An upstream that asks for a longer wait is not asked again; the next target is. */
  retryAfterCapMs: number;
}

export const DEFAULT_RETRY: RetryOptions = { retries: 2, baseMs: 250, capMs: 4_000, retryAfterCapMs: 10_000 };

/**
 * Failures that may be gone a moment later on the same target. A timeout is not one of them: its time is spent, and
 * the next target is the better hope.
 */
const RETRIED: ReadonlySet<ErrorCode> = new Set([
  'PROVIDER_UNREACHABLE',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_ERROR',
  'ENGINE_OVERLOADED',
]);

/**
 * Milliseconds to wait before retry number `retry` (0 is the first), null when the target is not asked again.
 * With Retry-After the wait is at least that long; the jitter comes on top, so that waiting clients do not return
 * all at once.
 * @param random gives [0, 1)
 */
export function retryDelayMs(
  error: GatewayError,
  retry: number,
  options: RetryOptions,
  random: () => number,
): number | null {
  if (retry >= options.retries || !RETRIED.has(error.code)) return null;
  const jitterMs = random() * Math.min(options.capMs, options.baseMs * 2 ** retry);
  if (error.retryAfterS === null) return jitterMs;
  const askedMs = error.retryAfterS * 1000;
  return askedMs > options.retryAfterCapMs ? null : askedMs + jitterMs;
}
