// Declared rules: what is refused when they are loaded, what they do when they run.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../../contract/built-file.ts';
import type { Policy, RequestFacts, Verdict } from '../../../contract/policy.ts';
import * as cel from '../../../policies/cel.ts';
import { decide } from '../../../policies/decide.ts';
import { compilePolicyText } from '../../../policies/rules.ts';
import { formatProblem } from '../../../policies/yaml-source.ts';
import { factsOf, NO_NEEDS, THREE_TIERS } from '../../support/routing-facts.ts';

const TARGET_IDS = THREE_TIERS.map(({ id }) => id);
const problemsOf = (text: string): string[] =>
  compilePolicyText(text, 'p.yaml', 'p', { targetIds: TARGET_IDS }).problems.map(formatProblem);

/** One rule with this condition and these effects (YAML flow text). */
const rule = (when: string, effects: string): string =>
  `rules:\n  - name: r\n    when: ${when}\n    reason: why\n    effects: ${effects}\n`;
const compiled = (text: string): Policy[] => {
  const { policies, problems } = compilePolicyText(text, 'p.yaml', 'p');
  expect(problems).toEqual([]);
  return policies;
};
const verdictOf = (when: string, effects: string, facts: Partial<RequestFacts> = {}): Verdict | null =>
  compiled(rule(when, effects))[0]!.judge(factsOf(facts), THREE_TIERS);

describe('a rule that cannot be loaded', () => {
  it.each([
    [
      'an unknown variable',
      'dificulty > 0.5',
      /^p\.yaml:3:11: rules\[0\]\.when: .*"dificulty > 0\.5" is refused: Unknown variable: dificulty; known: .*difficulty/,
    ],
    ['an error further right', 'stream && nope', /^p\.yaml:3:21: .*Unknown variable: nope/],
    ['bad syntax', 'task ==', /^p\.yaml:3:\d+: .*"task ==" is refused: /],
    ['types that do not compare', 'difficulty == "high"', /^p\.yaml:3:\d+: .*no such overload/],
    ['a number for a condition', 'prompt_tokens + 1', /gives int, but a condition must give bool/],
    ['an unknown function', 'shout(task)', /^p\.yaml:3:\d+: .*shout/],
  ])('%s is named with its place and the error', (_name, when, expected) => {
    const problems = problemsOf(rule(when, '{start_tier: 1}'));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });

  it.each([
    [
      'an unknown effect',
      '{deny_zone: [external]}',
      /^p\.yaml:5:15: rules\[0\]\.effects\.deny_zone: unknown key "deny_zone"; did you mean "deny_zones"\?/,
    ],
    ['an effect far from all', '{xyzzy: 1}', /known here: deny_tiers, allow_tiers, .*block/],
    ['no effect', '{}', /an effect is missing/],
    [
      'a zone that is none',
      '{deny_zones: [extern]}',
      /"extern" is none of device, private, external; did you mean "external"/,
    ],
    ['a tier that is none', '{start_tier: 4}', /^p\.yaml:5:27: /],
    ['a negative cap', '{max_cost_usd: -1}', /-1 is too small; write 0 or more/],
    [
      'a target that is not configured',
      '{pin_target: inhouse/lama}',
      /"inhouse\/lama" names no configured target; did you mean "inhouse\/llama"/,
    ],
    ['a pattern without a target', '{deny_targets: ["cloud/*"]}', /"cloud\/\*" names no configured target/],
    ['a block without its reason', '{block: {}}', /block\.reason: is missing; write a text/],
  ])('%s is refused', (_name, effects, expected) => {
    const problems = problemsOf(rule('true', effects));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });

  it('says how to quote a condition that begins with a quote', () => {
    expect(problemsOf(rule('"EMAIL" in findings', '{start_tier: 1}'))).toEqual([
      expect.stringMatching(/^p\.yaml:3:\d+: not valid YAML: .*in single quotes: '"EMAIL" in findings'$/),
    ]);
  });

  it('reports every problem of a file at once, and compiles nothing of it', () => {
    const text = `rules:
  - name: a
    when: nope
    effects: {start_tier: 1}
  - name: a
    effects: {start_tier: 2}
`;
    const { policies, problems } = compilePolicyText(text, 'p.yaml', 'p');
    expect(policies).toEqual([]);
    expect(problems.map(({ line }) => line)).toEqual([3, 5]);
    expect(problems[1]!.message).toMatch(/"a" is the name of an earlier rule/);
  });

  it.each(['', '[]', 'rules: []', 'rules: 5', 'name: x', '- a', 'rules:\n\t- x'])(
    'refuses %j without throwing',
    (text) => {
      expect(problemsOf(text).length).toBeGreaterThan(0);
    },
  );
});

describe('a condition', () => {
  it.each<[string, Partial<RequestFacts>, boolean]>([
    ['task == "code" && difficulty >= 0.5', { task: 'code', difficulty: 0.5 }, true],
    ['task == "code" && difficulty >= 0.5', { task: 'code', difficulty: 0.4 }, false],
    ['findings["EMAIL"] > 1', { findings: { EMAIL: 2 } }, true],
    ['findings.count("EMAIL") > 1', {}, false],
    ['"API_KEY" in findings', { findings: { API_KEY: 1 } }, true],
    ['size(findings) == 0', {}, true],
    ['headers.value("x-team") == "legal"', { headers: { 'x-team': 'legal' } }, true],
    ['headers.value("x-team") == "legal"', {}, false],
    ['"constructor" in headers', {}, false],
    ['rank(sensitivity) >= rank("confidential")', { sensitivity: 'restricted' }, true],
    ['rank(sensitivity) >= rank("confidential")', { sensitivity: 'internal' }, false],
    ['needs.tools || needs.json_schema', { needs: { ...NO_NEEDS, jsonSchema: true } }, true],
    ['max_output_tokens == -1', { maxOutputTokens: null }, true],
    ['prompt_tokens > 1000 && message_count < 5', { promptTokens: 1000.5 }, true],
    ['language in ["de", "fr"]', { language: 'de' }, true],
    ['language == ""', { language: null }, true],
    ['hour < 6 || weekday == 0', { time: { iso: 'x', hour: 3, weekday: 2 } }, true],
    ['time.startsWith("2026-11-23")', {}, true],
    ['caller == "anonymous" && surface == "openai" && model == "auto" && !stream', {}, true],
  ])('%s', (when, facts, matched) => {
    const verdict = verdictOf(JSON.stringify(when), '{start_tier: 2}', facts);
    expect(verdict).toEqual(matched ? { policy: 'p/r', reason: 'why', startTier: 2 } : null);
  });

  it('sees the facts of its own request when two requests alternate', () => {
    const [policy] = compiled(rule('\'"EMAIL" in findings\'', '{start_tier: 2}'));
    const withMail = factsOf({ findings: { EMAIL: 1 } });
    const without = factsOf();
    const seen = [withMail, without, withMail].map((facts) => policy!.judge(facts, THREE_TIERS) !== null);
    expect(seen).toEqual([true, false, true]);
  });

  it('gives what it gave before for facts that look the same to it, and only then', () => {
    const [policy] = compiled(
      rule('\'caller == "a" && findings.exists(type, findings[type] >= 2)\'', '{start_tier: 2}'),
    );
    const judged = (caller: string, findings: Record<string, number>): boolean =>
      policy!.judge(factsOf({ caller, findings }), THREE_TIERS) !== null;
    for (let again = 0; again < 2; again += 1) {
      expect(judged('a', { EMAIL: 1, PHONE: 2 })).toBe(true);
      expect(judged('a', { EMAIL: 1, PHONE: 1 })).toBe(false);
      expect(judged('a', { EMAIL: 12 })).toBe(true);
      expect(judged('b', { EMAIL: 2 })).toBe(false);
      expect(judged('a', {})).toBe(false);
    }
    // More than are remembered.
    for (let count = 0; count < 600; count += 1) expect(judged('a', { EMAIL: count })).toBe(count >= 2);
  });

  it('that is true or absent is never compiled', () => {
    const compile = vi.spyOn(cel, 'compileCondition');
    expect(verdictOf('true', '{start_tier: 2}')).toMatchObject({ startTier: 2 });
    expect(compiled('rules: [{name: r, effects: {start_tier: 3}}]')[0]!.judge(factsOf(), [])).toMatchObject({
      startTier: 3,
    });
    expect(verdictOf('false', '{start_tier: 2}')).toBeNull();
    expect(compile).not.toHaveBeenCalled();
    expect(verdictOf('stream', '{start_tier: 2}')).toBeNull();
    expect(compile).toHaveBeenCalledExactlyOnceWith('stream');
    compile.mockRestore();
  });
});

describe('a condition that fails on a request', () => {
  const FAILING = '\'headers["x-team"] == "legal"\'';

  it.each<[string, Partial<Verdict>]>([
    ['{deny_zones: [external]}', { denyZones: ['external'] }],
    ['{allow_tiers: [1]}', { allowTiers: [1] }],
    ['{require_redaction: [external]}', { redactFor: ['external'] }],
    ['{block: {reason: no}}', { block: { code: 'POLICY_BLOCKED' } }],
    ['{max_cost_usd: 0.01}', { maxCostMicrousd: 10_000 }],
    ['{set_sensitivity: restricted}', { sensitivity: 'restricted' }],
  ])('still restricts: %s', (effects, expected) => {
    const verdict = verdictOf(FAILING, effects);
    expect(verdict).toMatchObject(expected);
    expect(verdict!.reason).toMatch(/^why \(the condition failed: .*x-team/);
  });

  it.each(['{start_tier: 3}', '{pin_target: frontier/big}'])('never steers: %s', (effects) => {
    const verdict = verdictOf(FAILING, effects)!;
    expect(Object.keys(verdict).sort()).toEqual(['policy', 'reason']);
    expect(verdict.reason).toMatch(/the condition failed: .*; the rule is ignored/);
  });

  it('keeps the restriction and drops the wish of one rule', () => {
    const verdict = verdictOf(FAILING, '{pin_target: frontier/big, deny_zones: [private]}')!;
    expect(verdict.denyZones).toEqual(['private']);
    expect(verdict.pinTarget).toBeUndefined();
  });
});

describe('each effect', () => {
  it.each<[string, Partial<Verdict>]>([
    ['{deny_tiers: [3]}', { denyTiers: [3] }],
    ['{allow_tiers: [1, 2]}', { allowTiers: [1, 2] }],
    ['{deny_zones: [external]}', { denyZones: ['external'] }],
    ['{deny_targets: ["inhouse/*"]}', { denyTargets: ['inhouse/llama'] }],
    ['{allow_targets: [local/tiny, "frontier/*"]}', { allowTargets: ['local/tiny', 'frontier/big'] }],
    ['{require_redaction: [private, external]}', { redactFor: ['private', 'external'] }],
    ['{pin_target: frontier/big}', { pinTarget: 'frontier/big' }],
    ['{start_tier: 2}', { startTier: 2 }],
    ['{max_cost_usd: 0.02}', { maxCostMicrousd: 20_000 }],
    ['{set_sensitivity: restricted}', { sensitivity: 'restricted' }],
    ['{block: {reason: closed}}', { block: { code: 'POLICY_BLOCKED' } }],
  ])('%s', (effects, expected) => {
    expect(verdictOf('stream == false', effects)).toEqual({ policy: 'p/r', reason: 'why', ...expected });
  });

  it('gives the reason of a block to the client where the rule has none of its own', () => {
    const policies = compiled('rules: [{name: r, effects: {block: {reason: closed on Sundays}}}]');
    const decision = decide(factsOf(), THREE_TIERS, policies);
    expect(decision.block).toEqual({
      code: 'POLICY_BLOCKED',
      message: 'refused by policy p/r: closed on Sundays',
    });
  });

  it('raises the sensitivity for the rules before it too', () => {
    const policies = compiled(`rules:
  - name: guard
    when: sensitivity == "restricted"
    effects: {deny_zones: [external]}
  - name: legal
    when: headers.value("x-team") == "legal"
    effects: {set_sensitivity: restricted}
`);
    const decision = decide(factsOf({ headers: { 'x-team': 'legal' } }), THREE_TIERS, policies);
    expect(decision.sensitivity).toBe('restricted');
    expect(decision.candidates.map(({ target }) => target)).toEqual(['local/tiny', 'inhouse/llama']);
  });
});

it('the rules of docs/adding-a-policy.md compile, and its table names every variable', () => {
  const text = readFileSync(join(packageRoot, 'docs/adding-a-policy.md'), 'utf8');
  const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block!);
  expect(blocks.map((block) => compiled(block).length)).toEqual([2]);
  const refused = cel.compileCondition('nope') as { error: { message: string } };
  const known = refused.error.message.split('known: ')[1]!.split(', ');
  expect(known.length).toBeGreaterThan(15);
  for (const name of known) expect(text).toContain(`\`${name}\``);
});
