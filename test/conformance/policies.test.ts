// Every built-in policy and every shipped policy file: the contract of a policy, and what the files do.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/built-file.ts';
import type { Decision, Policy, RequestFacts } from '../../contract/policy.ts';
import { SENSITIVITIES, TASKS } from '../../contract/policy.ts';
import { builtinPolicies } from '../../policies/builtin.ts';
import { decide } from '../../policies/decide.ts';
import { registry } from '../../policies/routing/_registry.gen.ts';
import { DEFAULT_ROUTING } from '../../policies/routing-policy.ts';
import { compilePolicyText } from '../../policies/rules.ts';
import { shippedPolicies } from '../../router/config/policies.ts';
import { factsOf, NO_NEEDS, THREE_TIERS } from '../support/routing-facts.ts';

const shipped = (name: string): Policy[] => {
  const file = join(packageRoot, 'policies', `${name}.yaml`);
  const compiled = compilePolicyText(readFileSync(file, 'utf8'), file, 'file-name');
  expect(compiled.problems).toEqual([]);
  expect(compiled.name).toBe(name);
  return compiled.policies;
};

/** Odd but possible facts: nothing of it may make a policy throw. */
const ODD: RequestFacts[] = [
  factsOf(),
  factsOf({ promptTokens: 0, maxOutputTokens: null, messageCount: 0, language: null }),
  factsOf({ promptTokens: 1e9, maxOutputTokens: 1e9, difficulty: 1 }),
  factsOf({ findings: { EMAIL: 1e6, constructor: 1 }, sensitivity: 'restricted' }),
  factsOf({ headers: { __proto__: 'x', 'x-a': '' }, model: '', caller: '' }),
  factsOf({ override: { tier: 3, target: 'nobody/x', policy: 'none' } }),
  ...TASKS.map((task) => factsOf({ task, difficulty: 0.9 })),
  ...SENSITIVITIES.map((sensitivity) => factsOf({ sensitivity, needs: { ...NO_NEEDS, tools: true } })),
];

const everyPolicy: [string, Policy][] = [
  ...builtinPolicies(DEFAULT_ROUTING).map((policy): [string, Policy] => [policy.name, policy]),
  ...shippedPolicies().flatMap((file) =>
    shipped(file).map((policy): [string, Policy] => [policy.name, policy]),
  ),
];

describe.each(everyPolicy)('policy %s', (name, policy) => {
  it('judges odd facts and no targets without throwing, twice the same, under its own name', () => {
    for (const facts of ODD) {
      for (const targets of [THREE_TIERS, []]) {
        const verdict = policy.judge(Object.freeze(facts), targets);
        expect(policy.judge(facts, targets)).toEqual(verdict);
        if (verdict !== null) {
          expect(verdict.policy).toBe(name);
          expect(verdict.reason).not.toBe('');
        }
      }
    }
  });
});

it.each(Object.entries(registry))('%s: the registered name is the file name', (file, { name }) => {
  expect(name).toBe(file);
});

const HIGH_GAP = { '1|2': 0.6, '2|3': 0.6 };
const REQUESTS: Record<string, RequestFacts> = {
  'public chat': factsOf(),
  'a request with an e-mail address': factsOf({ findings: { EMAIL: 1 }, sensitivity: 'confidential' }),
  'a request with an API key': factsOf({ findings: { API_KEY: 1 }, sensitivity: 'restricted' }),
  'a list of addresses': factsOf({ findings: { EMAIL: 50 }, sensitivity: 'confidential' }),
  'hard maths': factsOf({ task: 'maths', difficulty: 0.85, gap: HIGH_GAP, maxOutputTokens: 400 }),
  'very hard maths': factsOf({ task: 'maths', difficulty: 0.95, gap: HIGH_GAP, maxOutputTokens: 400 }),
  'a long answer': factsOf({ maxOutputTokens: 4000 }),
};

/** `target` or `target*` (redacted), in order. */
const plan = ({ candidates }: Decision): string =>
  candidates.map(({ target, redact }) => `${target.split('/')[0]}${redact ? '*' : ''}`).join(' ');

describe('the shipped policy files with three tiers', () => {
  it.each([
    ['default', 'public chat', 'local inhouse frontier'],
    ['default', 'a request with an e-mail address', 'local inhouse* frontier*'],
    ['default', 'a request with an API key', 'local inhouse* frontier*'],
    ['default', 'a list of addresses', 'local inhouse*'],
    ['default', 'hard maths', 'frontier inhouse local'],
    ['strict-privacy', 'public chat', 'local'],
    ['strict-privacy', 'a request with an e-mail address', 'local'],
    ['strict-privacy', 'a request with an API key', 'local'],
    ['strict-privacy', 'hard maths', 'local'],
    ['cost-saver', 'public chat', 'local inhouse frontier'],
    // Only the floor: found values are redacted off the premises.
    ['cost-saver', 'a request with an e-mail address', 'local inhouse frontier*'],
    ['cost-saver', 'hard maths', 'inhouse frontier local'],
    ['cost-saver', 'very hard maths', 'frontier inhouse local'],
    // 100 * 10 + 4000 * 30 micro-USD is 12.1 cents; in house 0.8 cents.
    ['cost-saver', 'a long answer', 'local inhouse'],
  ])('%s: %s goes to %s', (file, request, expected) => {
    const policies = [...builtinPolicies(DEFAULT_ROUTING), ...shipped(file)];
    expect(plan(decide(REQUESTS[request]!, THREE_TIERS, policies))).toBe(expected);
  });

  it('strict-privacy refuses what only another machine could do', () => {
    const policies = [...builtinPolicies(DEFAULT_ROUTING), ...shipped('strict-privacy')];
    const decision = decide(factsOf({ override: { tier: 3 } }), THREE_TIERS, policies);
    expect(decision.candidates).toEqual([]);
    expect(decision.block?.code).toBe('POLICY_BLOCKED');
  });
});
