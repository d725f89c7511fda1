// `tiergate perplexity`: how well a model foretells a text.
import { Command } from 'commander';
import { Model } from '../../engine/model.ts';
import { addRows, Perplexity, TextScorer } from '../../engine/score.ts';
import {
  type ScoredTextOptions,
  scoredText,
  scoringOptions,
  windowProgress,
  withScoredTextOptions,
} from './scored-text.ts';

async function runPerplexity(file: string, options: ScoredTextOptions): Promise<void> {
  const text = await scoredText(options.text);
  const model = await Model.open(file);
  try {
    const size = scoringOptions(model, options);
    const scorer = new TextScorer(model, text, size);
    const perplexity = new Perplexity();
    const progress = windowProgress(scorer.windows.length);
    try {
      for (const window of scorer.windows) {
        for await (const rows of scorer.rows(window)) addRows(rows, scorer.nVocab, perplexity);
        progress.advance(`perplexity ${perplexity.value.toFixed(4)}`);
      }
    } finally {
      progress.stop();
      scorer.close();
    }
    const result = {
      model: file,
      perplexity: perplexity.value,
      standardError: perplexity.standardError,
      meanNll: perplexity.meanNll,
      positions: perplexity.positions,
      windows: scorer.windows.length,
      contextTokens: size.contextTokens,
      tokensPerSecond: scorer.tokensRead / scorer.seconds,
    };
    if (options.json) console.log(JSON.stringify(result));
    else
      console.log(
        `perplexity ${result.perplexity.toFixed(4)} ± ${result.standardError.toFixed(4)}` +
          `   (${result.positions} tokens scored in ${result.windows} windows of ${size.contextTokens}, ` +
          `${result.tokensPerSecond.toFixed(0)} tokens/s)`,
      );
  } finally {
    model.close();
  }
}

export function perplexityCommand(): Command {
  const command = new Command('perplexity')
    .description('Measure how well a model foretells a text: lower is better, 1 is perfect.')
    .argument('<model>', 'GGUF file');
  return withScoredTextOptions(command)
    .addHelpText(
      'after',
      `
The text is cut into windows; the second half of each is scored, so that every scored token has at least half a window
before it. This is what llama.cpp's perplexity tool measures: figures can be compared at the same --context.

Examples:
  $ tiergate perplexity models/qwen3-0.6b-q4_k_m.gguf --text wiki.test.raw
  $ tiergate perplexity models/qwen3-0.6b-q8_0.gguf --text notes.txt --chunks 20 --json`,
    )
    .action(runPerplexity);
}
