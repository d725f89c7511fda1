// What callers ask of their answers, load, latency and caches: what they change in the order of targets.
import { describe, expect, it } from 'vitest';
import type { Decision, RequestFacts, TargetView } from '../../../contract/policy.ts';
import { builtinPolicies } from '../../../policies/builtin.ts';
import { decide } from '../../../policies/decide.ts';
import { DEFAULT_ROUTING } from '../../../policies/routing-policy.ts';
import { goalsOf } from '../../../router/goals.ts';
import { Sessions, sessionKey } from '../../../router/sessions.ts';
import { Latency } from '../../../tiers/latency.ts';
import { FRONTIER, factsOf, INHOUSE, LOCAL, THREE_TIERS, targetOf } from '../../support/routing-facts.ts';

const POLICIES = builtinPolicies(DEFAULT_ROUTING);
const decided = (facts: Partial<RequestFacts>, targets: readonly TargetView[] = THREE_TIERS): Decision =>
  decide(factsOf(facts), targets, POLICIES);
const orderOf = (decision: Decision): string[] => decision.candidates.map(({ target }) => target);
const stateOf = (target: TargetView, state: Partial<TargetView['state']>): TargetView => ({
  ...target,
  state: { available: true, ...state },
});

describe('a quality that is asked for', () => {
  // Level 1 reaches 1 - 0.1 - 0.05, Level 2 1 - 0.05.
  const gap = { '1|2': 0.1, '2|3': 0.05 };
  it.each([
    [0, 'local/tiny'],
    [0.85, 'local/tiny'],
    [0.86, 'inhouse/llama'],
    [0.95, 'inhouse/llama'],
    [0.96, 'frontier/big'],
    [1, 'frontier/big'],
  ])('of %f starts at %s', (quality, first) => {
    const decision = decided({ gap, goals: { quality } });
    expect(orderOf(decision)[0]).toBe(first);
    expect(decision.reason).toContain(`quality ${quality} is asked for`);
  });
});

describe('a cost that is asked for', () => {
  it('leaves out what may cost more, with why', () => {
    // 100 prompt and 100 answer tokens: inhouse 300 micro-USD, frontier 4,000.
    const { candidates, excluded } = decided({ goals: { maxCostUsd: 0.001 } });
    expect(candidates.map(({ target }) => target)).toEqual(['local/tiny', 'inhouse/llama']);
    expect(excluded).toEqual([
      { target: 'frontier/big', by: 'goals', reason: 'may cost $0.004000, the cap is $0.001000' },
    ]);
  });
});

describe('a target that should wait', () => {
  const full = stateOf(LOCAL, { load: { running: 64, limit: 64 } });
  it('is tried last, and the first one says so', () => {
    const decision = decided({}, [full, INHOUSE, FRONTIER]);
    expect(orderOf(decision)).toEqual(['inhouse/llama', 'frontier/big', 'local/tiny']);
    expect(decision.reason).toMatch(/64 requests run at local\/tiny already/);
  });
  it('still answers where policy allows no other', () => {
    const decision = decided({ override: { tier: 1 } }, [full, INHOUSE, FRONTIER]);
    expect(orderOf(decision)).toEqual(['local/tiny']);
  });
  it('is as good as any below its limit', () => {
    const busy = stateOf(LOCAL, { load: { running: 63, limit: 64 } });
    expect(orderOf(decided({}, [busy, INHOUSE]))[0]).toBe('local/tiny');
  });
});

describe('a latency that is asked for', () => {
  const slow = stateOf(LOCAL, { latencyMs: 900 });
  it('puts targets that were slower last; one that was never measured is tried', () => {
    const goals = { maxLatencyMs: 500 };
    expect(orderOf(decided({ goals }, [slow, INHOUSE]))).toEqual(['inhouse/llama', 'local/tiny']);
    expect(orderOf(decided({ goals }, [stateOf(LOCAL, { latencyMs: 499 }), INHOUSE]))[0]).toBe('local/tiny');
    expect(orderOf(decided({}, [slow, INHOUSE]))[0]).toBe('local/tiny');
  });
  it('is a fading mean that is forgotten', () => {
    let now = 0;
    const latency = new Latency(() => now);
    expect(latency.meanMs()).toBeNull();
    latency.note(100);
    latency.note(200);
    expect(latency.meanMs()).toBeCloseTo(110);
    now = 60_001;
    expect(latency.meanMs()).toBeNull();
  });
});

describe('a conversation in a cache', () => {
  const price = (input: number, cached: number) => ({
    inputUsdPerMtok: input,
    cachedInputUsdPerMtok: cached,
    outputUsdPerMtok: 1,
    source: 'config',
  });
  const cheap = targetOf('a/cheap', { tier: 2, contextWindow: null, price: price(1, 1) });
  const dear = targetOf('b/dear', { tier: 3, contextWindow: null, price: price(3, 0.3) });
  const facts = { promptTokens: 10_000, gap: { '1|2': 0.4, '2|3': 0.1 } };
  it('stays where the cache makes the next turn cheaper', () => {
    expect(orderOf(decided(facts, [cheap, dear]))[0]).toBe('a/cheap');
    const decision = decided({ ...facts, session: { target: 'b/dear', cachedTokens: 10_000 } }, [
      cheap,
      dear,
    ]);
    expect(orderOf(decision)).toEqual(['b/dear', 'a/cheap']);
    expect(decision.reason).toMatch(/cache holds the conversation/);
  });
  it('goes where it is cheaper all the same, and up whenever that is needed', () => {
    const little = { target: 'b/dear', cachedTokens: 100 };
    expect(orderOf(decided({ ...facts, session: little }, [cheap, dear]))[0]).toBe('a/cheap');
    const low = { target: 'a/cheap', cachedTokens: 10_000 };
    const hard = { ...facts, gap: { '1|2': 0.4, '2|3': 0.4 }, session: low };
    expect(orderOf(decided(hard, [cheap, dear]))[0]).toBe('b/dear');
  });
  it('is known by its beginning or by its name, for a while, of its caller alone', () => {
    let now = 0;
    const sessions = new Sessions(() => now);
    const ask = (...contents: string[]) => ({
      model: 'auto',
      messages: contents.map((content, i) => ({
        role: i % 2 ? ('assistant' as const) : ('user' as const),
        content,
      })),
    });
    const of = (caller: string, headers = {}) => ({ caller, headers });
    sessions.remember(sessionKey(ask('Hello'), of('a')), 'b/dear', 40);
    expect(sessions.recall(sessionKey(ask('Hello', 'Hi', 'And?'), of('a')))).toEqual({
      target: 'b/dear',
      cachedTokens: 40,
    });
    expect(sessions.recall(sessionKey(ask('Hello'), of('b')))).toBeUndefined();
    expect(sessions.recall(sessionKey(ask('Hullo'), of('a')))).toBeUndefined();
    const named = of('a', { 'x-tiergate-session': '7' });
    expect(sessionKey(ask('Hello'), named)).toBe(sessionKey(ask('Other'), named));
    now = 5 * 60_000 + 1;
    expect(sessions.recall(sessionKey(ask('Hello'), of('a')))).toBeUndefined();
  });
});

describe('goals in headers', () => {
  it('come before the config, but never lift its cap', () => {
    const configured = { quality: 0.9, maxCostUsd: 0.01 };
    expect(goalsOf({}, configured)).toEqual(configured);
    expect(
      goalsOf(
        {
          'x-tiergate-quality': '0.5',
          'x-tiergate-max-cost-usd': '3',
          'x-tiergate-max-latency-ms': '250',
          'x-tiergate-cascade': 'early',
        },
        configured,
      ),
    ).toEqual({ quality: 0.5, maxCostUsd: 0.01, maxLatencyMs: 250, cascade: 'early' });
  });
  it.each([
    ['x-tiergate-quality', '1.1'],
    ['x-tiergate-quality', 'high'],
    ['x-tiergate-max-cost-usd', '-1'],
    ['x-tiergate-max-latency-ms', 'soon'],
    ['x-tiergate-cascade', 'on'],
  ])('%s: %s is refused with its value', (name, value) => {
    expect(() => goalsOf({ [name]: value }, {})).toThrow(new RegExp(`${name}: "${value}"`));
  });
});
