// Finds the model file for Level 1 on disk. Says what to do when there is none.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { findStoredModel } from './store/find.ts';
import { isModelName } from './store/model-name.ts';
import { BOX_MODEL } from './store/places/in-the-box.ts';
import { modelsFolder } from './store/places/models-folder.ts';
import { pulled } from './store/places/pulled.ts';
import { type Environment, modelBytes, type StoredModel } from './store/stored-model.ts';

/** What to tell a user who has no model file. One line. */
export const HOW_TO_GIVE_A_MODEL =
  'run tiergate pull hf:ORG/REPO, set TIERGATE_MODEL=/path/to/model.gguf, put a .gguf file into models/, or name model_file in tiergate.yaml';

/**
 * The file that a model name (`hf:...`, `ollama:...`, `lmstudio:...`, `local/...`) or a path means, absolute. A path
 * need not exist: whoever opens it says so.
 * @throws {GatewayError} MODEL_NOT_FOUND, INVALID_REQUEST for a name
 */
export const modelFileOf = (name: string, env: Environment, cwd: string): string =>
  isModelName(name) ? findStoredModel(name, env, cwd).files[0]!.path : resolve(cwd, name);

/** What `TIERGATE_MODEL` says to have none. */
export const NO_MODEL = 'none';

/**
 * The model file to use: `TIERGATE_MODEL` (see `modelFileOf`; `none` is none), else the largest model in `models/` below
 * `cwd`, else in the package's own `models/`, else of those that were pulled, else the one in the box, else null. Of equal
 * size: the first by name.
 * @param box whether the model in the box may stand in
 * @throws {GatewayError} as `modelFileOf`
 */
export function findLocalModel(env: Environment, cwd: string, box = true): string | null {
  const named = env['TIERGATE_MODEL']?.trim();
  if (named === NO_MODEL) return null;
  if (named) return modelFileOf(named, env, cwd);
  const inFolders = modelsFolder.list(env, cwd);
  for (const folder of [...modelsFolder.folders(env, cwd), null]) {
    const models =
      folder === null
        ? pulled.list(env, cwd)
        : inFolders.filter(({ files }) => dirname(files[0]!.path) === folder);
    if (models.length > 0) return largest(models).files[0]!.path;
  }
  return box && existsSync(BOX_MODEL) ? BOX_MODEL : null;
}

const largest = (models: readonly StoredModel[]): StoredModel =>
  models.reduce((best, model) => (modelBytes(model) > modelBytes(best) ? model : best));

/** The model that a command line names, else `findLocalModel`'s. @throws {GatewayError} as `modelFileOf` */
export const chosenModel = (named: string | undefined, env: Environment, cwd: string): string | null =>
  named === undefined ? findLocalModel(env, cwd) : modelFileOf(named, env, cwd);
