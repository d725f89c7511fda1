// Declared policies: YAML rules with CEL conditions, compiled once into one Policy per rule, named `file/rule`.
import { isScalar } from 'yaml';
import { z } from 'zod';
import type { Policy, TargetView, Verdict } from '../contract/policy.ts';
import type { Condition } from './cel.ts';
import { compileCondition } from './cel.ts';
import type { Effects, RuleSet } from './rule-schema.ts';
import { ruleSetSchema } from './rule-schema.ts';
import { schemaProblems, suggestName } from './schema-problems.ts';
import type { Problem, ValuePath, YamlSource } from './yaml-source.ts';
import { parseYaml, problemAt } from './yaml-source.ts';

export interface CompiledRules {
  name: string;
  /** One per rule, in the order of the file. Empty when there are problems. */
  policies: Policy[];
  problems: Problem[];
}

export interface CompileOptions {
  /** Where the rule set stands inside its source (an inline rule set of the config); the root by default. */
  at?: ValuePath;
  /** The configured target ids; when given, a rule that names another one is a problem. */
  targetIds?: readonly string[];
}

const ruleSetJsonSchema = z.toJSONSchema(ruleSetSchema, { io: 'input' });

/** Compiles the rules that stand in a parsed YAML source. Never throws. */
export function compileRules(
  source: YamlSource,
  fallbackName: string,
  options: CompileOptions = {},
): CompiledRules {
  const { at = [], targetIds } = options;
  let value: unknown = source.doc.toJS();
  for (const step of at) value = (value as Record<string | number, unknown> | null | undefined)?.[step];
  const parsed = ruleSetSchema.safeParse(value);
  if (!parsed.success) {
    const problems = schemaProblems(source, parsed.error, value, ruleSetJsonSchema, { prefix: at });
    return { name: fallbackName, policies: [], problems };
  }
  const name = parsed.data.name ?? fallbackName;
  const problems: Problem[] = [];
  const policies: Policy[] = [];
  const seen = new Set<string>();
  for (const [index, rule] of parsed.data.rules.entries()) {
    const path: ValuePath = [...at, 'rules', index];
    if (seen.has(rule.name)) {
      problems.push(
        problemAt(
          source,
          [...path, 'name'],
          `"${rule.name}" is the name of an earlier rule; give each its own`,
        ),
      );
    }
    seen.add(rule.name);
    if (targetIds !== undefined) problems.push(...unknownTargets(source, path, rule.effects, targetIds));
    const condition = conditionOf(rule.when);
    if ('error' in condition) {
      problems.push(conditionProblem(source, [...path, 'when'], String(rule.when), condition.error));
    } else {
      policies.push(rulePolicy(`${name}/${rule.name}`, rule, condition.condition));
    }
  }
  return { name, policies: problems.length > 0 ? [] : policies, problems };
}

/** Compiles a policy file's text. Never throws. */
export function compilePolicyText(
  text: string,
  file: string,
  name: string,
  options: CompileOptions = {},
): CompiledRules {
  const source = parseYaml(text, file);
  if (source.problems.length > 0) return { name, policies: [], problems: source.problems };
  return compileRules(source, name, options);
}

/** Null: always, without an evaluation. */
function conditionOf(
  when: boolean | string,
): ReturnType<typeof compileCondition> | { condition: Condition | null } {
  if (when === true || when === 'true') return { condition: null };
  if (when === false) return { condition: () => ({ matched: false, error: null }) };
  return compileCondition(when);
}

/** Points into the expression where it stands unquoted on one line of the file, else at its beginning. */
function conditionProblem(
  source: YamlSource,
  path: ValuePath,
  expression: string,
  error: { message: string; offset: number },
): Problem {
  const message = `the condition ${JSON.stringify(expression)} is refused: ${error.message}`;
  const problem = problemAt(source, path, message);
  const node: unknown = source.doc.getIn(path, true);
  const plain = isScalar(node) && node.type === 'PLAIN' && !expression.includes('\n');
  return plain ? { ...problem, column: problem.column + error.offset } : problem;
}

function unknownTargets(
  source: YamlSource,
  path: ValuePath,
  effects: Effects,
  ids: readonly string[],
): Problem[] {
  const named: [ValuePath, string][] = [
    ...(effects.deny_targets ?? []).map((id, i): [ValuePath, string] => [
      [...path, 'effects', 'deny_targets', i],
      id,
    ]),
    ...(effects.allow_targets ?? []).map((id, i): [ValuePath, string] => [
      [...path, 'effects', 'allow_targets', i],
      id,
    ]),
    ...(effects.pin_target === undefined
      ? []
      : [[[...path, 'effects', 'pin_target'], effects.pin_target] as [ValuePath, string]]),
  ];
  return named
    .filter(([, pattern]) => !ids.some((id) => matchesPattern(id, pattern)))
    .map(([at, pattern]) =>
      problemAt(source, at, `"${pattern}" names no configured target; ${suggestName(pattern, ids)}`),
    );
}

const matchesPattern = (id: string, pattern: string): boolean =>
  pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern;

/** Effects that only narrow what may happen. They hold even when the condition could not be evaluated. */
const narrowing = (effects: Effects): Effects => {
  const { pin_target: _pin, start_tier: _start, cascade: _cascade, ...rest } = effects;
  return rest;
};

function rulePolicy(name: string, rule: RuleSet['rules'][number], condition: Condition | null): Policy {
  const reason = rule.reason ?? rule.effects.block?.reason ?? `rule ${name}`;
  const judge = verdictMaker(name, reason, rule.effects);
  if (condition === null) return { name, judge: (_facts, targets) => judge(targets) };
  const failed = narrowing(rule.effects);
  const hasSafeEffects = Object.keys(failed).length > 0;
  return {
    name,
    judge(facts, targets) {
      const { matched, error } = condition(facts);
      if (error === null) return matched ? judge(targets) : null;
      const why = `${reason} (the condition failed: ${error}; its restrictions are applied to be safe)`;
      return hasSafeEffects
        ? verdictMaker(name, why, failed)(targets)
        : { policy: name, reason: `the condition failed: ${error}; the rule is ignored` };
    },
  };
}

/** The verdict of a matched rule: made once, unless it holds patterns that depend on the targets. */
function verdictMaker(
  name: string,
  reason: string,
  effects: Effects,
): (targets: readonly TargetView[]) => Verdict {
  const fixed: Verdict = { policy: name, reason };
  if (effects.deny_tiers) fixed.denyTiers = effects.deny_tiers;
  if (effects.allow_tiers) fixed.allowTiers = effects.allow_tiers;
  if (effects.deny_zones) fixed.denyZones = effects.deny_zones;
  if (effects.require_redaction) fixed.redactFor = effects.require_redaction;
  if (effects.pin_target !== undefined) fixed.pinTarget = effects.pin_target;
  if (effects.start_tier !== undefined) fixed.startTier = effects.start_tier;
  if (effects.cascade !== undefined) fixed.cascade = effects.cascade;
  if (effects.max_cost_usd !== undefined) fixed.maxCostMicrousd = effects.max_cost_usd * 1e6;
  if (effects.set_sensitivity !== undefined) fixed.sensitivity = effects.set_sensitivity;
  if (effects.block !== undefined) fixed.block = { code: 'POLICY_BLOCKED' };
  const { deny_targets: deny, allow_targets: allow } = effects;
  if (deny === undefined && allow === undefined) return () => fixed;
  const select = (targets: readonly TargetView[], patterns: string[]): string[] =>
    targets.filter(({ id }) => patterns.some((pattern) => matchesPattern(id, pattern))).map(({ id }) => id);
  return (targets) => ({
    ...fixed,
    ...(deny && { denyTargets: select(targets, deny) }),
    ...(allow && { allowTargets: select(targets, allow) }),
  });
}
