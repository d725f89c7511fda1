// `tiergate rm`: removes a pulled model. What other programs keep is theirs to remove.
import { Command } from 'commander';
import { GatewayError } from '../../contract/errors.ts';
import { findStoredModel } from '../../engine/store/find.ts';
import { removePulled } from '../../engine/store/places/pulled.ts';
import { fileSize } from '../../engine/store/sizes.ts';
import type { PlaceName } from '../../engine/store/stored-model.ts';

const INSTEAD: Record<Exclude<PlaceName, 'tiergate'>, string> = {
  'models folder': 'delete the file yourself',
  'Hugging Face cache': 'use: hf cache rm',
  Ollama: 'use: ollama rm',
  'LM Studio': 'remove it there',
  'in the box': 'it belongs to Tiergate, and gives way to any other model',
};

function runRm(names: string[]): void {
  // All names are looked up before anything is removed.
  const models = names.map((name) => findStoredModel(name, process.env, process.cwd()));
  for (const { name, place } of models) {
    if (place === 'tiergate') continue;
    throw new GatewayError(
      'INVALID_REQUEST',
      `${name} is in the ${place}, which tiergate only reads; ${INSTEAD[place]}`,
    );
  }
  for (const model of models) {
    const freed = removePulled(process.env, model);
    console.log(
      freed > 0
        ? `removed ${model.name}: ${fileSize(freed)} are free`
        : `forgot ${model.name}; its file stays where it is: ${model.files[0]!.path}`,
    );
  }
}

export function rmCommand(): Command {
  return new Command('rm')
    .description('Remove models that were pulled.')
    .argument('<models...>', 'names as tiergate list shows them')
    .addHelpText(
      'after',
      `
Examples:
  $ tiergate rm hf:Qwen/Qwen3-0.6B-GGUF:Q8_0
  $ tiergate rm hf:ORG/REPO/FILE.gguf`,
    )
    .action(runRm);
}
