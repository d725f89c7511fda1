// All models on this machine, and the one that a name means.
import { GatewayError } from '../../contract/errors.ts';
import { parseHubName } from './model-name.ts';
import { huggingFace } from './places/hugging-face.ts';
import { inTheBox } from './places/in-the-box.ts';
import { lmStudio } from './places/lm-studio.ts';
import { modelsFolder } from './places/models-folder.ts';
import { ollama } from './places/ollama.ts';
import { pulled } from './places/pulled.ts';
import { isQuantisation } from './quantisation-name.ts';
import { modelStem, partFiles } from './split-names.ts';
import type { Environment, Place, StoredModel } from './stored-model.ts';

/** In the order in which `local/NAME` looks. */
export const PLACES: readonly Place[] = [modelsFolder, pulled, huggingFace, lmStudio, ollama, inTheBox];

export const allModels = (env: Environment, cwd: string): StoredModel[] =>
  PLACES.flatMap((place) => place.list(env, cwd));

/** A model of the hub by its name; the store's own before the Hugging Face cache. */
function hubModel(name: string, env: Environment, cwd: string): StoredModel | null {
  const { repo, quantisation, file } = parseHubName(name);
  const first = file === null ? null : partFiles(file)[0]!;
  const found = new Map<string, StoredModel>();
  for (const model of [...huggingFace.list(env, cwd), ...pulled.list(env, cwd)]) {
    if (!model.name.startsWith(`hf:${repo}/`)) continue;
    const path = model.name.slice(`hf:${repo}/`.length);
    if (first !== null ? path === first : quantisation === null || isQuantisation(path, quantisation))
      found.set(model.name, model);
  }
  if (found.size > 1)
    throw new GatewayError(
      'INVALID_REQUEST',
      `"${name}" is more than one model on this machine; say which: ${[...found.keys()].join(', ')}`,
    );
  return [...found.values()][0] ?? null;
}

/**
 * The stored model that a name (see `isModelName`) means.
 * @throws {GatewayError} MODEL_NOT_FOUND with what to do, INVALID_REQUEST for a name that is ill-formed or ambiguous
 */
export function findStoredModel(name: string, env: Environment, cwd: string): StoredModel {
  if (name.startsWith('hf:')) {
    const model = hubModel(name, env, cwd);
    if (model !== null) return model;
    throw new GatewayError(
      'MODEL_NOT_FOUND',
      `the model ${name} is not on this machine; run: tiergate pull ${name}`,
    );
  }
  const isIt: (model: StoredModel) => boolean = name.startsWith('local/')
    ? (model) => modelStem(model.name.startsWith('ollama:') ? '' : model.name) === name.slice('local/'.length)
    : (model) => model.name === name || model.name === `${name}:latest`;
  const model = allModels(env, cwd).find(isIt);
  if (model !== undefined) return model;
  throw new GatewayError(
    'MODEL_NOT_FOUND',
    `the model ${name} is not on this machine; tiergate list shows those that are`,
  );
}
