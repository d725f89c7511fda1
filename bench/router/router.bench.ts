// How well the gap model ranks prompts for the stronger of two tiers, on sources it was not trained on.
//   npm run bench:router -- [--data ../shared/data/routing] [--json FILE] [--rounds 200]
// Each source is left out in turn and a model trained on the others (some minutes). APGR: area of the quality gap
// recovered over the share sent up (random 0.5). CPT50, CPT80: share sent up that recovers half, 80 %. AUC: of "the stronger
// is right, the weaker is not". Beside it: random, prompt length, today's difficulty score, and the oracle.
import { existsSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { difficultyOf } from '../../policies/classify/difficulty.ts';
import { guessTask } from '../../policies/classify/task.ts';
import { addText, emptyCounts } from '../../policies/classify/text-counts.ts';
import { readWords } from '../../policies/classify/words.ts';
import { gapOf } from '../../policies/gap/gap.ts';
import { gapOdds, sigmoid, TIER_PAIRS, type TierPair } from '../../policies/gap/model.ts';
import { fitGapModel, isGap, outcomeOf } from '../../policies/gap/training/fit.ts';
import { calibrationError, type Outcome, scoreRouter } from '../../policies/gap/training/metrics.ts';
import { loadRows, type Row, SOURCES } from '../../policies/gap/training/rows.ts';
import { scriptOptions } from '../script-options.ts';

const options = scriptOptions(import.meta.url, {
  data: { type: 'string', default: '../shared/data/routing' },
  json: { type: 'string' },
  rounds: { type: 'string', default: '200' },
});
if (!existsSync(options.data)) {
  console.error(`${options.data} is missing: give the folder of the labelled prompts with --data`);
  process.exit(2);
}

function difficultyOfPrompt(prompt: string): number {
  const counts = emptyCounts();
  addText(counts, prompt);
  const words = readWords(prompt, '');
  const task = guessTask({ ask: prompt, counts, words, hasTools: false, inToolLoop: false });
  const { hardWords } = words;
  return difficultyOf({
    task,
    counts,
    hardWords,
    promptTokens: counts.tokens,
    turns: 1,
    tools: 0,
    strictOutput: false,
  });
}

/** A small generator of its own, so that the intervals are the same in every run. */
function randomIndexes(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function interval(outcomes: readonly Outcome[], scores: readonly number[]): [number, number] {
  const next = randomIndexes(7);
  const values = Array.from({ length: Number(options.rounds) }, () => {
    const picks = outcomes.map(() => next(outcomes.length));
    return scoreRouter(
      picks.map((i) => outcomes[i]!),
      picks.map((i) => scores[i]!),
    ).apgr;
  }).sort((a, b) => a - b);
  return [values[Math.floor(values.length * 0.025)]!, values[Math.floor(values.length * 0.975)]!];
}

interface Line {
  source: string;
  pair: TierPair;
  prompts: number;
  router: string;
  apgr: number;
  interval: [number, number];
  cpt50: number;
  cpt80: number;
  auc: number;
  calibrationError: number | null;
}

const show = (value: number): string => value.toFixed(3);

function print({
  router,
  apgr,
  interval: [low, high],
  cpt50,
  cpt80,
  auc,
  calibrationError: ece,
}: Line): void {
  console.log(
    `  ${router.padEnd(12)} ${show(apgr)} [${show(low)}, ${show(high)}]  ${show(cpt50)}  ${show(cpt80)}  ${show(auc)}  ${ece === null ? '' : show(ece)}`,
  );
}

function compare(source: string, pair: TierPair, rows: readonly Row[], ours: readonly number[]): Line[] {
  const outcomes = rows.map((row) => outcomeOf(row, pair));
  const next = randomIndexes(3);
  const routers: [string, readonly number[]][] = [
    ['ours', ours],
    ['length', rows.map(({ prompt }) => prompt.length)],
    ['difficulty', rows.map(({ prompt }) => difficultyOfPrompt(prompt))],
    ['random', rows.map(() => next(2 ** 30))],
    ['oracle', outcomes.map(({ weak, strong }) => strong - weak)],
  ];
  return routers.map(([router, scores]) => ({
    source,
    pair,
    prompts: rows.length,
    router,
    ...scoreRouter(outcomes, scores),
    interval: interval(outcomes, scores),
    calibrationError: router === 'ours' ? calibrationError(scores, outcomes.map(isGap)) : null,
  }));
}

/** Times of one decision on a prompt of 4 KB, in milliseconds. */
function decisionTimes(rows: readonly Row[]): { p50: number; p99: number } {
  const long = rows.map(({ prompt }) => prompt).join('\n\n');
  const times: number[] = [];
  for (let i = 0; i < 4000; i += 1) {
    const ask = long.slice((i * 997) % (long.length - 4096), ((i * 997) % (long.length - 4096)) + 4096);
    const started = performance.now();
    gapOf({ ask, promptTokens: 1000, turns: 1, tools: 0, strictOutput: false });
    if (i >= 1000) times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(times.length * 0.5)]!, p99: times[Math.floor(times.length * 0.99)]! };
}

const rows = loadRows(options.data);
const lines: Line[] = [];
console.log('Each source left out of the training   APGR [95 %]           CPT50  CPT80  AUC    ECE');
for (const source of SOURCES) {
  const model = fitGapModel(
    rows.filter((row) => row.source !== source),
    'left-out',
  );
  const tested = rows.filter((row) => row.source === source);
  const pairs = tested[0]!.mid === null ? TIER_PAIRS.slice(0, 1) : TIER_PAIRS;
  for (const pair of pairs) {
    console.log(`${source}, ${pair}, ${tested.length} prompts`);
    const ours = tested.map(({ values }) => sigmoid(gapOdds(model, pair, values)));
    for (const line of compare(source, pair, tested, ours)) {
      lines.push(line);
      print(line);
    }
  }
}

const mmlu = rows.filter(({ source }) => source === 'routellm_mmlu_dev');
const subjects = [...new Set(mmlu.map(({ group }) => group))].sort();
const unseen = new Map<Row, number>();
const FOLDS = 3;
for (let fold = 0; fold < FOLDS; fold += 1) {
  const out = new Set(subjects.filter((_, i) => i % FOLDS === fold));
  const model = fitGapModel(
    rows.filter((row) => row.source !== 'routellm_mmlu_dev' || !out.has(row.group)),
    'left-out',
  );
  for (const row of mmlu) if (out.has(row.group)) unseen.set(row, sigmoid(gapOdds(model, '1|2', row.values)));
}
console.log(
  `routellm_mmlu_dev, a third of its ${subjects.length} subjects left out in turn, ${mmlu.length} prompts`,
);
for (const line of compare(
  'routellm_mmlu_dev, subjects left out',
  '1|2',
  mmlu,
  mmlu.map((row) => unseen.get(row)!),
)) {
  lines.push(line);
  print(line);
}
const times = decisionTimes(rows);
console.log(`one decision on 4 KB: p50 ${times.p50.toFixed(3)} ms, p99 ${times.p99.toFixed(3)} ms`);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ lines, times }, null, 2)}\n`);
