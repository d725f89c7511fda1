// `tiergate imatrix`: which columns of a model's matrices count most, over a text.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import { refuseToOverwrite } from '../../engine/gguf/write-file.ts';
import { collectImportance } from '../../engine/imatrix/collect.ts';
import { writeImportance } from '../../engine/imatrix/file.ts';
import { progressBar } from './progress.ts';

interface ImatrixOptions {
  text: string;
  output: string;
  chunkTokens?: number;
  chunks?: number;
  threads?: number;
  json?: boolean;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('give a whole number from 1 on');
  return Number(text);
}

async function runImatrix(
  model: string,
  { text, output, chunkTokens, chunks, threads, json }: ImatrixOptions,
): Promise<void> {
  await refuseToOverwrite(output);
  const content = await readFile(text, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new GatewayError('INVALID_REQUEST', `${displayPath(text)} cannot be read (${error.code})`);
  });
  const bar = progressBar('Reading', json);
  try {
    const found = await collectImportance(model, content, {
      ...(chunkTokens ? { chunkTokens } : {}),
      ...(chunks ? { maxChunks: chunks } : {}),
      ...(threads ? { threads } : {}),
      onProgress: (done, total) => bar.update(done, total, `chunk ${done} of ${total}`),
    });
    bar.stop();
    const bytes = await writeImportance(output, found.entries, {
      datasets: [basename(text)],
      chunks: found.chunks,
      chunkSize: found.chunkTokens,
    });
    const { entries, ...rest } = found;
    const summary = { model, output, tensors: entries.size, bytes, ...rest };
    if (json) console.log(JSON.stringify(summary, null, 2));
    else
      console.log(
        `${found.tokens} tokens in ${found.chunks} chunks, ${entries.size} matrices, ` +
          `${found.seconds.toFixed(1)} s: ${displayPath(output)}`,
      );
  } finally {
    bar.stop();
  }
}

export function imatrixCommand(): Command {
  return new Command('imatrix')
    .description("Write an importance matrix: the mean square of each matrix's inputs over a text.")
    .argument('<model>', 'GGUF file, best of F32, BF16 or F16')
    .requiredOption('--text <file>', 'text that is like what the model will read')
    .requiredOption(
      '-o, --output <file>',
      "GGUF file in llama.cpp's form; one that is there is not overwritten",
    )
    .option('--chunk-tokens <number>', 'tokens read together; default 512', wholeNumber)
    .option('--chunks <number>', 'read no more than so many', wholeNumber)
    .option('-t, --threads <number>', 'default: physical cores', wholeNumber)
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ tiergate imatrix model-f16.gguf --text calibration.txt -o model.imatrix.gguf
  $ tiergate quantize model-f16.gguf model-IQ4_XS.gguf IQ4_XS --imatrix model.imatrix.gguf`,
    )
    .action(runImatrix);
}
