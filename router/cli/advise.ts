// `tiergate advise`: the smallest local model and quantisation that does this workload. Everything stays on this machine.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError, toGatewayError } from '../../contract/errors.ts';
import { fileTypeNamed } from '../../engine/quantize/plan.ts';
import { readCaptures } from '../../store/requests.ts';
import { findCandidates, type ModelCandidate, quantized, type Skipped } from '../advise/candidates.ts';
import { type AdvisePrompt, capturedPrompts, MATCHES, type Match, readPrompts } from '../advise/prompts.ts';
import { recommend } from '../advise/recommend.ts';
import { type ModelRun, runModel } from '../advise/run.ts';
import { type Basis, scoreAnswer } from '../advise/score.ts';
import { loadConfig } from '../config/config.ts';
import { referencePrice } from '../record.ts';
import { type Advice, type AdvisedModel, adviceLines, advicePage } from './advise-report.ts';
import { numberOption } from './number-option.ts';
import { parseTime } from './period.ts';
import { type Progress, progressBar } from './progress.ts';

interface AdviseOptions {
  model: string[];
  quantize?: string;
  keep?: string;
  reference?: string;
  loss: string;
  leastQuality: string;
  match: Match;
  maxTokens: string;
  limit: string;
  context?: string;
  threads?: string;
  usdPerHour: string;
  since: string;
  caller?: string;
  ledger?: string;
  config?: string;
  html?: string;
  json?: boolean;
}

const wholeOption = (
  name: string,
  text: string | undefined,
  low: number,
  high: number,
): number | undefined => (text === undefined ? undefined : numberOption(name, text, low, high, true));

/** What is given as numbers, checked before anything is run. @throws {GatewayError} INVALID_REQUEST */
const limitsOf = (options: AdviseOptions) => ({
  loss: numberOption('loss', options.loss, 0, 1),
  leastQuality: numberOption('least-quality', options.leastQuality, 0, 1),
  usdPerHour: numberOption('usd-per-hour', options.usdPerHour, 0, 1e4),
  context: wholeOption('context', options.context, 16, 1e7),
  threads: wholeOption('threads', options.threads, 1, 1024),
});
type Limits = ReturnType<typeof limitsOf>;

function promptsFor(file: string | undefined, options: AdviseOptions): AdvisePrompt[] {
  const limit = numberOption('limit', options.limit, 1, 1e6, true);
  const maxTokens = numberOption('max-tokens', options.maxTokens, 1, 1e6, true);
  const defaults = { match: options.match, maxTokens };
  if (file !== undefined) return readPrompts(file, defaults).slice(0, limit);
  const path =
    options.ledger ??
    loadConfig({ path: options.config, env: process.env, cwd: process.cwd() }).config.ledger.path;
  const period = {
    since: parseTime(options.since, Date.now()),
    ...(options.caller !== undefined && { caller: options.caller }),
  };
  const captures = readCaptures(path, period).slice(0, limit);
  if (captures.length === 0)
    throw new GatewayError(
      'INVALID_REQUEST',
      `the ledger ${displayPath(path)} holds no captured request since ${options.since}; give a JSONL file of prompts, or name consenting callers in ledger.capture`,
    );
  return capturedPrompts(captures, defaults);
}

interface Ran {
  candidate: ModelCandidate;
  run: ModelRun;
}

const isNamed = ({ name, file }: ModelCandidate, named: string): boolean =>
  name === named || file === resolve(named);

/** @throws {GatewayError} INVALID_REQUEST */
function checkReference(candidates: readonly ModelCandidate[], named: string | undefined): void {
  if (named === undefined || candidates.some((candidate) => isNamed(candidate, named))) return;
  throw new GatewayError(
    'INVALID_REQUEST',
    `--reference ${named} is none of the models that can be run: ${candidates.map(({ name }) => name).join(', ')}`,
  );
}

/** The named model, else the one with the largest file: more bits and more weights are the better bet. */
function referenceOf(ran: readonly Ran[], named: string | undefined): Ran | null {
  if (named !== undefined) return ran.find(({ candidate }) => isNamed(candidate, named)) ?? null;
  return ran.length < 2
    ? null
    : ran.reduce((best, each) => (each.candidate.fileBytes > best.candidate.fileBytes ? each : best));
}

function judge(prompts: readonly AdvisePrompt[], ran: readonly Ran[], reference: Ran | null) {
  const basis: Record<Basis, number> = { expected: 0, form: 0, reference: 0 };
  const scores = ran.map((each, at) =>
    prompts.map((prompt, i) => {
      const other = each === reference ? 'self' : reference && reference.run.answers[i]!.draft;
      const score = scoreAnswer(prompt, each.run.answers[i]!.draft, other);
      if (at === 0 && score !== null) basis[score.basis] += 1;
      return score?.value ?? null;
    }),
  );
  return { basis, scores };
}

/** USD for 1,000 requests with the mean tokens of a run, at the config's Level 3. */
function level3Cost({ run }: Ran, config: string | undefined): number | null {
  let price: ReturnType<typeof referencePrice>;
  try {
    const loaded = loadConfig({ path: config, env: process.env, cwd: process.cwd() });
    price = referencePrice(
      loaded.targets.map(({ target }) => target),
      loaded.config.ledger.reference_target,
    );
  } catch (error) {
    // A config that is asked for must be good; without one, there is no price.
    if (config !== undefined) throw error;
    return null;
  }
  if (price === null) return null;
  const { inputUsdPerMtok, outputUsdPerMtok } = price;
  const microusd = run.answers.reduce(
    (sum, { promptTokens, outputTokens }) =>
      sum + promptTokens * inputUsdPerMtok + outputTokens * outputUsdPerMtok,
    0,
  );
  return microusd / 1e3 / run.answers.length;
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

async function runAll(
  candidates: readonly ModelCandidate[],
  prompts: readonly AdvisePrompt[],
  { context, threads }: Limits,
  bar: Progress,
): Promise<{ ran: Ran[]; skipped: Skipped[] }> {
  const [ran, skipped]: [Ran[], Skipped[]] = [[], []];
  const total = candidates.length * prompts.length;
  for (const [at, candidate] of candidates.entries()) {
    const onAnswer = (done: number): void =>
      bar.update(at * prompts.length + done, total, `${candidate.name}, ${done} of ${prompts.length}`);
    bar.update(at * prompts.length, total, `loading ${candidate.name}`);
    try {
      const run = await runModel(prompts, { file: candidate.file, context, threads, onAnswer });
      ran.push({ candidate, run });
    } catch (error) {
      skipped.push({ name: candidate.name, reason: toGatewayError(error).message });
    }
  }
  return { ran, skipped };
}

function adviceOf(
  prompts: readonly AdvisePrompt[],
  ran: readonly Ran[],
  skipped: Skipped[],
  options: AdviseOptions,
  { loss: allowedLoss, leastQuality, usdPerHour }: Limits,
): Advice {
  const reference = referenceOf(ran, options.reference);
  const { basis, scores } = judge(prompts, ran, reference);
  const recommendation = recommend(
    ran.map(({ candidate: { name, memoryBytes }, run: { tokensPerSecond } }, i) => ({
      ...{ name, memoryBytes, tokensPerSecond },
      scores: scores[i]!,
    })),
    allowedLoss,
    leastQuality,
  );
  const models = ran.map(({ candidate, run }, i): AdvisedModel => {
    const { answers, peakBytes, tokensPerSecond, medianFirstMs, meanMs } = run;
    const { quality, loss, worse, lossBound } = recommendation.standings[i]!;
    return {
      ...candidate,
      ...{ peakBytes, tokensPerSecond, medianFirstMs, meanMs, quality, loss, worse, lossBound },
      failures: countBy(answers.flatMap(({ error }) => error ?? [])),
      usdPerThousand: (meanMs / 3_600_000) * 1000 * usdPerHour,
      isReference: ran[i] === reference && basis.reference > 0,
    };
  });
  return {
    ...{ prompts: prompts.length, basis, models, skipped, usdPerHour, recommendation },
    reference: basis.reference > 0 ? (reference?.candidate.name ?? null) : null,
    level3UsdPerThousand: ran[0] === undefined ? null : level3Cost(reference ?? ran[0], options.config),
  };
}

async function advise(file: string | undefined, options: AdviseOptions): Promise<void> {
  const limits = limitsOf(options);
  const { context } = limits;
  const types = (options.quantize ?? '')
    .split(',')
    .filter((type) => type.trim() !== '')
    .map((type) => fileTypeNamed(type.trim()));
  const prompts = promptsFor(file, options);
  const found = await findCandidates(options.model, { env: process.env, cwd: process.cwd(), context });
  const bar = progressBar('advise', options.json === true);
  if (options.keep !== undefined) mkdirSync(options.keep, { recursive: true });
  const folder = options.keep ?? mkdtempSync(join(tmpdir(), 'tiergate-advise-'));
  try {
    const made = await quantized(found.candidates, types, {
      ...{ folder, context },
      onProgress: (done, total, label) => bar.update(done, total, label),
    });
    const candidates = [...found.candidates, ...made.candidates].sort(
      (a, b) => b.memoryBytes - a.memoryBytes || (a.name < b.name ? -1 : 1),
    );
    if (candidates.length === 0)
      throw new GatewayError(
        'MODEL_NOT_FOUND',
        [
          'no model on this machine can be run; get one with: tiergate pull hf:ORG/REPO',
          ...found.skipped.map(({ name, reason }) => `${name}: ${reason}`),
        ].join('; '),
      );
    checkReference(candidates, options.reference);
    const { ran, skipped } = await runAll(candidates, prompts, limits, bar);
    bar.stop();
    const advice = adviceOf(prompts, ran, [...found.skipped, ...made.skipped, ...skipped], options, limits);
    if (options.html !== undefined) writeFileSync(options.html, advicePage(advice));
    if (options.json === true) console.log(JSON.stringify(advice, null, 2));
    else for (const line of adviceLines(advice)) console.log(line);
  } finally {
    bar.stop();
    if (options.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

const collected = (value: string, before: string[]): string[] => [...before, value];

export function adviseCommand(): Command {
  return new Command('advise')
    .description(
      'find the smallest local model and quantisation that does your workload; nothing leaves this machine',
    )
    .argument('[prompts]', 'JSONL file, a prompt a line, see below; default: captured requests of the ledger')
    .option(
      '-m, --model <name>',
      'model, GGUF file or folder to compare; may be repeated; default: all on this machine',
      collected,
      [],
    )
    .option(
      '-q, --quantize <types>',
      'also try quantisations of the F32, F16 and BF16 models, e.g. Q8_0,Q4_K_M',
    )
    .option('--keep <folder>', 'where the quantised files stay; default: they are removed')
    .option(
      '--reference <model>',
      'its answers count as right where none are expected; default: the largest file',
    )
    .option('--loss <share>', "how much of the best model's quality may be lost", '0.02')
    .option('--least-quality <share>', 'a quality that must be reached', '0')
    .addOption(
      new Option('--match <how>', 'when prose counts as the expected answer; overlap: words in common, F1')
        .choices(MATCHES)
        .default('overlap'),
    )
    .option('--max-tokens <n>', 'of an answer, where the request sets no limit', '256')
    .option('--limit <n>', 'at most so many prompts', '200')
    .option('-c, --context <tokens>', 'context of each model; default: its own, at most 8192')
    .option('-t, --threads <n>', 'default: one a physical core')
    .option('--usd-per-hour <price>', 'what an hour of this machine costs', '0')
    .option('--since <time>', 'captures from: 24h, 7d, 2w, or a date', '30d')
    .option('--caller <name>', "only this caller's captures")
    .option('--ledger <file>', "the ledger's file; default: the one that the config names")
    .option('--config <file>', 'config file; default: TIERGATE_CONFIG, else tiergate.yaml')
    .option('--html <file>', 'write a page with plots')
    .option('--json', 'print JSON; sizes in bytes')
    .addHelpText(
      'after',
      `
A line of the file is {"prompt": TEXT} or {"request": {chat request}}, with, where known, "expected": the right answer, a list of
right ones, or a JSON object; "schema": what a JSON answer must fit; "match": as --match, for this line.

The recommended model is the one that needs the least memory of those that lose no more than --loss on the best one.

Examples:
  $ tiergate advise prompts.jsonl
  $ tiergate advise prompts.jsonl -m qwen3-0.6b-f16.gguf --quantize Q8_0,Q5_K_M,Q4_K_M --html report.html
  $ tiergate advise --since 7d --caller shop --json`,
    )
    .action(advise);
}
