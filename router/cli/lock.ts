// `tiergate lock`: pins the models of a project in tiergate.lock.
import { dirname, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import { HOW_TO_GIVE_A_MODEL } from '../../engine/catalog.ts';
import { allModels, findStoredModel } from '../../engine/store/find.ts';
import { fileBytes } from '../../engine/store/folders.ts';
import { type LockedModel, lockPath, readLock, writeLock } from '../../engine/store/lock-file.ts';
import { isModelName } from '../../engine/store/model-name.ts';
import { partFiles } from '../../engine/store/split-names.ts';
import type { StoredModel } from '../../engine/store/stored-model.ts';
import { lockedModelOf } from '../../engine/store/verify.ts';
import { loadConfig } from '../config/config.ts';

interface LockOptions {
  config?: string;
  json?: boolean;
}

/** A file that is in no store is pinned by its path, relative to the lock. */
function modelOfFile(path: string, folder: string): StoredModel {
  const files = partFiles(path).map((part) => {
    const bytes = fileBytes(part);
    if (bytes === null)
      throw new GatewayError('MODEL_FILE_INVALID', `cannot pin ${displayPath(part)}: there is no such file`);
    return { path: part, bytes, sha256: null };
  });
  return { name: relative(folder, path), place: 'models folder', revision: null, files };
}

/** Files of the config's local targets; without targets the default model. */
function configuredFiles(config: string | undefined): { files: string[]; folder: string } {
  const {
    config: read,
    modelFile,
    path,
  } = loadConfig({ path: config, env: process.env, cwd: process.cwd() });
  const named = (read.tiers[1]?.targets ?? []).flatMap(({ model_file, draft_model }) => [
    model_file,
    draft_model,
  ]);
  const files = [...named, modelFile].filter((file) => file !== undefined && file !== null);
  return { files: [...new Set(files)], folder: path === null ? process.cwd() : dirname(path) };
}

async function runLock(names: string[], options: LockOptions): Promise<void> {
  const cwd = process.cwd();
  const { files, folder } = names.length > 0 ? { files: [], folder: cwd } : configuredFiles(options.config);
  const path = lockPath(process.env, [folder, cwd]);
  const stored = allModels(process.env, cwd);
  const ofFile = (file: string): StoredModel =>
    stored.find((model) => model.place !== 'models folder' && model.files[0]!.path === file) ??
    modelOfFile(file, dirname(path));
  const models = [
    ...names.map((name) =>
      isModelName(name) ? findStoredModel(name, process.env, cwd) : ofFile(resolve(cwd, name)),
    ),
    ...files.map(ofFile),
  ];
  if (models.length === 0)
    throw new GatewayError('INVALID_REQUEST', `no model to pin: ${HOW_TO_GIVE_A_MODEL}`);
  const locked: LockedModel[] = [];
  for (const model of models) {
    console.error(`reading ${model.name}`);
    locked.push(await lockedModelOf(model, { env: process.env }));
  }
  // By name: entries are added or replaced. Without names the lock becomes what the config uses.
  const kept =
    names.length === 0
      ? []
      : (readLock(path)?.models ?? []).filter(({ name }) => !locked.some((each) => each.name === name));
  writeLock({ path, models: [...kept, ...locked] });
  if (options.json === true) console.log(JSON.stringify({ path, models: [...kept, ...locked] }, null, 2));
  else {
    for (const { name, files: pinned } of locked)
      console.log(`pinned ${name}  ${pinned.map(({ sha256 }) => sha256.slice(0, 12)).join(' ')}`);
    console.log(`wrote ${displayPath(path)}; commit it`);
  }
}

export function lockCommand(): Command {
  return new Command('lock')
    .description(
      'Pin models by source, revision and SHA-256 in tiergate.lock: those that the config uses, or those named.',
    )
    .argument('[models...]', 'names as tiergate list shows them, or files; they are added to the lock')
    .option('-c, --config <file>', 'config file; default: TIERGATE_CONFIG, else tiergate.yaml')
    .option('--json', 'print {"path", "models"}')
    .addHelpText(
      'after',
      `
The engine refuses a file that differs from its pin; "tiergate pull" fetches what is pinned and missing.

Examples:
  $ tiergate lock
  $ tiergate lock hf:Qwen/Qwen3-0.6B-GGUF:Q8_0 models/own.gguf`,
    )
    .action(runLock);
}
