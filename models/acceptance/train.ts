// npm run train:acceptance -- [--version YYYY-MM-DD] [--count N]: trains policies/draft/acceptance.json from drafts
// of the model in the box, as it is and with fewer bits a weight, on requests whose right answers are known. Needs the native engine and
// python3. Weights that rank tasks left out no better than the mean log probability are refused.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../../contract/built-file.ts';
import type { FileTypeName } from '../../engine/quantize/file-types.ts';
import { quantizeFile } from '../../engine/quantize/quantize.ts';
import { BOX_MODEL } from '../../engine/store/places/in-the-box.ts';
import {
  acceptanceRefusal,
  fitShipped,
  rankUnseenDrafts,
  type TrainingDraft,
} from '../../policies/draft/training/fit.ts';
import { draftsOf } from './drafts.ts';
import { isRight, type TaskItem, taskItems } from './items.ts';

const TYPES = ['Q8_0', 'Q3_K_S', 'Q2_K_S'] as const;
const EARLY_TOKENS = 8;
const MAX_TOKENS = 160;

/** The model in the box with fewer bits a weight, in `folder`. */
export async function boxModelAs(type: FileTypeName, folder: string): Promise<string> {
  if (type === 'Q8_0') return BOX_MODEL;
  const out = join(folder, `nano-${type}.gguf`);
  if (!existsSync(out))
    await quantizeFile(BOX_MODEL, out, { fileType: type, overrides: [], threads: 0, allowRequantize: true });
  return out;
}

async function trainingDrafts(items: readonly TaskItem[]): Promise<TrainingDraft[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tiergate-acceptance-'));
  try {
    const all: TrainingDraft[] = [];
    for (const type of TYPES) {
      const file = await boxModelAs(type, folder);
      const given = await draftsOf(file, items, { maxTokens: MAX_TOKENS, earlyTokens: EARLY_TOKENS });
      given.forEach(({ draft: { text, confidence } }, i) => {
        const { task } = items[i]!;
        if (confidence !== null)
          all.push({ confidence, isGood: isRight(items[i]!, text), model: type, task });
      });
    }
    return all;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const command = new Command('train:acceptance')
  .description('Train policies/draft/acceptance.json from drafts of the model in the box')
  .option('--count <n>', 'requests for each type of weights', '1500')
  .option('--version <date>', 'written into the model', '2026-11-28')
  .action(async ({ count, version }: { count: string; version: string }) => {
    const items = taskItems('acceptance', Number(count));
    if (items === null)
      return command.error('python3 is needed to make the requests: install it, or set PYTHON');
    const drafts = await trainingDrafts(items);
    const rankings = rankUnseenDrafts(drafts);
    console.log(
      `${drafts.length} drafts; AUC on each task by weights that have not seen the task, by mean log probability, by smallest margin:`,
    );
    for (const { stage, set, drafts: number, right, ours, meanLogprob, minMargin } of rankings)
      console.log(
        `  ${stage.padEnd(6)} ${set.padEnd(18)} ${String(number).padStart(5)} drafts, ${(100 * right).toFixed(0).padStart(3)} % right: ${ours.toFixed(3)}  ${meanLogprob.toFixed(3)}  ${minMargin.toFixed(3)}`,
      );
    const refusal = acceptanceRefusal(rankings);
    if (refusal !== null) command.error(refusal);
    const text = `${JSON.stringify(fitShipped(drafts, version))}\n`;
    writeFileSync(join(packageRoot, 'policies', 'draft', 'acceptance.json'), text);
    console.log(`policies/draft/acceptance.json: ${text.length} bytes`);
  });

if (process.argv[1]?.endsWith('train.ts')) await command.parseAsync();
