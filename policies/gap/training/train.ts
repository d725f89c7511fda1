// npm run train:gap -- FOLDER [--version YYYY-MM-DD]: trains policies/gap/model.json from the routing sets in FOLDER.
// Deterministic: the same files give the same bytes. A model that ranks unseen sources no better than the prompts' length or
// chance is refused.
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { GapModel } from '../model.ts';
import { rankUnseen, refusalOf } from './acceptance.ts';
import { fitGapModel } from './fit.ts';
import { loadRows } from './rows.ts';

const round = (value: number, digits: number): number => Number(value.toPrecision(digits));

/** Fewer digits than a double has: a readable diff, no difference in any decision. */
function rounded(model: GapModel): GapModel {
  const pair = (of: GapModel['pairs']['1|2']) => ({
    lengthWeight: round(of.lengthWeight, 5),
    slope: round(of.slope, 5),
    offset: round(of.offset, 5),
    gapShare: round(of.gapShare, 5),
    odds: of.odds.map((value) => round(value, 5)),
    weights: of.weights.map((weight) => round(weight, 5)),
  });
  return {
    ...model,
    mean: model.mean.map((value) => round(value, 5)),
    deviation: model.deviation.map((value) => round(value, 5)),
    pairs: { '1|2': pair(model.pairs['1|2']), '2|3': pair(model.pairs['2|3']) },
  };
}

const command = new Command('train:gap')
  .description('Train policies/gap/model.json from the labelled prompts in a folder')
  .argument('<folder>', 'with routellm_mmlu_dev.jsonl, mmlu_pro.jsonl, ...')
  .option('--version <date>', 'written into the model', '2026-11-28')
  .action((folder: string, { version }: { version: string }) => {
    const rows = loadRows(folder);
    console.log(
      `${rows.length} prompts; APGR on each source by a model that has not seen it, and by length:`,
    );
    const rankings = rankUnseen(rows);
    for (const { source, pair, prompts, ours, length } of rankings) {
      const figures = `${ours.toFixed(3)}  ${length.toFixed(3)}`;
      console.log(`  ${source.padEnd(18)} ${pair}  ${String(prompts).padStart(6)} prompts  ${figures}`);
    }
    const refusal = refusalOf(rankings);
    if (refusal !== null) command.error(refusal);
    const text = `${JSON.stringify(rounded(fitGapModel(rows, version)))}\n`;
    writeFileSync(new URL('../model.json', import.meta.url), text);
    console.log(`policies/gap/model.json: ${Math.round(text.length / 1024)} KB`);
  });
command.parse();
