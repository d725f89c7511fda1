// `tiergate compare`: what a quantisation costs, measured on the user's own text.
import { stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command } from 'commander';
import { GatewayError } from '../../contract/errors.ts';
import { compareTexts } from '../../engine/divergence.ts';
import { planMemory } from '../../engine/memory-plan.ts';
import { Model } from '../../engine/model.ts';
import { type Perplexity, TextScorer } from '../../engine/score.ts';
import { type Comparison, comparisonHtml, comparisonLines, type MeasuredModel } from './compare-report.ts';
import {
  type ScoredTextOptions,
  scoredText,
  scoringOptions,
  windowProgress,
  withScoredTextOptions,
} from './scored-text.ts';

interface CompareOptions extends ScoredTextOptions {
  html?: string;
}

async function measured(
  file: string,
  model: Model,
  scorer: TextScorer,
  perplexity: Perplexity,
  contextTokens: number,
): Promise<MeasuredModel> {
  const size = {
    contextTokens,
    kvTokens: contextTokens,
    batchTokens: 512,
    sessions: 1,
    kvType: 'f16',
  } as const;
  return {
    file,
    name: basename(file),
    type: model.info.fileType,
    fileBytes: (await stat(file)).size,
    memoryBytes: planMemory(file, model.isa, size).total,
    perplexity: perplexity.value,
    standardError: perplexity.standardError,
    promptTokensPerSecond: scorer.tokensRead / scorer.seconds,
    decodeTokensPerSecond: await scorer.decodeSpeed(),
  };
}

async function compared(
  files: [string, string],
  models: [Model, Model],
  options: CompareOptions,
): Promise<Comparison> {
  const text = await scoredText(options.text);
  const size = scoringOptions(models[0], options);
  const scorers: TextScorer[] = [];
  try {
    for (const model of models) scorers.push(new TextScorer(model, text, size));
    const [a, b] = scorers as [TextScorer, TextScorer];
    const progress = windowProgress(a.windows.length);
    const result = await compareTexts(a, b, ([p, q]) =>
      progress.advance(`perplexity ${p.value.toFixed(3)} and ${q.value.toFixed(3)}`),
    ).finally(() => progress.stop());
    const { kls, reference, other, ...divergence } = result;
    return {
      text: options.text === '-' ? 'standard input' : basename(options.text),
      contextTokens: size.contextTokens,
      windows: a.windows.length,
      positions: kls.length,
      reference: await measured(files[0], models[0], a, reference, size.contextTokens),
      other: await measured(files[1], models[1], b, other, size.contextTokens),
      divergence,
      kls,
    };
  } finally {
    for (const scorer of scorers) scorer.close();
  }
}

async function runCompare(reference: string, other: string, options: CompareOptions): Promise<void> {
  const models: Model[] = [];
  try {
    for (const file of [reference, other]) models.push(await Model.open(file));
    const comparison = await compared([reference, other], models as [Model, Model], options);
    if (options.html) {
      await writeFile(options.html, comparisonHtml(comparison)).catch((error: NodeJS.ErrnoException) => {
        throw new GatewayError(
          'INVALID_REQUEST',
          `cannot write ${options.html} (${error.code}); give another --html`,
        );
      });
    }
    const { kls: _, ...figures } = comparison;
    console.log(options.json ? JSON.stringify(figures) : comparisonLines(comparison).join('\n'));
  } finally {
    for (const model of models) model.close();
  }
}

export function compareCommand(): Command {
  const command = new Command('compare')
    .description('Compare two files of one model on a text: perplexity, divergence, speed, memory, size.')
    .argument('<reference>', 'GGUF file with the better weights, e.g. F16 or Q8_0')
    .argument('<other>', 'GGUF file to judge, e.g. Q4_K_M');
  return withScoredTextOptions(command)
    .option('--html <out>', 'write a report with a plot to this file')
    .addHelpText(
      'after',
      `
KL divergence says how far the second file's probabilities lie from the first one's at each token, in nats: 0 is the same
answer. "Same first choice" is the share of tokens that both would write next without sampling.

Examples:
  $ tiergate compare qwen3-0.6b-f16.gguf qwen3-0.6b-q4_k_m.gguf --text wiki.test.raw
  $ tiergate compare a-q8_0.gguf a-q4_0.gguf --text notes.txt --chunks 20 --html report.html`,
    )
    .action(runCompare);
}
