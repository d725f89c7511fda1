// The policies in force: built-in ones, the configured rules in their order, and those that a request may ask for by
// name (x-tiergate-policy). Reads policy files.
import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { displayPath, packageRoot } from '../../contract/built-file.ts';
import type { Policy } from '../../contract/policy.ts';
import { builtinPolicies } from '../../policies/builtin.ts';
import { type Calibration, thresholdsBy } from '../../policies/gap/calibration.ts';
import { OperatorTable } from '../../policies/privacy/operator-table.ts';
import { compilePolicyText, compileRules } from '../../policies/rules.ts';
import { suggestName } from '../../policies/schema-problems.ts';
import type { Problem, ValuePath, YamlSource } from '../../policies/yaml-source.ts';
import { problemAt } from '../../policies/yaml-source.ts';
import type { Config } from './schema.ts';

const SHIPPED = join(packageRoot, 'policies');

/** Names of the policy files that come with Tiergate. */
export const shippedPolicies = (): string[] =>
  readdirSync(SHIPPED)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();

export interface LoadedPolicies {
  policies: Policy[];
  /** Names that a request may give in `x-tiergate-policy`. */
  names: string[];
  problems: Problem[];
}

/** Where texts come from: the disk, or what another process read from it. */
export interface TextFiles {
  has(path: string): boolean;
  /** @throws {NodeJS.ErrnoException} */
  read(path: string): string;
}

export interface PolicySource {
  source: YamlSource;
  /** Where relative paths begin: the config file's folder. */
  folder: string;
  targetIds: readonly string[];
  files: TextFiles;
  calibration: Calibration | null;
}

/** @param at where in the config the list of policies stands */
export function loadPolicies(
  { routing, policies: entries, privacy }: Pick<Config, 'routing' | 'policies' | 'privacy'>,
  { source, folder, targetIds, files, calibration }: PolicySource,
  at: ValuePath = ['policies'],
): LoadedPolicies {
  const { thresholds, context_safety, cascade } = routing;
  const policies = builtinPolicies({
    ...thresholds,
    contextSafety: context_safety,
    operators: new OperatorTable(privacy.operators),
    cascade: cascade.mode,
    skipGap: cascade.skip_gap,
    ...(calibration?.acceptance && { ownSkipGap: calibration.acceptance.skipGap }),
    thresholdFor: thresholdsBy(calibration),
  });
  const problems: Problem[] = [];
  const configured = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const place = [...at, index];
    if (typeof entry !== 'string') {
      const compiled = compileRules(source, `inline-${index + 1}`, { at: place, targetIds });
      problems.push(...compiled.problems);
      policies.push(...compiled.policies);
      configured.add(compiled.name);
      continue;
    }
    const path = policyFile(entry, folder);
    if (!files.has(path)) {
      const hint = suggestName(entry, shippedPolicies());
      problems.push(
        problemAt(
          source,
          place,
          `"${entry}" is no shipped policy and no file (${displayPath(path)}); ${hint}`,
        ),
      );
      continue;
    }
    const name = basename(path).replace(/\.ya?ml$/, '');
    const compiled = compilePolicyText(files.read(path), displayPath(path), name, { targetIds });
    problems.push(...compiled.problems);
    policies.push(...compiled.policies);
    configured.add(compiled.name);
  }
  const onRequest: Policy[] = [];
  for (const name of shippedPolicies().filter((shipped) => !configured.has(shipped))) {
    const path = policyFile(name, folder);
    const compiled = compilePolicyText(files.read(path), displayPath(path), name, {});
    problems.push(...compiled.problems);
    onRequest.push(...compiled.policies.map((policy) => whenAskedFor(policy, compiled.name)));
    configured.add(compiled.name);
  }
  const names = [...configured];
  return { policies: [...policies, ...onRequest, refuseUnknownPolicy(names)], names, problems };
}

const policyFile = (entry: string, folder: string): string =>
  /[/\\]|\.ya?ml$/.test(entry) ? resolve(folder, entry) : join(SHIPPED, `${entry}.yaml`);

const whenAskedFor = ({ name, judge }: Policy, asked: string): Policy => ({
  name,
  judge: (facts, targets) => (facts.override.policy === asked ? judge(facts, targets) : null),
});

/** A policy that is asked for and not known could have been a strict one: the request is refused. */
function refuseUnknownPolicy(names: readonly string[]): Policy {
  const known = new Set(names);
  return {
    name: 'override',
    judge({ override: { policy } }) {
      if (policy === undefined || known.has(policy)) return null;
      const reason = `x-tiergate-policy ${JSON.stringify(policy.slice(0, 60))} is not known; known: ${names.join(', ')}`;
      return { policy: 'override', reason, block: { code: 'POLICY_BLOCKED' } };
    },
  };
}
