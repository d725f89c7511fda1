// `tiergate list`: the models on this machine, in every store that is read in place.
import { closeSync, openSync, readSync } from 'node:fs';
import { Command } from 'commander';
import { displayPath } from '../../contract/built-file.ts';
import { fileTypeOf } from '../../engine/store/file-type.ts';
import { allModels, PLACES } from '../../engine/store/find.ts';
import { type GgufHead, readGgufHead } from '../../engine/store/gguf-head.ts';
import { quantisationOf } from '../../engine/store/quantisation-name.ts';
import { fileSize } from '../../engine/store/sizes.ts';
import { modelBytes, type StoredModel } from '../../engine/store/stored-model.ts';
import { columns } from './columns.ts';

/** Holds the keys before the vocabulary in all files seen. */
const HEAD_BYTES = 256 * 1024;

function headOf(path: string): GgufHead | null {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = new Uint8Array(HEAD_BYTES);
      return readGgufHead(bytes.subarray(0, readSync(file, bytes, 0, HEAD_BYTES, 0)));
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

function factsOf(model: StoredModel) {
  const head = headOf(model.files[0]!.path);
  const architecture = head?.get('general.architecture');
  const named = quantisationOf(model.name.replace(/:([^:/]+)$/, '-$1'));
  return {
    name: model.name,
    place: model.place,
    architecture: typeof architecture === 'string' ? architecture : null,
    quantisation: named ?? fileTypeOf(head?.get('general.file_type')),
    bytes: modelBytes(model),
    revision: model.revision,
    readable: head !== null,
    files: model.files,
  };
}

function runList(options: { json?: boolean }): void {
  const models = allModels(process.env, process.cwd()).map(factsOf);
  if (options.json) {
    console.log(JSON.stringify({ models }, null, 2));
    return;
  }
  const rows = models.map((model) => [
    model.name,
    model.readable ? (model.architecture ?? '-') : 'not a GGUF file',
    model.quantisation ?? '-',
    fileSize(model.bytes),
    model.files[0]!.sha256?.slice(0, 12) ?? '-',
    model.place,
    `${displayPath(model.files[0]!.path)}${model.files.length > 1 ? ` and ${model.files.length - 1} more` : ''}`,
  ]);
  const heading = ['MODEL', 'ARCHITECTURE', 'QUANT', 'SIZE', 'SHA-256', 'STORE', 'FILE'];
  if (models.length > 0) for (const line of columns([heading, ...rows], [3])) console.log(line);
  if (models.some(({ place }) => place !== 'in the box')) return;
  const folders = new Set(PLACES.flatMap((place) => place.folders(process.env, process.cwd())));
  console.log(
    `no other models on this machine; get one with: tiergate pull hf:ORG/REPO\nlooked in ${[...folders].map(displayPath).join(', ')}`,
  );
}

export function listCommand(): Command {
  return new Command('list')
    .description(
      'Show the models on this machine: pulled ones, models/, and the stores of Hugging Face tools, LM Studio and Ollama, read in place.',
    )
    .option('--json', 'print everything as JSON; sizes in bytes')
    .addHelpText(
      'after',
      `
The name of the first column can stand wherever a model is asked for: TIERGATE_MODEL, model_file, --model.

Examples:
  $ tiergate list
  $ tiergate list --json | jq -r '.models[].name'
  $ TIERGATE_MODEL=ollama:llama3.2:3b tiergate serve`,
    )
    .action(runList);
}
