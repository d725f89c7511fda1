// Time and cancellation as values, so that waiting can be tested without waiting.
import type { CancelSignal } from '../contract/cancellation.ts';
import { GatewayError } from '../contract/errors.ts';

export interface Clock {
  /** Milliseconds that only go forward; the zero means nothing. */
  now(): number;
  /** Runs once after `ms` unless the returned function is called before. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** What ended a request from our side: the pipeline's own error when it gave one as the signal's reason. */
export function abortError(signal: CancelSignal): GatewayError {
  if (signal.reason instanceof GatewayError) return signal.reason;
  return new GatewayError('CLIENT_CLOSED', 'the client closed the connection before the answer was complete');
}

/** Resolves after `ms`, rejects as soon as the signal aborts. Leaves neither timer nor listener behind. */
export function sleep(ms: number, signal: CancelSignal, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortError(signal));
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(abortError(signal));
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
