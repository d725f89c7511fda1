import { describe, expect, it } from 'vitest';
import { Cancellation, type CancelSignal } from '../../../contract/cancellation.ts';

/** What both do with one sequence of calls. */
function story(signal: CancelSignal, abort: (reason: string) => void): unknown[] {
  const seen: unknown[] = [signal.aborted];
  const kept = (): void => void seen.push('kept', signal.aborted, signal.reason);
  const removed = (): void => void seen.push('removed');
  signal.addEventListener('abort', kept);
  signal.addEventListener('abort', kept);
  signal.addEventListener('abort', removed);
  signal.addEventListener('abort', () => signal.removeEventListener('abort', kept), { once: true });
  signal.removeEventListener('abort', removed);
  signal.removeEventListener('abort', removed);
  abort('first');
  abort('second');
  signal.addEventListener('abort', () => seen.push('late'));
  seen.push(signal.aborted, signal.reason);
  return seen;
}

describe('Cancellation', () => {
  it('behaves as an AbortSignal does', () => {
    const own = new Cancellation();
    const real = new AbortController();
    const told = story(own, (reason) => own.abort(reason));
    expect(told).toEqual(story(real.signal, (reason) => real.abort(reason)));
    expect(told).toEqual([false, 'kept', true, 'first', true, 'first']);
  });
});
