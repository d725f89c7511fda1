// What the schema alone cannot see: things that are wrong only together.
import { isIP } from 'node:net';
import type { Provider } from '../../contract/provider.ts';
import type { Operator } from '../../policies/privacy/operator.ts';
import { registry as operators } from '../../policies/privacy/operators/_registry.gen.ts';
import { suggestName } from '../../policies/schema-problems.ts';
import type { Problem, ValuePath, YamlSource } from '../../policies/yaml-source.ts';
import { problemAt } from '../../policies/yaml-source.ts';
import { registry } from '../../tiers/providers/_registry.gen.ts';
import { FINDING_TYPES } from './privacy.ts';
import type { Config, TargetConfig } from './schema.ts';
import { isLocalId } from './targets.ts';

const PROVIDERS: Record<string, Provider> = registry;
const OPERATORS: Record<keyof typeof operators, Operator> = operators;

/** A name or address that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1') return true;
  return isIP(bare) === 4 && bare.startsWith('127.');
}

/** All problems of a config that fits the schema. */
export function semanticProblems(config: Config, source: YamlSource): Problem[] {
  const problems: Problem[] = [];
  const report = (path: ValuePath, message: string): void => {
    problems.push(problemAt(source, path, message));
  };
  checkServer(config, report);
  checkPrivacy(config, report);
  const seen = new Set<string>();
  for (const level of [1, 2, 3] as const) {
    const tier = config.tiers[level];
    for (const [index, target] of (tier?.targets ?? []).entries()) {
      const path = ['tiers', String(level), 'targets', index];
      if (seen.has(target.id))
        report([...path, 'id'], `"${target.id}" is the id of an earlier target; give each its own`);
      seen.add(target.id);
      if (isLocalId(target.id)) checkLocal(target, level, tier!.zone, path, report);
      else checkRemote(target, tier!.zone, path, report);
    }
  }
  const reference = config.ledger.reference_target;
  if (reference !== undefined && !seen.has(reference)) {
    report(
      ['ledger', 'reference_target'],
      `"${reference}" is no configured target; ${suggestName(reference, [...seen])}`,
    );
  }
  return problems;
}

type Report = (path: ValuePath, message: string) => void;

function checkServer({ server, auth }: Config, report: Report): void {
  if (auth.keys.length === 0 && !auth.allow_anonymous && !isLoopback(server.host)) {
    report(
      ['server', 'host'],
      `"${server.host}" can be reached from other machines, but auth.keys is empty; add a key, or write auth.allow_anonymous: true`,
    );
  }
  const names = new Set<string>();
  const keys = new Set<string>();
  for (const [index, { name, key }] of auth.keys.entries()) {
    if (names.has(name))
      report(['auth', 'keys', index, 'name'], `"${name}" names an earlier key; give each its own`);
    if (keys.has(key))
      report(['auth', 'keys', index, 'key'], 'the same key stands in an earlier entry; give each its own');
    names.add(name);
    keys.add(key);
  }
}

/** A misspelt type would be looked for, or labelled, other than the user thinks. */
function checkPrivacy({ privacy }: Config, report: Report): void {
  const types = [...FINDING_TYPES, ...privacy.recognizers.map(({ type }) => type)];
  const check = (path: ValuePath, type: string): void => {
    if (!types.includes(type)) report(path, `"${type}" is no type of finding; ${suggestName(type, types)}`);
  };
  for (const [index, type] of privacy.types_off.entries()) check(['privacy', 'types_off', index], type);
  for (const type of Object.keys(privacy.sensitivity)) check(['privacy', 'sensitivity', type], type);
  for (const [type, setting] of Object.entries(privacy.operators)) {
    const path = ['privacy', 'operators', type];
    if (type !== 'default') check(path, type);
    const names = typeof setting === 'string' ? [setting] : Object.values(setting);
    const keyed = names.find((name) => name !== undefined && OPERATORS[name].needsKey === true);
    if (keyed !== undefined && privacy.key === undefined)
      report(
        path,
        `${keyed} needs privacy.key, a secret of 16 characters and more; take it from the environment`,
      );
  }
}

const REMOTE_ONLY = ['provider', 'base_url', 'api_key', 'headers'] as const;
const LOCAL_ONLY = ['model_file', 'context', 'threads', 'draft_model', 'kv_type', 'kv_save'] as const;

function checkLocal(
  target: TargetConfig,
  level: number,
  zone: string,
  path: ValuePath,
  report: Report,
): void {
  if (level !== 1) report([...path, 'id'], `"${target.id}" is a local target and belongs under tiers.1`);
  else if (zone !== 'device')
    report(['tiers', '1', 'zone'], `"${zone}" is wrong: ${target.id} runs on this machine; write device`);
  for (const key of REMOTE_ONLY) {
    if (target[key] !== undefined)
      report([...path, key], `${key} is for remote targets, but "${target.id}" is local; remove it`);
  }
}

function checkRemote(target: TargetConfig, zone: string, path: ValuePath, report: Report): void {
  for (const key of LOCAL_ONLY) {
    if (target[key] !== undefined) {
      report(
        [...path, key],
        `${key} is for local targets (id local/...), but "${target.id}" is remote; remove it`,
      );
    }
  }
  const name = target.provider ?? 'openai';
  const provider = Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name] : undefined;
  if (provider === undefined) {
    report([...path, 'provider'], `"${name}" is no provider; ${suggestName(name, Object.keys(PROVIDERS))}`);
  } else if (target.base_url === undefined && provider.defaultBaseUrl === undefined) {
    report(path, `base_url is missing; write the address of ${target.id}, e.g. http://10.0.0.5:8000/v1`);
  }
  if (target.base_url !== undefined) checkUrl(target.base_url, zone, [...path, 'base_url'], report);
}

function checkUrl(text: string, zone: string, path: ValuePath, report: Report): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    report(
      path,
      `${JSON.stringify(withoutCredentials(text))} is not an http(s) address; write e.g. http://10.0.0.5:8000/v1`,
    );
  } else if (url.username !== '' || url.password !== '') {
    report(path, 'holds a user name or password; write them as api_key or headers');
  } else if (zone === 'device' && !isLoopback(url.hostname)) {
    report(
      path,
      `"${url.hostname}" is another machine, but this tier's zone is device; write zone: private or external`,
    );
  }
}

const withoutCredentials = (url: string): string => url.replace(/\/\/[^/@]*@/, '//***@').slice(0, 100);
