// The built-in policies, one by one.
import { describe, expect, it } from 'vitest';
import type { RequestFacts, TargetView, Verdict } from '../../../contract/policy.ts';
import availability from '../../../policies/routing/availability.ts';
import capability from '../../../policies/routing/capability.ts';
import context from '../../../policies/routing/context.ts';
import gap from '../../../policies/routing/gap.ts';
import override from '../../../policies/routing/override.ts';
import sensitivity from '../../../policies/routing/sensitivity.ts';
import type { RoutingPolicy } from '../../../policies/routing-policy.ts';
import { DEFAULT_ROUTING } from '../../../policies/routing-policy.ts';
import { factsOf, LOCAL, NO_NEEDS, THREE_TIERS, targetOf } from '../../support/routing-facts.ts';

const judge = (
  policy: RoutingPolicy,
  facts: Partial<RequestFacts>,
  targets: readonly TargetView[] = THREE_TIERS,
): Verdict | null => policy.create(DEFAULT_ROUTING)(factsOf(facts), targets);

describe('context', () => {
  const window = (contextWindow: number | null) => [targetOf('a/b', { contextWindow })];
  // 1.1 times the prompt, rounded up, plus the answer.
  it.each<[number, number | null, number | null, boolean]>([
    [1000, 100, 1200, true],
    [1000, 101, 1200, false],
    [1000, null, 1101, true],
    [1000, null, 1100, false],
    [1_000_000, 100_000, null, true],
  ])(
    '%i prompt tokens and an answer of %s fit a window of %s: %s',
    (promptTokens, maxOutputTokens, size, fits) => {
      expect(judge(context, { promptTokens, maxOutputTokens }, window(size)) === null).toBe(fits);
    },
  );
});

describe('capability', () => {
  const features = Object.keys(NO_NEEDS) as (keyof typeof NO_NEEDS)[];
  it.each(features)('a target without %s is denied only to a request that needs it', (feature) => {
    const plain = [targetOf('a/without', { capabilities: NO_NEEDS }), targetOf('a/with')];
    const verdict = judge(capability, { needs: { ...NO_NEEDS, [feature]: true } }, plain)!;
    expect(verdict.denyTargets).toEqual(['a/without']);
    expect(verdict.targetReasons!['a/without']).toMatch(/^cannot do: \S/);
    expect(judge(capability, {}, plain)).toBeNull();
  });
});

describe('gap', () => {
  const { level2, level3 } = DEFAULT_ROUTING;
  it.each<[number, number, number]>([
    [0, 1, 1],
    [level2 - 0.001, 1, 1],
    [level2, 0, 2],
    [level2, level3 - 0.001, 2],
    [level2, level3, 3],
    [1, 1, 3],
  ])('a gap of %f to Level 2 and of %f beyond starts at level %i', (first, second, tier) => {
    expect(judge(gap, { gap: { '1|2': first, '2|3': second } })?.startTier).toBe(tier);
  });
  it('asks for more before routine work on a text leaves Level 1', () => {
    const facts = { gap: { '1|2': level2 * 1.4, '2|3': 1 } };
    expect(judge(gap, { ...facts, task: 'summarise' })?.startTier).toBe(1);
    expect(judge(gap, { ...facts, task: 'code' })?.startTier).toBe(3);
  });
});

describe('sensitivity', () => {
  it('says nothing where nothing was found', () => {
    expect(judge(sensitivity, {})).toBeNull();
    expect(judge(sensitivity, { sensitivity: 'restricted' })).toBeNull();
  });
  it('redacts found values for external zones, restricted requests for private ones too', () => {
    const one = judge(sensitivity, { findings: { EMAIL: 1 }, sensitivity: 'confidential' })!;
    expect(one).toMatchObject({
      redactFor: ['external'],
      reason: '1 value found (confidential): redacted for external zones',
    });
    const key = judge(sensitivity, { findings: { API_KEY: 1, EMAIL: 2 }, sensitivity: 'restricted' })!;
    expect(key.redactFor).toEqual(['private', 'external']);
    expect(key.reason).toMatch(/^3 values found/);
  });
});

describe('override', () => {
  it('narrows to the tier and the target that the client named', () => {
    expect(judge(override, {})).toBeNull();
    expect(judge(override, { override: { policy: 'strict-privacy' } })).toBeNull();
    expect(judge(override, { override: { tier: 2, target: 'a/b' } })).toEqual({
      policy: 'override',
      reason: 'the client asked for tier 2 and target a/b',
      allowTiers: [2],
      allowTargets: ['a/b'],
    });
  });
});

describe('availability', () => {
  it('denies what is not available, with the reason that the target gives', () => {
    const broken = targetOf('a/b', { state: { available: false, reason: 'breaker open for 3 s' } });
    const silent = targetOf('a/c', { state: { available: false } });
    const remark = targetOf('a/d', { state: { available: true, reason: 'half open' } });
    expect(judge(availability, {}, [LOCAL, broken, silent, remark])).toMatchObject({
      denyTargets: ['a/b', 'a/c'],
      targetReasons: { 'a/b': 'breaker open for 3 s', 'a/c': 'not available' },
    });
    expect(judge(availability, {})).toBeNull();
  });
});
