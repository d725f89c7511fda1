// `tiergate convert`: a published model as one GGUF file.
import { Command, InvalidArgumentError, Option } from 'commander';
import { displayPath } from '../../contract/built-file.ts';
import { CONVERT_TYPES, type ConvertType, convertModel } from '../../engine/convert/convert.ts';
import { progressBar } from './progress.ts';

interface ConvertCliOptions {
  type: ConvertType;
  tokenizer?: string;
  name?: string;
  threads?: number;
  json?: boolean;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
}

async function runConvert(
  input: string,
  output: string,
  { json, ...options }: ConvertCliOptions,
): Promise<void> {
  const bar = progressBar('Converting', json);
  try {
    const summary = await convertModel(input, output, {
      ...options,
      onProgress: (done, total, label) => bar.update(done, total, label),
    });
    bar.stop();
    if (json) {
      console.log(JSON.stringify(summary, null, 2));
      return;
    }
    const counts = Object.entries(summary.types).map(([type, count]) => `${count} ${type}`);
    console.log(
      `${summary.format}: ${summary.architecture}, ${(summary.parameters / 1e6).toPrecision(3)} M parameters`,
    );
    console.log(`${counts.join(', ')}; ${summary.bitsPerWeight.toFixed(2)} bits a weight`);
    console.log(
      `${(summary.outputBytes / 1e6).toFixed(2)} MB in ${summary.seconds.toFixed(1)} s: ${displayPath(output)}`,
    );
  } finally {
    bar.stop();
  }
}

export function convertCommand(): Command {
  return new Command('convert')
    .description('Write a model from Hugging Face (safetensors) or llama2.c as one GGUF file.')
    .argument('<in>', 'folder with config.json, tokenizer and *.safetensors; or a llama2.c checkpoint')
    .argument('<out>', 'GGUF file to write; one that is there is not overwritten')
    .addOption(
      new Option('--type <type>', 'of the matrices; auto: as they are')
        .choices(CONVERT_TYPES)
        .default('auto'),
    )
    .option('--tokenizer <file>', 'tokenizer.bin or tokenizer.model of a llama2.c checkpoint')
    .option('--name <text>', 'general.name in the file; default: of the folder or file')
    .option('-t, --threads <number>', 'default: physical cores', wholeNumber)
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Architectures: llama (Llama, SmolLM, Mistral), qwen2, qwen3, gemma3 (text), phi3.

Examples:
  $ tiergate convert Qwen3-0.6B/ qwen3-0.6b-bf16.gguf
  $ tiergate convert stories260K.bin stories.gguf --tokenizer tok512.bin
  $ tiergate quantize qwen3-0.6b-bf16.gguf qwen3-0.6b-Q4_K_M.gguf Q4_K_M`,
    )
    .action(runConvert);
}
