import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode, GatewayError } from '../../../contract/errors.ts';
import { sleep } from '../../../tiers/clock.ts';
import { DEFAULT_RETRY, type RetryOptions, retryDelayMs } from '../../../tiers/retry.ts';
import { virtualClock } from './virtual-clock.ts';

const error = (code: ErrorCode, retryAfterS?: number) =>
  new GatewayError(code, 'x', retryAfterS === undefined ? {} : { retryAfterS });
const options: RetryOptions = { retries: 3, baseMs: 100, capMs: 250, retryAfterCapMs: 2_000 };
const almostOne = () => 0.999999;

describe('the retry delay', () => {
  it('doubles its bound with every retry, up to the cap', () => {
    const bounds = [0, 1, 2].map((retry) =>
      Math.ceil(retryDelayMs(error('PROVIDER_ERROR'), retry, options, almostOne)!),
    );
    expect(bounds).toEqual([100, 200, 250]);
    expect(retryDelayMs(error('PROVIDER_ERROR'), 0, options, () => 0)).toBe(0);
  });

  it('is null once the retries are used up, and for what a retry cannot cure', () => {
    expect(retryDelayMs(error('PROVIDER_ERROR'), 3, options, almostOne)).toBeNull();
    const cured = (Object.keys(ERRORS) as ErrorCode[]).filter(
      (code) => retryDelayMs(error(code), 0, options, almostOne) !== null,
    );
    expect(cured.sort()).toEqual([
      'ENGINE_OVERLOADED',
      'PROVIDER_ERROR',
      'PROVIDER_RATE_LIMITED',
      'PROVIDER_UNREACHABLE',
    ]);
  });

  it('waits at least as long as Retry-After asks, and gives up on a long one', () => {
    expect(retryDelayMs(error('PROVIDER_RATE_LIMITED', 2), 0, options, () => 0)).toBe(2_000);
    expect(retryDelayMs(error('PROVIDER_RATE_LIMITED', 2.1), 0, options, () => 0)).toBeNull();
  });

  it('stays within its bounds for any input', () => {
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (retry, after, chance) => {
          const delay = retryDelayMs(
            error('PROVIDER_ERROR', after ?? undefined),
            retry,
            DEFAULT_RETRY,
            () => chance,
          );
          const asked = (after ?? 0) * 1000;
          if (retry >= DEFAULT_RETRY.retries || asked > DEFAULT_RETRY.retryAfterCapMs) return delay === null;
          return delay !== null && delay >= asked && delay <= asked + DEFAULT_RETRY.capMs;
        },
      ),
    );
  });
});

describe('sleep', () => {
  it('wakes at its time, or at once when aborted, and leaves no timer', async () => {
    const clock = virtualClock();
    const controller = new AbortController();
    const woken = sleep(100, controller.signal, clock);
    clock.advance(100);
    await woken;
    const aborted = sleep(100, controller.signal, clock);
    controller.abort(error('REQUEST_TIMEOUT'));
    await expect(aborted).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' });
    await expect(sleep(1, controller.signal, clock)).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' });
    expect(clock.pending()).toBe(0);
  });
});
