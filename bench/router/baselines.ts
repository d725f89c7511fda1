// The simple routers of the table: each is fitted on rows of other sources and scores a row that it has not seen.
import { difficultyOf } from '../../policies/classify/difficulty.ts';
import { guessTask } from '../../policies/classify/task.ts';
import { addText, emptyCounts } from '../../policies/classify/text-counts.ts';
import { readWords } from '../../policies/classify/words.ts';
import type { TierPair } from '../../policies/gap/model.ts';
import { fitOwnTraffic, ownOdds } from '../../policies/gap/own-traffic.ts';
import { isGap, outcomeOf } from '../../policies/gap/training/fit.ts';
import type { Row } from '../../policies/gap/training/rows.ts';
import { boostedTrees } from './boosted-trees.ts';
import { nearestNeighbours } from './nearest-neighbours.ts';

interface Baseline {
  name: string;
  trained(rows: readonly Row[], pair: TierPair): (row: Row) => number;
}

/** The hand-written cues that the gap model replaced. */
function cuesOf(prompt: string): number {
  const counts = emptyCounts();
  addText(counts, prompt);
  const words = readWords(prompt, '');
  const task = guessTask({ ask: prompt, counts, words, hasTools: false, inToolLoop: false });
  const { hardWords } = words;
  const plain = { turns: 1, tools: 0, strictOutput: false, promptTokens: counts.tokens };
  return difficultyOf({ task, counts, hardWords, ...plain });
}

const HASHES = 1 << 14;

/** Hashed words and pairs of words, each by the smoothed log ratio of gaps and others: naive Bayes. */
function nGrams(rows: readonly Row[], pair: TierPair): (row: Row) => number {
  const gaps = new Float64Array(HASHES).fill(1);
  const others = new Float64Array(HASHES).fill(1);
  for (const row of rows) {
    const counts = isGap(outcomeOf(row, pair)) === 1 ? gaps : others;
    for (const hash of hashesOf(row.prompt)) counts[hash]! += 1;
  }
  const [gapSum, otherSum] = [gaps, others].map((counts) => counts.reduce((sum, count) => sum + count, 0));
  return ({ prompt }) => {
    const hashes = hashesOf(prompt);
    let score = 0;
    for (const hash of hashes) score += Math.log((gaps[hash]! * otherSum!) / (others[hash]! * gapSum!));
    return score / Math.max(1, hashes.size);
  };
}

function hashesOf(prompt: string): Set<number> {
  const words =
    prompt
      .slice(0, 4096)
      .toLowerCase()
      .match(/[a-z]+|\d/g) ?? [];
  const hashes = new Set<number>();
  for (const [i, word] of words.entries()) {
    for (const gram of i === 0 ? [word] : [word, `${words[i - 1]} ${word}`]) {
      let hash = 0;
      for (let at = 0; at < gram.length; at += 1) hash = (Math.imul(hash, 31) + gram.charCodeAt(at)) >>> 0;
      hashes.add(hash & (HASHES - 1));
    }
  }
  return hashes;
}

/** Logistic regression over the same features, all weights fitted together. */
function regression(rows: readonly Row[], pair: TierPair): (row: Row) => number {
  const fitted = fitOwnTraffic(
    rows.map((row) => ({ values: row.values, baseOdds: 0, kind: '', label: isGap(outcomeOf(row, pair)) })),
  );
  return ({ values }) => ownOdds(fitted, values, 0, '');
}

export const BASELINES: readonly Baseline[] = [
  {
    name: 'hand-written cues',
    trained:
      () =>
      ({ prompt }) =>
        cuesOf(prompt),
  },
  { name: 'logistic regression', trained: regression },
  { name: 'boosted trees', trained: (rows, pair) => boostedTrees(rows, pair, { isMonotone: false }) },
  { name: 'boosted, monotone', trained: (rows, pair) => boostedTrees(rows, pair, { isMonotone: true }) },
  { name: 'nearest neighbours', trained: nearestNeighbours },
  { name: 'hashed n-grams', trained: nGrams },
];
