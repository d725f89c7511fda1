// Sources left out in turn: how well our gap model and simple routers rank prompts of a kind that they have not seen.
import { difficultyOf } from '../../policies/classify/difficulty.ts';
import { guessTask } from '../../policies/classify/task.ts';
import { addText, emptyCounts } from '../../policies/classify/text-counts.ts';
import { readWords } from '../../policies/classify/words.ts';
import { gapOdds, sigmoid, TIER_PAIRS, type TierPair } from '../../policies/gap/model.ts';
import { fitOwnTraffic, ownOdds } from '../../policies/gap/own-traffic.ts';
import { fitGapModel, isGap, outcomeOf } from '../../policies/gap/training/fit.ts';
import {
  calibrationError,
  type Outcome,
  type RouterScore,
  scoreRouter,
} from '../../policies/gap/training/metrics.ts';
import { type Row, SOURCES } from '../../policies/gap/training/rows.ts';

/** A small generator of its own, so that figures are the same in every run. */
export function randomBelow(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export interface Measured {
  value: number;
  /** 95 %, by bootstrap over prompts. */
  low: number;
  high: number;
}

export interface Line {
  set: string;
  pair: TierPair;
  prompts: number;
  router: string;
  apgr: Measured;
  cpt50: Measured;
  cpt80: Measured;
  auc: Measured;
  /** Null for scores that are no chances. */
  calibrationError: number | null;
}

const METRICS = ['apgr', 'cpt50', 'cpt80', 'auc'] as const;

export function measure(
  outcomes: readonly Outcome[],
  scores: readonly number[],
  rounds: number,
): Record<(typeof METRICS)[number], Measured> {
  const next = randomBelow(7);
  const whole = scoreRouter(outcomes, scores);
  const drawn: RouterScore[] = Array.from({ length: rounds }, () => {
    const picks = outcomes.map(() => next(outcomes.length));
    return scoreRouter(
      picks.map((i) => outcomes[i]!),
      picks.map((i) => scores[i]!),
    );
  });
  const measured = (metric: (typeof METRICS)[number]): Measured => {
    const sorted = drawn.map((each) => each[metric]).sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? whole[metric];
    return { value: whole[metric], low: at(0.025), high: at(0.975) };
  };
  return { apgr: measured('apgr'), cpt50: measured('cpt50'), cpt80: measured('cpt80'), auc: measured('auc') };
}

export function taskOf(prompt: string): string {
  const counts = emptyCounts();
  addText(counts, prompt);
  return guessTask({ ask: prompt, counts, words: readWords(prompt, ''), hasTools: false, inToolLoop: false });
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
function nGrams(rows: readonly Row[], pair: TierPair): (prompt: string) => number {
  const gaps = new Float64Array(HASHES).fill(1);
  const others = new Float64Array(HASHES).fill(1);
  for (const row of rows) {
    const counts = isGap(outcomeOf(row, pair)) === 1 ? gaps : others;
    for (const hash of hashesOf(row.prompt)) counts[hash]! += 1;
  }
  const [gapSum, otherSum] = [gaps, others].map((counts) => counts.reduce((sum, count) => sum + count, 0));
  return (prompt) => {
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

/** Every row's chances by a model that has not seen its source. */
export type UnseenChances = ReadonlyMap<Row, Record<TierPair, number>>;

export function compareUnseen(
  rows: readonly Row[],
  rounds: number,
  onLine: (line: Line) => void,
): { lines: Line[]; chances: UnseenChances } {
  const lines: Line[] = [];
  const chances = new Map<Row, Record<TierPair, number>>();
  for (const source of SOURCES) {
    const others = rows.filter((row) => row.source !== source);
    const model = fitGapModel(others, 'left-out');
    const tested = rows.filter((row) => row.source === source);
    const chanceOf = (row: Row, pair: TierPair): number => sigmoid(gapOdds(model, pair, row.values));
    for (const row of tested) chances.set(row, { '1|2': chanceOf(row, '1|2'), '2|3': chanceOf(row, '2|3') });
    for (const pair of tested[0]!.mid === null ? TIER_PAIRS.slice(0, 1) : TIER_PAIRS) {
      const outcomes = tested.map((row) => outcomeOf(row, pair));
      const next = randomBelow(3);
      const [gram, regress] = [nGrams(others, pair), regression(others, pair)];
      const routers: [string, readonly number[]][] = [
        ['ours', tested.map((row) => chances.get(row)![pair])],
        ['length', tested.map(({ prompt }) => prompt.length)],
        ['hand-written cues', tested.map(({ prompt }) => cuesOf(prompt))],
        ['logistic regression', tested.map(regress)],
        ['hashed n-grams', tested.map(({ prompt }) => gram(prompt))],
        ['random', tested.map(() => next(2 ** 30))],
        ['oracle', outcomes.map(({ weak, strong }) => strong - weak)],
      ];
      for (const [router, scores] of routers) {
        const error = router === 'ours' ? calibrationError(scores, outcomes.map(isGap)) : null;
        const line: Line = {
          ...{ set: source, pair, prompts: tested.length, router, calibrationError: error },
          ...measure(outcomes, scores, rounds),
        };
        lines.push(line);
        onLine(line);
      }
    }
  }
  return { lines, chances };
}
