// The models that are compared: those on this machine or those that are named, and quantisations made of them on request.
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { GatewayError, toGatewayError } from '../../contract/errors.ts';
import { modelFileOf } from '../../engine/catalog.ts';
import { planMemory } from '../../engine/memory-plan.ts';
import { inspectModelFile } from '../../engine/model.ts';
import type { fileTypeNamed } from '../../engine/quantize/plan.ts';
import { quantizeFile } from '../../engine/quantize/quantize.ts';
import { fileTypeOf } from '../../engine/store/file-type.ts';
import { allModels } from '../../engine/store/find.ts';
import { ggufFilesBelow } from '../../engine/store/folders.ts';
import { quantisationOf } from '../../engine/store/quantisation-name.ts';
import { groupParts, modelStem } from '../../engine/store/split-names.ts';
import { type Environment, modelBytes } from '../../engine/store/stored-model.ts';

export interface ModelCandidate {
  name: string;
  file: string;
  /** As the file says, else its name, else its largest tensor: `Q4_K_M`. */
  quantisation: string | null;
  fileBytes: number;
  /** Predicted, with one context of K/V. */
  memoryBytes: number;
  contextTokens: number;
}

export interface Skipped {
  name: string;
  reason: string;
}

/** Where no context is given, and the model was trained for more. */
const USUAL_CONTEXT_TOKENS = 8192;
/** Weights that a quantisation may be made of: what is quantised already would lose twice. */
const WHOLE = new Set(['F32', 'F16', 'BF16']);

interface NamedFile {
  name: string;
  file: string;
  bytes: number;
}

function filesOf(asked: string, env: Environment, cwd: string): NamedFile[] {
  const path = resolve(cwd, asked);
  if (!existsSync(path)) {
    const file = modelFileOf(asked, env, cwd);
    if (!existsSync(file))
      throw new GatewayError(
        'MODEL_NOT_FOUND',
        `no model file or folder ${asked}; tiergate list shows those that are here`,
      );
    return [{ name: asked, file, bytes: statSync(file).size }];
  }
  if (!statSync(path).isDirectory())
    return [{ name: basename(path), file: path, bytes: statSync(path).size }];
  const found = groupParts(ggufFilesBelow(path, 0)).map(([first, sizes]) => ({
    name: basename(first),
    file: join(path, first),
    bytes: sizes.reduce((sum, size) => sum + size, 0),
  }));
  if (found.length === 0)
    throw new GatewayError('MODEL_NOT_FOUND', `the folder ${asked} holds no .gguf file`);
  return found;
}

const onThisMachine = (env: Environment, cwd: string): NamedFile[] =>
  allModels(env, cwd).map((model) => ({
    name: model.name,
    file: model.files[0]!.path,
    bytes: modelBytes(model),
  }));

async function candidateOf(
  { name, file, bytes }: NamedFile,
  context: number | undefined,
): Promise<ModelCandidate> {
  const { metadata, tensors } = await inspectModelFile(file, 1);
  const size = { batchTokens: 512, sessions: 1, kvType: 'f16' } as const;
  const { trainedTokens, isCausal } = planMemory(file, '', { ...size, contextTokens: 1, kvTokens: 1 });
  if (!isCausal) throw new GatewayError('INVALID_REQUEST', 'it is an encoder, which writes no answers');
  const contextTokens =
    context ?? (trainedTokens > 0 ? Math.min(USUAL_CONTEXT_TOKENS, trainedTokens) : USUAL_CONTEXT_TOKENS);
  const { total } = planMemory(file, '', { ...size, contextTokens, kvTokens: contextTokens });
  return {
    ...{ name, file, contextTokens },
    quantisation:
      fileTypeOf(metadata['general.file_type']) ??
      quantisationOf(file) ??
      tensors.toSorted((a, b) => b.bytes - a.bytes)[0]?.type ??
      null,
    fileBytes: bytes,
    memoryBytes: total,
  };
}

/**
 * @param asked names, files and folders; empty: all models on this machine
 * @throws {GatewayError} MODEL_NOT_FOUND, INVALID_REQUEST for a name that means none
 */
export async function findCandidates(
  asked: readonly string[],
  { env, cwd, context }: { env: Environment; cwd: string; context: number | undefined },
): Promise<{ candidates: ModelCandidate[]; skipped: Skipped[] }> {
  const files =
    asked.length === 0 ? onThisMachine(env, cwd) : asked.flatMap((each) => filesOf(each, env, cwd));
  const [candidates, skipped]: [ModelCandidate[], Skipped[]] = [[], []];
  for (const named of new Map(files.map((each) => [each.file, each])).values()) {
    try {
      candidates.push(await candidateOf(named, context));
    } catch (error) {
      skipped.push({ name: named.name, reason: toGatewayError(error).message });
    }
  }
  return { candidates, skipped };
}

/** A quantisation of each whole candidate in each type, written into `folder`. What cannot be made is said in `skipped`. */
export async function quantized(
  candidates: readonly ModelCandidate[],
  types: readonly ReturnType<typeof fileTypeNamed>[],
  {
    folder,
    context,
    onProgress,
  }: {
    folder: string;
    context: number | undefined;
    onProgress(done: number, total: number, label: string): void;
  },
): Promise<{ candidates: ModelCandidate[]; skipped: Skipped[] }> {
  const made: ModelCandidate[] = [];
  const skipped: Skipped[] = [];
  const whole = candidates
    .filter(({ quantisation }) => WHOLE.has(quantisation ?? ''))
    .sort((a, b) => b.fileBytes - a.fileBytes);
  const here = new Set(candidates.map(({ file }) => modelStem(file)));
  for (const { file, name } of whole) {
    for (const type of types) {
      const stem = modelStem(file).replace(/[-._](?:bf16|fp?16|fp?32)$/i, '');
      const wanted = `${stem}-${type}`;
      if (here.has(wanted)) continue;
      here.add(wanted);
      const output = join(folder, `${wanted}.gguf`);
      try {
        if (!existsSync(output))
          await quantizeFile(file, output, {
            fileType: type,
            overrides: [],
            onProgress: (done, total) => onProgress(done, total, `making ${wanted}`),
          });
        made.push(
          await candidateOf({ name: basename(output), file: output, bytes: statSync(output).size }, context),
        );
      } catch (error) {
        skipped.push({ name: `${name} as ${type}`, reason: toGatewayError(error).message });
      }
    }
  }
  return { candidates: made, skipped };
}
