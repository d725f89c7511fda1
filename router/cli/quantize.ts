// `tiergate quantize`: a GGUF file with fewer bits a weight.
import { Command, InvalidArgumentError } from 'commander';
import { displayPath } from '../../contract/built-file.ts';
import { readImportance } from '../../engine/imatrix/file.ts';
import { FILE_TYPES } from '../../engine/quantize/file-types.ts';
import { codecOf, fileTypeNamed } from '../../engine/quantize/plan.ts';
import { type QuantizeSummary, quantizeFile } from '../../engine/quantize/quantize.ts';
import { progressBar } from './progress.ts';

interface QuantizeCliOptions {
  imatrix?: string;
  pure?: boolean;
  tensorType: { pattern: RegExp; type: string }[];
  outputType?: string;
  embeddingType?: string;
  keepOutput?: boolean;
  allowRequantize?: boolean;
  dryRun?: boolean;
  threads?: number;
  tensors?: boolean;
  json?: boolean;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
}

function override(text: string, before: { pattern: RegExp; type: string }[]): typeof before {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new InvalidArgumentError('give PATTERN=TYPE, for example ffn_down=Q6_K');
  try {
    return [...before, { pattern: new RegExp(text.slice(0, at)), type: text.slice(at + 1) }];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;

function printed(summary: QuantizeSummary, withTensors: boolean): string[] {
  const { tensors, types, inputBytes, outputBytes, fallbacks } = summary;
  const nameWidth = Math.max(...tensors.map(({ name }) => name.length));
  const rows = tensors.map(({ name, from, to, wanted, shape, relativeError }) => {
    const error =
      from === to || summary.output === null ? '' : `  error ${(100 * relativeError).toFixed(3)} %`;
    const why = wanted ? `  (${wanted} needs other rows)` : '';
    return `${name.padEnd(nameWidth)}  ${from.padStart(5)} -> ${to.padEnd(6)} [${shape.join(', ')}]${error}${why}`;
  });
  const counts = Object.entries(types).map(([type, count]) => `${count} ${type}`);
  return [
    ...(withTensors ? [...rows, ''] : []),
    `${summary.fileType}: ${counts.join(', ')}; ${summary.bitsPerWeight.toFixed(2)} bits a weight`,
    `${megabytes(inputBytes)} -> ${megabytes(outputBytes)} in ${summary.seconds.toFixed(1)} s` +
      (summary.output === null ? ' (dry run: nothing written)' : `: ${displayPath(summary.output)}`),
    ...(fallbacks > 0
      ? [
          `${fallbacks} tensors have rows that their type does not fit; they took the next larger type that does`,
        ]
      : []),
  ];
}

async function runQuantize(
  input: string,
  output: string,
  type: string,
  { imatrix, tensorType, tensors, json, threads, ...choices }: QuantizeCliOptions,
): Promise<void> {
  const fileType = fileTypeNamed(type);
  for (const { type: named } of tensorType) codecOf(named);
  const importance = imatrix === undefined ? undefined : await readImportance(imatrix);
  const bar = progressBar(`Quantising to ${fileType}`, json);
  try {
    const summary = await quantizeFile(input, output, {
      ...choices,
      fileType,
      overrides: tensorType,
      threads: threads ?? 0,
      onProgress: (done, total, label) => bar.update(done, total, label),
      ...(importance ? { importance } : {}),
    });
    bar.stop();
    console.log(json ? JSON.stringify(summary, null, 2) : printed(summary, tensors ?? false).join('\n'));
  } finally {
    bar.stop();
  }
}

export function quantizeCommand(): Command {
  const types = Object.entries(FILE_TYPES).map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`);
  return new Command('quantize')
    .description('Write a GGUF file with fewer bits a weight, by the mixes of llama.cpp.')
    .argument('<in>', 'GGUF file, best of F32, BF16 or F16')
    .argument('<out>', 'GGUF file to write; one that is there is not overwritten')
    .argument('<type>', 'file type, see below')
    .option('--imatrix <file>', 'importance matrix (`tiergate imatrix`, or of llama.cpp)')
    .option('--pure', 'the same type for all matrices')
    .option(
      '--tensor-type <pattern=type>',
      'of the tensors whose name matches; may be repeated',
      override,
      [],
    )
    .option('--output-type <type>', 'tensor type of output.weight')
    .option('--embedding-type <type>', 'tensor type of token_embd.weight')
    .option('--keep-output', 'leave output.weight as it is')
    .option('--allow-requantize', 'also from tensors that are quantised already')
    .option('--dry-run', 'print what would be written')
    .option('-t, --threads <number>', 'default: physical cores', wholeNumber)
    .option('--tensors', "print each tensor's type and error")
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
File types:
${types.join('\n')}

Examples:
  $ tiergate quantize model-f16.gguf model-Q4_K_M.gguf Q4_K_M
  $ tiergate quantize model-f16.gguf model-IQ4_XS.gguf IQ4_XS --imatrix model.imatrix.gguf
  $ tiergate quantize model-f16.gguf mixed.gguf Q4_K_M --tensor-type 'blk\\.0\\.ffn_down=Q8_0' --tensors`,
    )
    .action(runQuantize);
}
