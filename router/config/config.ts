// Reads tiergate.yaml: YAML, environment, schema, cross-checks and policies, with every problem reported at its place.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import type { Policy } from '../../contract/policy.ts';
import { findLocalModel } from '../../engine/catalog.ts';
import { lockPath } from '../../engine/store/lock-file.ts';
import type { Calibration } from '../../policies/gap/calibration.ts';
import { schemaProblems, showValue } from '../../policies/schema-problems.ts';
import type { Problem } from '../../policies/yaml-source.ts';
import { formatPath, formatProblems, parseYaml, problemAt } from '../../policies/yaml-source.ts';
import type { Trial } from '../trial.ts';
import { calibrationPath, readCalibration } from './calibration.ts';
import type { Environment } from './interpolate.ts';
import { interpolate } from './interpolate.ts';
import { withModelFiles } from './model-files.ts';
import { loadPolicies, type TextFiles } from './policies.ts';
import type { Config } from './schema.ts';
import { configJsonSchema, configSchema } from './schema.ts';
import { semanticProblems } from './semantics.ts';
import type { ConfiguredTarget } from './targets.ts';
import { configuredTargets } from './targets.ts';

export interface ConfigSource {
  /** `--config`; else TIERGATE_CONFIG, else ./tiergate.yaml where it exists, else the defaults. */
  path?: string | undefined;
  env: Environment;
  cwd: string;
  /** Read this instead of the files: what another process read before. `path` is then not looked at. */
  snapshot?: ConfigSnapshot;
}

/** All that was read from disk for a config, as plain data: another process makes the same config of it. */
export interface ConfigSnapshot {
  /** Absolute path of the file; null for the defaults. */
  path: string | null;
  /** Text of the config file and of policy files by absolute path. */
  texts: Record<string, string>;
  modelFile: string | null;
  /** Files by the model store's names that the config uses. */
  storedModels: Record<string, string>;
}

export interface LoadedConfig {
  config: Config;
  /** Absolute path of the file; null for the defaults. */
  path: string | null;
  targets: ConfiguredTarget[];
  /** For `decide`, in their order. */
  policies: Policy[];
  /** Other policies for a share of the callers. */
  trial: Trial | null;
  /** What was learned from own traffic. */
  calibration: Calibration | null;
  /** Names that a request may give in `x-tiergate-policy`. */
  policyNames: string[];
  /** The Level 1 model, absolute; null when none is given anywhere. The file may not exist. */
  modelFile: string | null;
  /** tiergate.lock, absolute; it may not exist. */
  lockFile: string;
  snapshot: ConfigSnapshot;
}

export type ConfigResult = { loaded: LoadedConfig; problems: [] } | { loaded: null; problems: Problem[] };

/** @throws {GatewayError} CONFIG_INVALID with every problem as `file:line:column: path: message` */
export function loadConfig(source: ConfigSource): LoadedConfig {
  const { loaded, problems } = checkConfig(source);
  if (loaded !== null) return loaded;
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  throw new GatewayError('CONFIG_INVALID', `the config has ${count}:\n${formatProblems(problems)}`);
}

/**
 * The same config with other policies in place of its own.
 * @param policies shipped names, or files relative to the working folder
 * @throws {GatewayError} CONFIG_INVALID
 */
export function loadConfigWithPolicies(source: ConfigSource, policies: readonly string[]): LoadedConfig {
  const loaded = loadConfig(source);
  const named = policies.map((name) => (/[/\\]|\.ya?ml$/.test(name) ? resolve(source.cwd, name) : name));
  const given = parseYaml('', 'the command line');
  const rules = loadPolicies(
    { ...loaded.config, policies: named },
    {
      source: given,
      folder: source.cwd,
      targetIds: loaded.targets.map(({ target }) => target.id),
      files: filesOf(),
      calibration: loaded.calibration,
    },
  );
  if (rules.problems.length > 0) throw new GatewayError('CONFIG_INVALID', formatProblems(rules.problems));
  return { ...loaded, policies: rules.policies, policyNames: rules.names };
}

/** The same without throwing for what stands in the file. @throws {GatewayError} CONFIG_INVALID when the file cannot be read */
export function checkConfig({ path: asked, env, cwd, snapshot }: ConfigSource): ConfigResult {
  const path = snapshot === undefined ? configPath(asked, env, cwd) : snapshot.path;
  const files = filesOf(snapshot);
  const folder = path === null ? cwd : dirname(path);
  const source = parseYaml(
    path === null ? '' : read(path, files),
    path === null ? 'defaults' : displayPath(path),
  );
  if (source.problems.length > 0) return { loaded: null, problems: source.problems };
  const jsonSchema = configJsonSchema();
  const { problems, raw } = interpolate(source, env, jsonSchema);
  const value: unknown = source.doc.toJS() ?? {};
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) {
    // A value from the environment may be a secret: the reference is shown instead.
    const show: typeof showValue = (at, found) => {
      const reference = raw.get(formatPath(at));
      return reference === undefined ? showValue(at, found) : `the value of ${reference}`;
    };
    // Where a variable is missing, the empty text in its place is no second problem.
    const places = new Set(problems.map(({ path: at }) => at));
    const more = schemaProblems(source, parsed.error, value, jsonSchema, { show }).filter(
      (problem) => !places.has(problem.path),
    );
    return { loaded: null, problems: [...problems, ...more] };
  }
  const known = { ...snapshot?.storedModels };
  const { config, problems: missing } = withModelFiles(absolutePaths(parsed.data, folder), {
    source,
    env,
    folder,
    known,
  });
  problems.push(...missing);
  problems.push(...semanticProblems(config, source));
  const modelFile =
    config.tiers[1]?.targets.find(({ model_file }) => model_file !== undefined)?.model_file ??
    (snapshot === undefined ? findLocalModel(env, cwd, isLevelOneAlone(config)) : snapshot.modelFile);
  const targets = configuredTargets(config, modelFile);
  const named = config.routing.calibration;
  const { calibration, problem } = readCalibration(
    calibrationPath(named, path, cwd),
    named !== undefined,
    files,
  );
  if (problem !== null) problems.push(problemAt(source, ['routing', 'calibration'], problem));
  const targetIds = targets.map(({ target }) => target.id);
  const policySource = { source, folder, targetIds, files, calibration };
  const rules = loadPolicies(config, policySource);
  problems.push(...rules.problems);
  const tried = config.trial
    ? loadPolicies({ ...config, policies: config.trial.policies }, policySource, ['trial', 'policies'])
    : null;
  problems.push(...(tried?.problems ?? []));
  if (problems.length > 0) return { loaded: null, problems };
  return {
    loaded: {
      config,
      path,
      targets,
      policies: rules.policies,
      policyNames: rules.names,
      trial: config.trial && tried ? { share: config.trial.share, policies: tried.policies } : null,
      calibration,
      modelFile,
      lockFile: lockPath(env, [folder, cwd]),
      snapshot: { path, texts: files.texts, modelFile, storedModels: known },
    },
    problems: [],
  };
}

/** Only then does the small model of the box stand in: beside other tiers it would answer what it cannot. */
const isLevelOneAlone = ({ tiers }: Config): boolean =>
  [tiers[2], tiers[3]].every((tier) => (tier?.targets.length ?? 0) === 0);

/** The disk, keeping what was read; or a snapshot alone. */
function filesOf(snapshot?: ConfigSnapshot): TextFiles & { texts: Record<string, string> } {
  if (snapshot !== undefined) {
    const { texts } = snapshot;
    return { texts, has: (path) => Object.hasOwn(texts, path), read: (path) => texts[path]! };
  }
  const texts: Record<string, string> = {};
  const read = (path: string): string => {
    texts[path] = readFileSync(path, 'utf8');
    return texts[path];
  };
  return { texts, has: existsSync, read };
}

function configPath(asked: string | undefined, env: Environment, cwd: string): string | null {
  const named = asked ?? env['TIERGATE_CONFIG'];
  if (named !== undefined && named !== '') return resolve(cwd, named);
  const usual = join(cwd, 'tiergate.yaml');
  return existsSync(usual) ? usual : null;
}

function read(path: string, files: TextFiles): string {
  try {
    return files.read(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new GatewayError(
      'CONFIG_INVALID',
      `config ${displayPath(path)}: ${why}; give another with --config or TIERGATE_CONFIG`,
      {
        cause: error,
      },
    );
  }
}

/** Paths in the file are relative to the file. */
function absolutePaths(config: Config, folder: string): Config {
  const absolute = (path: string): string =>
    isAbsolute(path) || path === ':memory:' ? path : resolve(folder, path);
  const local = config.tiers[1];
  return {
    ...config,
    ledger: { ...config.ledger, path: absolute(config.ledger.path) },
    tiers: {
      ...config.tiers,
      ...(local && {
        1: {
          ...local,
          targets: local.targets.map((target) => ({
            ...target,
            ...(target.kv_save !== undefined && { kv_save: absolute(target.kv_save) }),
          })),
        },
      }),
    },
  };
}
