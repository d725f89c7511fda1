// The labelled prompts the gap model learns from: outcomes of weaker and stronger models. Development data, not part of the
// project; its page names source and licence of each file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { taskOfText } from '../../classify/task.ts';
import { gapFeatures } from '../features.ts';
import type { TierPair } from '../model.ts';

export interface Row {
  prompt: string;
  /** File the row is from: what is left out in turn. */
  source: string;
  /** Subject or task. */
  group: string;
  values: readonly number[];
  /** What the three models got that stand for the tiers, 0 ... 1. */
  weak: number;
  /** Null in sets of two models. */
  mid: number | null;
  strong: number;
  /** What stronger models got more than weaker ones, over all models of the set: less a matter of luck than one pair's. */
  gains: Record<TierPair, number>;
  /** Outcome by model; empty where the set has two models. */
  models: Readonly<Record<string, number>>;
}

export const SOURCES = [
  'routellm_mmlu_dev',
  'mmlu_pro',
  'llmrouter_ulab',
  'zeroeval_crux',
  'zeroeval_math_l5',
] as const;

interface WrittenRow {
  prompt: string;
  source: string;
  subject?: string;
  weak: number;
  mid?: number;
  strong: number;
  /** Outcome by model. */
  models?: Record<string, number>;
}

export const loadRows = (folder: string): Row[] =>
  SOURCES.flatMap((source) => {
    const written = readFileSync(join(folder, `${source}.jsonl`), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as WrittenRow);
    const thirds = thirdsOf(written);
    return written.map(
      (row): Row => ({
        prompt: row.prompt,
        source,
        group: row.subject ?? row.source,
        values: gapFeatures(row.prompt, taskOfText(row.prompt)),
        weak: row.weak,
        mid: row.mid ?? null,
        strong: row.strong,
        gains: gainsOf(row, thirds),
        models: row.models ?? {},
      }),
    );
  });

/** The set's models from the weakest third to the strongest, by their mean outcome. */
function thirdsOf(rows: readonly WrittenRow[]): string[][] {
  const means = Object.keys(rows[0]?.models ?? {})
    .map((name) => ({ name, sum: rows.reduce((sum, row) => sum + (row.models?.[name] ?? 0), 0) }))
    .sort((a, b) => a.sum - b.sum || (a.name < b.name ? -1 : 1));
  const third = Math.floor(means.length / 3);
  const names = means.map(({ name }) => name);
  return [names.slice(0, third), names.slice(third, names.length - third), names.slice(names.length - third)];
}

function gainsOf(row: WrittenRow, thirds: readonly string[][]): Row['gains'] {
  const { models } = row;
  if (models === undefined) return { '1|2': row.strong - row.weak, '2|3': row.strong - row.weak };
  const [weak, mid, strong] = thirds.map(
    (names) => names.reduce((sum, name) => sum + (models[name] ?? 0), 0) / names.length,
  );
  return { '1|2': mid! - weak!, '2|3': strong! - mid! };
}
