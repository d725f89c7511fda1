// How good the router is, on the labelled development sets.
//   npm run bench:router -- [--data ../shared/data/routing] [--prices ../shared/data/prices] [--models ../shared/data/models/gguf]
//                           [--parts 123456] [--rounds 200] [--requests 100000] [--splits 200] [--json FILE] [--html FILE]
// 1. Sources left out in turn, beside simple routers. APGR: area of the quality gap recovered over the share sent up (random
//    0.5). CPT50, CPT80: share sent up that recovers half, 80 %. AUC: of "the stronger is right, the weaker is not".
//    In brackets 95 %, by bootstrap. ECE: mean distance of predicted chance and observed share; floor: what chance alone makes of it;
//    the same where the set's outcomes tell how often both models are right (`routing.known.accuracy`), or how often gaps occur.
// 2. Time of one decision on 4 KB. 3. Labels of own traffic. 4. The certified loss over many splits. 5. A simulated month.
// 6. Cascades of two real local models; needs the native engine. "Stays below": the most that can stay with the weaker model within 2, 5
//    and 10 points below the stronger one alone.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gapOf } from '../../policies/gap/gap.ts';
import { loadRows, type Row } from '../../policies/gap/training/rows.ts';
import { scriptOptions } from '../script-options.ts';
import { type CascadeResult, cascadeCurves, WEAK_COST } from './cascade.ts';
import { type Pair, storyPair, taskPairs } from './cascade-pairs.ts';
import { type GuaranteeLine, guaranteeCheck } from './guarantee.ts';
import { simulateMonth } from './month.ts';
import { monthLines } from './month-page.ts';
import { ownTraffic } from './own-traffic.ts';
import { resultsPage } from './page.ts';
import { compareUnseen, type Line, type Measured } from './unseen.ts';

const options = scriptOptions(import.meta.url, {
  data: { type: 'string', default: '../shared/data/routing' },
  prices: { type: 'string', default: '../shared/data/prices' },
  models: { type: 'string', default: '../shared/data/models/gguf' },
  parts: { type: 'string', default: '123456' },
  rounds: { type: 'string', default: '200' },
  requests: { type: 'string', default: '100000' },
  splits: { type: 'string', default: '200' },
  json: { type: 'string' },
  html: { type: 'string' },
});
if (!existsSync(options.data)) {
  console.error(`${options.data} is missing: give the folder of the labelled prompts with --data`);
  process.exit(2);
}

const show = (value: number): string => value.toFixed(3);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const within = ({ value, low, high }: Measured): string => `${show(value)} [${show(low)}, ${show(high)}]`;

function printLine(line: Line): void {
  const { router, apgr, cpt50, cpt80, auc, calibrationError, calibrationFloor } = line;
  const error =
    calibrationError === null
      ? ''
      : `  ECE ${show(calibrationError)} (floor ${show(calibrationFloor!)}); accuracies known ${show(line.accuracyKnownError!)}, rate known ${show(line.rateKnownError!)}`;
  console.log(
    `  ${router.padEnd(20)} APGR ${within(apgr)}  CPT50 ${within(cpt50)}  CPT80 ${within(cpt80)}  AUC ${within(auc)}${error}`,
  );
}

/** Times of one decision on a prompt of 4 KB, in milliseconds. */
function decisionTimes(rows: readonly Row[]): { p50: number; p99: number } {
  const long = rows.map(({ prompt }) => prompt).join('\n\n');
  const times: number[] = [];
  for (let i = 0; i < 4000; i += 1) {
    const at = (i * 997) % (long.length - 4096);
    const ask = long.slice(at, at + 4096);
    const started = performance.now();
    gapOf({ ask, task: 'chat', promptTokens: 1000, turns: 1, tools: 0, strictOutput: false });
    if (i >= 1000) times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(times.length * 0.5)]!, p99: times[Math.floor(times.length * 0.99)]! };
}

/** The most that can stay with the weaker model within each bound. */
const stays = (shares: readonly Measured[]): string =>
  `${shares.map(({ value }) => (100 * value).toFixed(1)).join(' / ')} %`;

function printCascade({
  weak,
  strong,
  truth,
  prompts,
  weakRight,
  strongRight,
  oracleApgr,
  oracleShares,
  curves,
  costs,
}: CascadeResult): void {
  console.log(
    `${weak} before ${strong}, ${prompts} ${truth}: ${percent(weakRight)} and ${percent(strongRight)} right, APGR at most ${show(oracleApgr)}, most that can stay below ${stays(oracleShares)}; a weak call costs ${WEAK_COST} of a strong one`,
  );
  const shareOf = (bands: readonly Measured[], isCounted: (of: Measured) => boolean): string =>
    percent(bands.filter(isCounted).length / costs.length);
  for (const { router, isByPrompt, auc, apgr, shares, meanQuality, meanAbove, above } of curves) {
    const least = Math.min(...above.map(({ value }) => value));
    const beside = isByPrompt
      ? ''
      : `; above the best by the prompt ${within(meanAbove)}, least ${show(least)}; surely above at ${shareOf(above, ({ low }) => low > 0)} of the costs, surely below at ${shareOf(above, ({ high }) => high < -1e-9)}`;
    console.log(
      `  ${router.padEnd(30)} APGR ${within(apgr)}  AUC ${show(auc)}  stays below ${stays(shares)}  mean quality over equal cost ${within(meanQuality)}${beside}`,
    );
  }
}

const isWanted = (part: number): boolean => options.parts.includes(String(part));

const rows = loadRows(options.data);
if (isWanted(1)) console.log('1. Each source left out of the training');
let set = '';
const { lines, chances } = compareUnseen(rows, isWanted(1) ? Number(options.rounds) : null, (line) => {
  if (`${line.set} ${line.pair}` !== set) console.log(`${line.set}, ${line.pair}, ${line.prompts} prompts`);
  set = `${line.set} ${line.pair}`;
  printLine(line);
});

const times = isWanted(2) ? decisionTimes(rows) : null;
if (times !== null)
  console.log(`2. One decision on 4 KB: p50 ${show(times.p50)} ms, p99 ${show(times.p99)} ms (aim 0.3)`);

if (isWanted(3)) console.log('3. Labels of own traffic; means of draws, on the other prompts');
const own = isWanted(3) ? ownTraffic(rows, chances, [50, 100, 300]) : [];
for (const each of own)
  console.log(
    `  ${each.traffic} ${each.pair}, ${each.labels} labels, callers ${each.callersKnown ? 'known' : 'unknown'}: APGR ${show(each.apgr)}, length ${show(each.lengthApgr)}, never seen ${show(each.unseenApgr)}; ECE ${show(each.calibrationError)} (floor ${show(each.calibrationFloor)}), without labels ${show(each.unseenCalibrationError)}`,
  );
if (isWanted(3))
  console.log(
    "  With the local answer's own confidence: the development sets hold no log probabilities and no answers; 6 measures it on pairs of local models.",
  );

if (isWanted(4)) console.log('4. Certified loss: judged requests and a rest drawn anew');
const bounds = [0.02, 0.05, 0.1].map((alpha) => ({ alpha, delta: 0.1 }));
const guarantee = isWanted(4)
  ? guaranteeCheck(rows, chances, { splits: Number(options.splits), judged: 1000, bounds })
  : [];
for (const each of guarantee) {
  console.log(
    `  ${each.traffic}, alpha ${each.alpha}, delta ${each.delta}, ${each.judged} judged, ${each.splits} splits: loss above alpha in ${percent(each.exceeded)} of them on all the rest, ${percent(each.batchExceeded)} on a batch of ${each.judged}; mean loss ${percent(each.meanLoss)}, kept low ${percent(each.meanKept)}`,
  );
  const other = (how: string, { exceeded, meanKept }: GuaranteeLine['rate']): string =>
    `${how}: above in ${percent(exceeded)}, kept low ${percent(meanKept)}`;
  console.log(
    `    ${other('by a bound of the rate alone', each.rate)}; ${other('at its word', each.uncorrected)}`,
  );
}

if (isWanted(5)) console.log('5. A simulated month');
const { data, prices } = options;
const month = isWanted(5)
  ? simulateMonth(rows, chances, {
      data,
      prices,
      requests: Number(options.requests),
      rounds: Number(options.rounds),
    })
  : null;
if (month !== null) for (const line of monthLines(month)) console.log(`  ${line}`);

const cascades: CascadeResult[] = [];
if (isWanted(6)) {
  console.log('6. Cascades: the product learns from the labels of four folds and decides the fifth');
  const compared = (pair: Pair, samples: number): void => {
    const cascade = cascadeCurves(pair, { rounds: Number(options.rounds), samples });
    printCascade(cascade);
    cascades.push(cascade);
  };
  for (const [weak, samples] of [
    ['stories260K-Q4_K_M.gguf', 3],
    ['stories260K-Q6_K.gguf', 0],
  ] as const) {
    const strong = join(options.models, 'stories260K-f32.gguf');
    const pair = await storyPair(join(options.models, weak), strong, 900, samples);
    if (pair === null) console.log(`${weak} is not there: give the folder of local models with --models`);
    else compared(pair, samples);
  }
  const folder = mkdtempSync(join(tmpdir(), 'tiergate-pairs-'));
  const pairs = await taskPairs(['Q2_K_S', 'Q3_K_S'], folder, 1500).finally(() =>
    rmSync(folder, { recursive: true }),
  );
  if (pairs === null) console.log('mixed tasks need python3, which makes them');
  else for (const pair of pairs) compared(pair, 0);
}

const results = { lines, times, own, guarantee, month, cascades };
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
if (options.html !== undefined) writeFileSync(options.html, resultsPage(results));
