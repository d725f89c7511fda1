// Our engine beside llama.cpp and its kin on the same file: prefill, decode at depth, sequences together, starts, and
// what of the machine's measured limits each reaches. Rounds are interleaved; every ratio is taken within a round.
//   npm run bench:engine -- --model FILE [--model FILE] [--peer PATH_TO_llama-bench]... [--threads 1,2] [--rounds 5]
//     [--tests pp512,tg128@2048,batch8:64@64,tg64@0+busy] [--only REGEX] [--quick] [--isa avx2,avx512_vnni]
//     [--no-node-llama-cpp] [--no-starts] [--json FILE]
import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import { scriptOptions } from '../script-options.ts';
import { startBusyProcess } from './child.ts';
import { llamaBench } from './llama-bench.ts';
import { hasNodeLlamaCpp } from './llama-cpp.ts';
import { bareName, type Contender, groupBy, median, parseTest, type Test } from './measurement.ts';
import { nodeLlama } from './node-llama.ts';
import { ourEngine } from './ours.ts';
import { formatRows, rowsOf, type Samples } from './report.ts';
import { cpuName, measurePeaks, modelCost, type Peaks } from './roofline.ts';
import { formatStarts, measureStarts } from './starts.ts';

const cores = availableParallelism();
const fullTests =
  'pp128 pp512 pp2048 tg128@0 tg128@2048 tg128@8192 batch1:64@64 batch4:64@64 batch8:64@64 batch16:64@64 tg128@0+busy';
const quickTests = 'pp512 tg32@0 tg32@2048 batch4:16@64 batch8:16@64 batch16:16@64';

const given = scriptOptions(import.meta.url, {
  model: { type: 'string', multiple: true, default: [] },
  peer: { type: 'string', multiple: true, default: [] },
  threads: { type: 'string', default: [...new Set([1, 2, cores])].filter((n) => n <= cores).join() },
  rounds: { type: 'string' },
  tests: { type: 'string' },
  only: { type: 'string', default: '' },
  quick: { type: 'boolean', default: false },
  isa: { type: 'string', default: '' },
  'no-node-llama-cpp': { type: 'boolean', default: false },
  'no-starts': { type: 'boolean', default: false },
  json: { type: 'string' },
});

const rounds = Number(given.rounds ?? (given.quick ? 3 : 5));
const threadCounts = given.threads.split(',').map(Number);
const only = new RegExp(given.only);
const tests = (given.tests?.split(',') ?? (given.quick ? quickTests : fullTests).split(' '))
  .filter((name) => only.test(name))
  .map(parseTest);

/** Tests that one process of a contender runs: one load of the model for all of them. */
const groups = groupBy(tests, ({ kind, nTokens, depth, isBusy }) =>
  [kind, isBusy, kind === 'prefill' ? '' : nTokens, kind === 'batch' ? depth : ''].join(),
);

const contendersOf = (model: string): Contender[] => [
  ...given.isa.split(',').map((isa) => ourEngine(model, isa)),
  ...given.peer.map((path) => llamaBench(path, model)),
  ...(hasNodeLlamaCpp && !given['no-node-llama-cpp'] ? [nodeLlama(model)] : []),
];

const showProgress = (line: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
};

async function measureGroup(
  group: readonly Test[],
  contender: Contender,
  nThreads: number,
): Promise<Map<string, number>> {
  const busy = group[0]?.isBusy ? startBusyProcess() : undefined;
  try {
    return await contender.measure(group, nThreads);
  } finally {
    busy?.stop();
  }
}

async function measureAll(contenders: readonly Contender[], label: string) {
  const samples = new Map<string, Samples>();
  const peaks = new Map<number, Peaks[]>(threadCounts.map((nThreads) => [nThreads, []]));
  for (let round = 0; round < rounds; round++) {
    for (const nThreads of threadCounts) {
      peaks.get(nThreads)?.push(await measurePeaks(nThreads));
      for (const group of groups) {
        // Nobody is always first after the pause that the machine's clock likes.
        const turn = round % contenders.length;
        for (const contender of [...contenders.slice(turn), ...contenders.slice(0, turn)]) {
          showProgress(
            `${label}, round ${round + 1} of ${rounds}, ${nThreads} thread(s): ${contender.name} ${group.map(({ name }) => name).join(' ')}`,
          );
          const rates = await measureGroup(group, contender, nThreads);
          for (const test of group) {
            const key = `${test.name} ${nThreads} ${contender.name}`;
            const entry = samples.get(key) ?? { test, nThreads, contender: contender.name, rates: [] };
            entry.rates.push(rates.get(bareName(test)) ?? Number.NaN);
            samples.set(key, entry);
          }
        }
      }
    }
  }
  const medianPeaks = new Map(
    [...peaks].map(([nThreads, all]) => [
      nThreads,
      Object.fromEntries(
        Object.keys(all[0] ?? {}).map((key) => [key, median(all.map((each) => each[key] ?? 0))]),
      ),
    ]),
  );
  const inOrder = [...samples.values()].sort(
    (a, b) => threadCounts.indexOf(a.nThreads) - threadCounts.indexOf(b.nThreads),
  );
  return { samples: inOrder, peaks: medianPeaks };
}

async function benchModel(model: string) {
  const contenders = contendersOf(model);
  const { samples, peaks } = await measureAll(contenders, basename(model));
  const rows = rowsOf(samples, modelCost(model), peaks);
  const starts = given['no-starts']
    ? []
    : await measureStarts(contenders, {
        model,
        nThreads: Math.max(...threadCounts),
        rounds,
        onRun: showProgress,
      });
  showProgress('');
  console.log(
    `\n${basename(model)}: tokens a second, medians of ${rounds} rounds; ratio: ours to the best peer`,
  );
  for (const [nThreads, each] of peaks)
    console.log(
      `${nThreads} thread(s) of this machine: ${Object.entries(each)
        .filter(([key]) => key !== 'threads')
        .map(([key, value]) => `${key} ${value.toFixed(0)}`)
        .join(', ')}`,
    );
  console.log(formatRows(rows, contenders));
  if (starts.length > 0) console.log(formatStarts(starts));
  return {
    model: basename(model),
    bytes: statSync(model).size,
    peaks: Object.fromEntries(peaks),
    rows,
    starts,
  };
}

if (given.model.length === 0) {
  console.error(
    'usage: npm run bench:engine -- --model FILE [--peer PATH_TO_llama-bench] ... (see the head of this file)',
  );
  process.exitCode = 2;
} else {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: packageRoot,
    encoding: 'utf8',
  });
  const models = [];
  for (const model of given.model) {
    models.push(await benchModel(model));
    const report = {
      date: new Date().toISOString(),
      commit: commit.trim(),
      cpu: cpuName(),
      cores,
      rounds,
      models,
    };
    if (given.json) writeFileSync(given.json, `${JSON.stringify(report, null, 2)}\n`);
  }
}
