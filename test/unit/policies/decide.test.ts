// The decision as a function: properties that must hold for every input, and tables of order and refusal.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policy, RequestFacts, TargetView, Verdict } from '../../../contract/policy.ts';
import { SENSITIVITIES, TASKS } from '../../../contract/policy.ts';
import {
  ALL_CAPABILITIES,
  type Capabilities,
  type TierLevel,
  type TrustZone,
} from '../../../contract/tier.ts';
import { builtinPolicies } from '../../../policies/builtin.ts';
import { decide } from '../../../policies/decide.ts';
import { worstCaseMicrousd } from '../../../policies/fold.ts';
import { DEFAULT_ROUTING } from '../../../policies/routing-policy.ts';
import {
  FRONTIER,
  factsOf,
  INHOUSE,
  LOCAL,
  NO_NEEDS,
  THREE_TIERS,
  targetOf,
} from '../../support/routing-facts.ts';

const BUILTIN = builtinPolicies(DEFAULT_ROUTING);
const IDS = ['local/a', 'inhouse/b', 'inhouse/c', 'frontier/d', 'frontier/e', 'other/f'];
const TIERS: TierLevel[] = [1, 2, 3];
const ZONES: TrustZone[] = ['device', 'private', 'external'];

const capabilities: fc.Arbitrary<Capabilities> = fc.record({
  tools: fc.boolean(),
  jsonMode: fc.boolean(),
  jsonSchema: fc.boolean(),
  vision: fc.boolean(),
  audio: fc.boolean(),
  logprobs: fc.boolean(),
  multipleChoices: fc.boolean(),
});
const amount = fc.double({ min: 0, max: 100, noNaN: true });
const target: fc.Arbitrary<TargetView> = fc.record({
  id: fc.constantFrom(...IDS),
  tier: fc.constantFrom(...TIERS),
  zone: fc.constantFrom(...ZONES),
  provider: fc.constant('openai'),
  model: fc.constant('m'),
  contextWindow: fc.option(fc.integer({ min: 256, max: 200_000 })),
  capabilities: fc.oneof(fc.constant(ALL_CAPABILITIES), capabilities),
  price: fc.option(
    fc.record({ inputUsdPerMtok: amount, outputUsdPerMtok: amount, source: fc.constant('config') }),
  ),
  state: fc.oneof(
    fc.constant({ available: true }),
    fc.constantFrom({ available: false }, { available: false, reason: 'breaker open' }),
  ),
});
const targets = fc.uniqueArray(target, { selector: ({ id }) => id, maxLength: 6 });
const override = fc.record(
  { tier: fc.constantFrom(...TIERS), target: fc.constantFrom(...IDS, 'nobody/x') },
  { requiredKeys: [] },
);
const facts: fc.Arbitrary<RequestFacts> = fc
  .record({
    promptTokens: fc.integer({ min: 0, max: 300_000 }),
    maxOutputTokens: fc.option(fc.integer({ min: 1, max: 100_000 })),
    needs: fc.oneof(fc.constant(NO_NEEDS), capabilities),
    task: fc.constantFrom(...TASKS),
    difficulty: fc.double({ min: 0, max: 1, noNaN: true }),
    findings: fc.dictionary(fc.constantFrom('EMAIL', 'PHONE', 'API_KEY'), fc.integer({ min: 1, max: 99 })),
    sensitivity: fc.constantFrom(...SENSITIVITIES),
    override: fc.oneof(fc.constant({}), override),
  })
  .map((changes) => factsOf(changes as Partial<RequestFacts>));
const some = <T>(values: readonly T[]) => fc.uniqueArray(fc.constantFrom(...values), { maxLength: 3 });
const verdict = fc.record(
  {
    denyTiers: some(TIERS),
    denyZones: some(ZONES),
    denyTargets: some(IDS),
    allowTiers: some(TIERS),
    allowTargets: some(IDS),
    redactFor: some(ZONES),
    pinTarget: fc.constantFrom(...IDS),
    startTier: fc.constantFrom(...TIERS),
    maxCostMicrousd: fc.double({ min: 0, max: 1e6, noNaN: true }),
    sensitivity: fc.constantFrom(...SENSITIVITIES),
    block: fc.constant({ code: 'POLICY_BLOCKED' as const }),
  },
  { requiredKeys: [] },
);
/** Policies that say a fixed thing, most of them not a block, some only from a sensitivity on. */
const policies = fc
  .array(fc.tuple(verdict, fc.integer({ min: 0, max: 9 }), fc.constantFrom(...SENSITIVITIES)), {
    maxLength: 5,
  })
  .map((list): Policy[] =>
    list.map(([said, keepBlock, from], index) => {
      const { block, ...rest } = said;
      const name = `p${index}`;
      const full = {
        policy: name,
        reason: `because of ${name}`,
        ...rest,
        ...(block && keepBlock === 0 && { block }),
      } as Verdict;
      return {
        name,
        judge: (seen) =>
          SENSITIVITIES.indexOf(seen.sensitivity) >= SENSITIVITIES.indexOf(from) ? full : null,
      };
    }),
  );

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
};
const always = (said: Partial<Verdict>, name = 'house'): Policy => ({
  name,
  judge: () => ({ policy: name, reason: `${name} says so`, ...said }),
});
const ids = (decision: { candidates: { target: string }[] }): string[] =>
  decision.candidates.map(({ target: id }) => id);

describe('for every facts, targets and policies', () => {
  const holds = (check: (f: RequestFacts, t: TargetView[], p: Policy[]) => void): void =>
    fc.assert(
      fc.property(facts, targets, policies, (f, t, p) => check(f, t, [...BUILTIN, ...p])),
      { numRuns: 400 },
    );

  it('is total, deterministic, and changes nothing it is given', () => {
    holds((f, t, p) => {
      const first = decide(freeze(f), freeze(t), p);
      expect(decide(structuredClone(f), structuredClone(t), p)).toEqual(first);
    });
  });

  it('makes each target a candidate or an exclusion with its reason, never both', () => {
    holds((f, t, p) => {
      const { candidates, excluded, outcome, block, reason } = decide(f, t, p);
      const named = [...candidates, ...excluded].map(({ target: id }) => id);
      expect(named.sort()).toEqual(t.map(({ id }) => id).sort());
      for (const { by, reason: why } of excluded) expect([by, why]).not.toContain('');
      expect(outcome === 'block').toBe(candidates.length === 0);
      expect(block === undefined).toBe(outcome === 'route');
      expect(reason).not.toBe('');
    });
  });

  it('lets deny win: no candidate in a denied zone, tier or target, or outside an allowed set', () => {
    holds((f, t, p) => {
      const { candidates, verdicts } = decide(f, t, p);
      for (const { target: id } of candidates) {
        const { tier, zone } = t.find((one) => one.id === id)!;
        for (const said of verdicts) {
          expect(said.denyTiers ?? []).not.toContain(tier);
          expect(said.denyZones ?? []).not.toContain(zone);
          expect(said.denyTargets ?? []).not.toContain(id);
          if (said.allowTiers) expect(said.allowTiers).toContain(tier);
          if (said.allowTargets) expect(said.allowTargets).toContain(id);
          expect(said.block).toBeUndefined();
        }
      }
    });
  });

  it('asks for redaction in every zone that a verdict names, and wherever values meet an external zone', () => {
    holds((f, t, p) => {
      const { candidates, verdicts } = decide(f, t, p);
      const zones = new Set(verdicts.flatMap(({ redactFor }) => redactFor ?? []));
      for (const { target: id, redact } of candidates) {
        const { zone } = t.find((one) => one.id === id)!;
        expect(redact).toBe(zones.has(zone));
        if (zone === 'external' && Object.keys(f.findings).length > 0) expect(redact).toBe(true);
      }
    });
  });

  it('never lets the client widen the choice by header or model name', () => {
    holds((f, t, p) => {
      const free = ids(decide({ ...f, override: {} }, t, p));
      for (const id of ids(decide(f, t, p))) {
        expect(free).toContain(id);
        const chosen = t.find((one) => one.id === id)!;
        if (f.override.tier !== undefined) expect(chosen.tier).toBe(f.override.tier);
        if (f.override.target !== undefined) expect(id).toBe(f.override.target);
      }
    });
  });

  it('keeps every candidate below the cost cap; an unknown price is above every cap', () => {
    holds((f, t, p) => {
      const { candidates, verdicts, maxCostMicrousd } = decide(f, t, p);
      const caps = verdicts.flatMap(({ maxCostMicrousd: cap }) => (cap === undefined ? [] : [cap]));
      expect(maxCostMicrousd).toBe(caps.length === 0 ? null : Math.min(...caps));
      if (maxCostMicrousd === null) return;
      for (const { target: id } of candidates) {
        const chosen = t.find((one) => one.id === id)!;
        expect(chosen.price !== null || chosen.zone === 'device').toBe(true);
        expect(worstCaseMicrousd(chosen, f)).toBeLessThanOrEqual(maxCostMicrousd);
      }
    });
  });

  it('never lowers the sensitivity', () => {
    holds((f, t, p) => {
      const { sensitivity, verdicts } = decide(f, t, p);
      for (const label of [f.sensitivity, ...verdicts.flatMap((said) => said.sensitivity ?? [])]) {
        expect(SENSITIVITIES.indexOf(sensitivity)).toBeGreaterThanOrEqual(SENSITIVITIES.indexOf(label));
      }
    });
  });

  it('gives the same candidates in whatever order policies stand that only deny, allow, redact or cap', () => {
    fc.assert(
      fc.property(facts, targets, policies, (f, t, p) => {
        const reversed = decide(f, t, [...p].reverse());
        expect(ids(reversed).sort()).toEqual(ids(decide(f, t, p)).sort());
      }),
      { numRuns: 300 },
    );
  });
});

describe('order of candidates', () => {
  const cheap = targetOf('inhouse/cheap', {
    price: { inputUsdPerMtok: 0.1, outputUsdPerMtok: 0.1, source: 'config' },
  });
  const unknown = targetOf('inhouse/unknown', { price: null });
  const all = [FRONTIER, unknown, INHOUSE, cheap, LOCAL];
  it.each<[string, Policy[], string[]]>([
    [
      'the smallest tier first, the cheapest first inside it, an unknown price last',
      [],
      ['local/tiny', 'inhouse/cheap', 'inhouse/llama', 'inhouse/unknown', 'frontier/big'],
    ],
    [
      'from the start tier upwards, lower tiers last',
      [always({ startTier: 2 })],
      ['inhouse/cheap', 'inhouse/llama', 'inhouse/unknown', 'frontier/big', 'local/tiny'],
    ],
    [
      'the nearest lower tier before the others',
      [always({ startTier: 3 })],
      ['frontier/big', 'inhouse/cheap', 'inhouse/llama', 'inhouse/unknown', 'local/tiny'],
    ],
    [
      'the last start tier holds',
      [always({ startTier: 3 }), always({ startTier: 1 })],
      ['local/tiny', 'inhouse/cheap', 'inhouse/llama', 'inhouse/unknown', 'frontier/big'],
    ],
    [
      'pinned targets before everything, in the order of the verdicts',
      [always({ pinTarget: 'frontier/big' }), always({ pinTarget: 'inhouse/unknown' })],
      ['frontier/big', 'inhouse/unknown', 'local/tiny', 'inhouse/cheap', 'inhouse/llama'],
    ],
  ])('%s', (_name, rules, expected) => {
    expect(ids(decide(factsOf(), all, rules))).toEqual(expected);
  });

  it('breaks a tie of tier and price by id', () => {
    const twins = [targetOf('inhouse/b'), targetOf('inhouse/a')];
    expect(ids(decide(factsOf(), twins, []))).toEqual(['inhouse/a', 'inhouse/b']);
    const unpriced = [targetOf('inhouse/b', { price: null }), targetOf('inhouse/a', { price: null })];
    expect(ids(decide(factsOf(), unpriced, []))).toEqual(['inhouse/a', 'inhouse/b']);
  });

  it('says why each stands where it stands', () => {
    const { candidates } = decide(factsOf(), THREE_TIERS, [
      always({ startTier: 2, redactFor: ['external'], pinTarget: 'frontier/big' }),
    ]);
    expect(candidates.map(({ reason }) => reason)).toEqual([
      'pinned by house: house says so; redacted',
      'tier 2: house says so',
      'tier 1, last resort below the preferred tier 2: house says so',
    ]);
  });
});

describe('code of a refusal', () => {
  const only = (changes: Partial<TargetView>): TargetView[] => [targetOf('inhouse/llama', changes)];
  const missing = { available: false, reason: 'no model file: put a GGUF into models/' };
  it.each<[string, string, Partial<RequestFacts>, readonly TargetView[], Policy[], RegExp]>([
    [
      'too long',
      'CONTEXT_OVERFLOW',
      { promptTokens: 9000 },
      only({}),
      [],
      /needs about 10000 tokens, holds 8192/,
    ],
    [
      'a feature nobody has',
      'UNSUPPORTED_FEATURE',
      { needs: { ...NO_NEEDS, vision: true } },
      only({ capabilities: NO_NEEDS }),
      [],
      /cannot do: images/,
    ],
    [
      'a policy that denies all',
      'POLICY_BLOCKED',
      {},
      THREE_TIERS,
      [always({ denyTiers: [1, 2, 3] })],
      /house/,
    ],
    [
      'a policy that blocks',
      'POLICY_BLOCKED',
      {},
      THREE_TIERS,
      [always({ block: { code: 'POLICY_BLOCKED' } })],
      /refused by policy house: house says so/,
    ],
    [
      'a spent budget',
      'BUDGET_EXCEEDED',
      {},
      THREE_TIERS,
      [always({ block: { code: 'BUDGET_EXCEEDED' } })],
      /refused by policy house/,
    ],
    [
      'private data that may go nowhere',
      'PII_BLOCKED',
      { findings: { EMAIL: 1 }, sensitivity: 'confidential' },
      [FRONTIER],
      [
        {
          name: 'house',
          judge: ({ findings }) =>
            'EMAIL' in findings ? { policy: 'house', reason: 'mail stays', denyZones: ['external'] } : null,
        },
      ],
      /mail stays/,
    ],
    [
      'private data, but the policy denies everything anyway',
      'POLICY_BLOCKED',
      { findings: { EMAIL: 1 }, sensitivity: 'confidential' },
      [FRONTIER],
      [always({ denyZones: ['external'] })],
      /house/,
    ],
    [
      'an unknown model',
      'MODEL_NOT_FOUND',
      { override: { target: 'gpt-9' } },
      THREE_TIERS,
      [],
      /"gpt-9".*local\/tiny, inhouse\/llama, frontier\/big/,
    ],
    ['no target at all', 'NO_TIER_AVAILABLE', {}, [], [], /add one to tiers/],
    [
      'a tier without targets',
      'NO_TIER_AVAILABLE',
      { override: { tier: 3 } },
      [LOCAL, INHOUSE],
      [],
      /tier 3/,
    ],
    [
      'a server that is down',
      'NO_TIER_AVAILABLE',
      {},
      only({ state: { available: false, reason: 'breaker open for 12 s' } }),
      [],
      /breaker open for 12 s/,
    ],
    ['no model file', 'NO_LOCAL_MODEL', {}, [{ ...LOCAL, state: missing }], [], /put a GGUF/],
    [
      'too long for what is up, and the large one down: it may come back',
      'NO_TIER_AVAILABLE',
      { promptTokens: 9000 },
      [INHOUSE, { ...FRONTIER, state: { available: false, reason: 'breaker open' } }],
      [],
      /breaker open/,
    ],
    [
      'a cap that the price exceeds',
      'POLICY_BLOCKED',
      {},
      [FRONTIER],
      [always({ maxCostMicrousd: 1 })],
      /may cost \$0\.004000, the cap is \$0\.000001/,
    ],
    [
      // 100 prompt tokens at 10, three answers of 100 tokens at 30 USD per million.
      'a cap that one answer keeps and three exceed',
      'POLICY_BLOCKED',
      { choices: 3 },
      [FRONTIER],
      [always({ maxCostMicrousd: 5000 })],
      /may cost \$0\.010000, the cap is \$0\.005000/,
    ],
  ])('%s: %s', (_name, code, changes, views, rules, message) => {
    const decision = decide(factsOf(changes), views, [...BUILTIN, ...rules]);
    expect(decision.outcome).toBe('block');
    expect(decision.block?.code).toBe(code);
    expect(decision.block?.message).toMatch(message);
    expect(decision.reason).toBe(decision.block?.message);
  });

  it('names the lasting obstacle of a target before a passing one', () => {
    const down = { ...FRONTIER, state: { available: false, reason: 'breaker open' } };
    const { excluded } = decide(factsOf(), [LOCAL, down], [...BUILTIN, always({ denyZones: ['external'] })]);
    expect(excluded).toEqual([
      { target: 'frontier/big', by: 'house', reason: 'zone external is denied: house says so' },
    ]);
  });
});
