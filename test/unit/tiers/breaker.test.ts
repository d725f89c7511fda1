import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode, GatewayError } from '../../../contract/errors.ts';
import { Breaker, type BreakerResult, countsAsFailure } from '../../../tiers/breaker.ts';

const options = { consecutiveFailures: 3, failureRate: 0.5, windowCalls: 8, minCalls: 6, openMs: 1_000 };

function make() {
  let time = 0;
  const breaker = new Breaker(() => time, options);
  const call = (result: BreakerResult): boolean => {
    const permit = breaker.enter();
    permit?.settle(result);
    return permit !== null;
  };
  return {
    breaker,
    call,
    wait: (ms: number) => {
      time += ms;
    },
  };
}

describe('the breaker', () => {
  it('opens after failures in a row, and says for how long', () => {
    const { breaker, call, wait } = make();
    for (const result of ['failure', 'failure', 'success', 'failure', 'failure'] as const) call(result);
    expect(breaker.state).toBe('closed');
    call('failure');
    expect(breaker.state).toBe('open');
    wait(400);
    expect(breaker.openForMs()).toBe(600);
    expect(breaker.enter()).toBeNull();
  });

  it('opens on the failure rate of its window, not before enough calls are known', () => {
    const { breaker, call } = make();
    for (const result of ['failure', 'success', 'failure', 'success', 'failure'] as const) call(result);
    expect(breaker.state).toBe('closed');
    call('success');
    call('failure');
    expect(breaker.state).toBe('open');
  });

  it('lets one call on trial through; its result decides', () => {
    const { breaker, call, wait } = make();
    for (let i = 0; i < 3; i++) call('failure');
    wait(1_000);
    expect(breaker.state).toBe('half-open');
    const trial = breaker.enter()!;
    expect(breaker.enter()).toBeNull();
    trial.settle('failure');
    expect(breaker.state).toBe('open');
    wait(1_000);
    expect(call('neutral')).toBe(true);
    expect(breaker.state).toBe('half-open');
    expect(call('success')).toBe(true);
    expect(breaker.state).toBe('closed');
  });

  it('ignores results of calls that began before it changed, and second results', () => {
    const { breaker, call, wait } = make();
    const slow = breaker.enter()!;
    const twice = breaker.enter()!;
    twice.settle('failure');
    twice.settle('failure');
    twice.settle('failure');
    expect(breaker.state).toBe('closed');
    call('failure');
    call('failure');
    expect(breaker.state).toBe('open');
    slow.settle('success');
    expect(breaker.state).toBe('open');
    wait(1_000);
    slow.settle('success');
    expect(breaker.state).toBe('half-open');
  });

  it('counts a stream that broke off late', () => {
    const { breaker, call } = make();
    for (let i = 0; i < 4; i++) {
      call('success');
      breaker.noteLateFailure();
    }
    expect(breaker.state).toBe('open');
  });

  it("counts the target's failures only: no refusal but 429, no client that left", () => {
    const counted = (Object.keys(ERRORS) as ErrorCode[]).filter((code) =>
      countsAsFailure(new GatewayError(code, 'x')),
    );
    expect(counted.sort()).toEqual([
      'ENGINE_CRASHED',
      'ENGINE_OVERLOADED',
      'PROVIDER_ERROR',
      'PROVIDER_PROTOCOL',
      'PROVIDER_RATE_LIMITED',
      'PROVIDER_TIMEOUT',
      'PROVIDER_UNREACHABLE',
    ]);
  });

  it('is never stuck: whatever happened, a call gets through after the open time', () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom<BreakerResult>('success', 'failure', 'neutral'), fc.nat(1_500)),
    );
    fc.assert(
      fc.property(steps, (list) => {
        const { breaker, call, wait } = make();
        for (const [result, ms] of list) {
          const open = breaker.openForMs() > 0;
          expect(call(result)).toBe(!open);
          wait(ms);
        }
        wait(options.openMs);
        expect(call('success')).toBe(true);
        expect(breaker.state).toBe('closed');
      }),
    );
  });
});
