// The labelled prompts the gap model learns from: outcomes of a weaker, a middle and a stronger model. Development data,
// not part of the project; its page names source and licence of each file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gapFeatures } from '../features.ts';

export interface Row {
  prompt: string;
  /** File the row is from: what is left out in turn. */
  source: string;
  /** Subject or task: what is left out together when a model is calibrated. */
  group: string;
  values: readonly number[];
  weak: number;
  /** Null in sets of two models. */
  mid: number | null;
  strong: number;
}

export const SOURCES = [
  'routellm_mmlu_dev',
  'mmlu_pro',
  'llmrouter_ulab',
  'zeroeval_crux',
  'zeroeval_math_l5',
] as const;

export function loadRows(folder: string): Row[] {
  return SOURCES.flatMap((source) =>
    readFileSync(join(folder, `${source}.jsonl`), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Row => {
        const row = JSON.parse(line) as {
          prompt: string;
          source: string;
          subject?: string;
          weak: number;
          mid?: number;
          strong: number;
        };
        return {
          prompt: row.prompt,
          source,
          group: row.subject ?? row.source,
          values: gapFeatures(row.prompt),
          weak: row.weak,
          mid: row.mid ?? null,
          strong: row.strong,
        };
      }),
  );
}
