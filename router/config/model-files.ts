// Model files of local targets: paths relative to the config, and names of the model store as the files they mean.
import { isAbsolute, resolve } from 'node:path';
import { GatewayError } from '../../contract/errors.ts';
import { modelFileOf } from '../../engine/catalog.ts';
import { isModelName } from '../../engine/store/model-name.ts';
import { type Problem, problemAt, type ValuePath, type YamlSource } from '../../policies/yaml-source.ts';
import type { Environment } from './interpolate.ts';
import type { Config, TargetConfig } from './schema.ts';

const MODEL_KEYS = ['model_file', 'draft_model'] as const;

export interface ModelFilesContext {
  source: YamlSource;
  env: Environment;
  /** Absolute folder of the config. */
  folder: string;
  /** Files by name; found ones are added, so that another process need not look again. */
  known: Record<string, string>;
}

/** The config with absolute model files, and a problem for each name that is not on this machine. */
export function withModelFiles(
  config: Config,
  { source, env, folder, known }: ModelFilesContext,
): { config: Config; problems: Problem[] } {
  const problems: Problem[] = [];
  const local = config.tiers[1];
  if (local === undefined) return { config, problems };

  const fileOf = (name: string, at: ValuePath): string => {
    if (!isModelName(name)) return isAbsolute(name) ? name : resolve(folder, name);
    try {
      known[name] ??= modelFileOf(name, env, folder);
      return known[name];
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      problems.push(problemAt(source, at, error.message));
      return name;
    }
  };
  const withFiles = (target: TargetConfig, index: number): TargetConfig => {
    const files = MODEL_KEYS.flatMap((key) => {
      const name = target[key];
      return name === undefined ? [] : [[key, fileOf(name, ['tiers', '1', 'targets', index, key])]];
    });
    return { ...target, ...Object.fromEntries(files) };
  };
  const targets = local.targets.map(withFiles);
  return { config: { ...config, tiers: { ...config.tiers, 1: { ...local, targets } } }, problems };
}
