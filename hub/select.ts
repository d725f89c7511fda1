// Which model of a repository a name means; where it names none, the best for this machine.
import { GatewayError } from '../contract/errors.ts';
import { chooseQuantisation, type Machine } from '../engine/store/choose.ts';
import { type GgufHead, readGgufHead } from '../engine/store/gguf-head.ts';
import type { HubName } from '../engine/store/model-name.ts';
import { isQuantisation, quantisationOf } from '../engine/store/quantisation-name.ts';
import { fileSize } from '../engine/store/sizes.ts';
import { partFiles } from '../engine/store/split-names.ts';
import type { Door } from './door.ts';
import { checkAccess, contentUrl, type HubModel, type Repository } from './repository.ts';

/** Holds the keys before the vocabulary in all files seen. */
const HEAD_BYTES = 256 * 1024;

async function headOf(door: Door, { repo, revision }: Repository, model: HubModel): Promise<GgufHead> {
  const url = contentUrl(door, repo, revision, model.files[0]!.path);
  const bytes = await door.fetch(url, {
    headers: {
      range: `bytes=0-${Math.min(HEAD_BYTES, model.files[0]!.bytes) - 1}`,
      ...(door.token !== null && { authorization: `Bearer ${door.token}` }),
    },
  });
  const head = bytes.status === 206 ? readGgufHead(new Uint8Array(await bytes.arrayBuffer())) : null;
  if (bytes.status !== 206) await bytes.body?.cancel();
  return head ?? new Map();
}

const listed = (models: readonly HubModel[]): string =>
  models.map(({ file, bytes }) => `${quantisationOf(file) ?? file} (${fileSize(bytes)})`).join(', ');

/** @throws {GatewayError} MODEL_NOT_FOUND with what there is; as chooseQuantisation */
export async function selectModel(
  door: Door,
  repository: Repository,
  asked: HubName,
  options: { machine: Machine; say: (line: string) => void },
): Promise<HubModel> {
  const { models, repo } = repository;
  const refuse = (why: string): never => {
    throw new GatewayError('MODEL_NOT_FOUND', `hf:${repo} ${why}; it has ${listed(models)}`);
  };
  if (asked.file !== null) {
    const first = partFiles(asked.file)[0]!;
    return models.find(({ file }) => file === first) ?? refuse(`has no file ${asked.file}`);
  }
  if (asked.quantisation !== null) {
    const found = models.filter(({ file }) => isQuantisation(file, asked.quantisation!));
    if (found.length === 0) return refuse(`has no ${asked.quantisation}`);
    if (found.length > 1)
      return refuse(
        `has ${found.length} models of ${asked.quantisation}: name a file of ${found.map(({ file }) => file).join(', ')}`,
      );
    return found[0]!;
  }
  if (models.length === 1) return models[0]!;
  const smallest = models.reduce((best, model) => (model.bytes < best.bytes ? model : best));
  await checkAccess(door, repo, repository.revision, smallest.files[0]!);
  const head = await headOf(door, repository, smallest);
  const { chosen, because } = chooseQuantisation(models, head, options.machine);
  for (const line of because) options.say(line);
  return chosen;
}
