// `tiergate calibrate`: learns from captured requests how far they can be kept low. Nothing is changed without --apply.
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { displayPath } from '../../contract/built-file.ts';
import type { ChatRequest } from '../../contract/chat.ts';
import { GatewayError } from '../../contract/errors.ts';
import type { TierLevel } from '../../contract/tier.ts';
import { knownPrior } from '../../policies/gap/gap.ts';
import { factsOf } from '../../policies/replay.ts';
import { openLedger } from '../../store/ledger.ts';
import { readCaptures, readRequests } from '../../store/requests.ts';
import { CostMeter, calibrationLedger, type JudgedCapture, judgeCaptures } from '../calibrate/answers.ts';
import { fitCalibration } from '../calibrate/fit.ts';
import { judgeOf } from '../calibrate/judges.ts';
import { labelsPath, readLabels } from '../calibrate/labels.ts';
import { calibrationPath, draftLimits } from '../config/calibration.ts';
import { type LoadedConfig, loadConfig } from '../config/config.ts';
import { createGateway, type RunningGateway, startHosts } from '../gateway.ts';
import { createLog } from '../log.ts';
import { ALL } from '../workers/share.ts';
import { type CalibrationFacts, calibrationLines, calibrationPage } from './calibrate-report.ts';
import { calibrationStatus } from './calibrate-status.ts';
import { numberOption } from './number-option.ts';
import { parseTime } from './period.ts';
import { progressBar } from './progress.ts';

interface CalibrateOptions {
  since: string;
  caller?: string;
  limit: string;
  budget: string;
  alpha: string;
  delta: string;
  embedder?: string;
  minSimilarity: string;
  judge?: string;
  ledger?: string;
  config?: string;
  html?: string;
  json?: boolean;
  apply?: boolean;
  status?: boolean;
}

const MONTH_MS = 30 * 86_400_000;

async function withGateway<T>(
  loaded: LoadedConfig,
  meter: CostMeter,
  run: (gateway: RunningGateway) => Promise<T>,
): Promise<T> {
  const log = createLog('error', null);
  const ledger = calibrationLedger(await openLedger({ path: loaded.config.ledger.path }), meter);
  const hosts = startHosts(loaded, log);
  // Its own requests are neither captured again nor part of a trial nor shadowed.
  const { config } = loaded;
  const routing = { ...config.routing, shadow: { ...config.routing.shadow, share: 0 } };
  const plain = { ...loaded, config: { ...config, routing }, trial: null };
  const startedAtS = Math.floor(Date.now() / 1000);
  const gateway = createGateway(plain, { ledger, hosts, share: ALL, startedAtS, log });
  try {
    return await run(gateway);
  } finally {
    await gateway.close();
  }
}

async function calibrate(options: CalibrateOptions): Promise<void> {
  if (options.status === true) return calibrationStatus(options);
  const now = Date.now();
  const alpha = numberOption('alpha', options.alpha, 0.001, 0.5);
  const delta = numberOption('delta', options.delta, 0.001, 0.5);
  const budgetMicrousd = numberOption('budget', options.budget, 0, 1e6) * 1e6;
  const limit = numberOption('limit', options.limit, 1, 1e6);
  const since = parseTime(options.since, now);
  const loaded = loadConfig({ path: options.config, env: process.env, cwd: process.cwd() });
  const path = options.ledger ?? loaded.config.ledger.path;
  const period = { since, ...(options.caller !== undefined && { caller: options.caller }) };
  const captures = readCaptures(path, period).slice(0, limit);
  if (captures.length === 0) {
    throw new GatewayError(
      'INVALID_REQUEST',
      `the ledger ${displayPath(path)} holds no captured request since ${options.since}; name consenting callers in ledger.capture and wait for traffic`,
    );
  }
  const rows = readRequests(path, period);
  const callers = new Set(captures.map(({ caller }) => caller));
  const traffic = rows.filter(({ caller }) => callers.has(caller));
  const spanMs = Math.max(86_400_000, now - (traffic[0]?.startedAt ?? now));
  const levels = loaded.targets.map(({ target }) => target.tier);
  const low = 1;
  const high = Math.max(...levels) as TierLevel;
  if (!levels.includes(low) || low === high)
    throw new GatewayError(
      'CONFIG_INVALID',
      `targets at Level 1 and at a higher one are needed to compare; the config has Level ${[...new Set(levels)].join(', ')}`,
    );
  const target = calibrationPath(loaded.config.routing.calibration, loaded.path, process.cwd());
  const judges = {
    ...{ judge: options.judge, embedder: options.embedder },
    minSimilarity: numberOption('min-similarity', options.minSimilarity, 0, 1),
  };
  const meter = new CostMeter();
  const bar = progressBar('calibrate', options.json === true);
  const byId = new Map(rows.map((row) => [row.id, row]));
  // What a shadow has judged, in the same way, is not paid for again.
  const by = options.judge ?? options.embedder ?? 'form';
  const labels = new Map(
    readLabels(labelsPath(target)).flatMap((label) => (label.by === by ? [[label.id, label] as const] : [])),
  );
  const shadowed = captures.flatMap((capture): JudgedCapture[] => {
    const label = labels.get(capture.id);
    if (label === undefined) return [];
    const { isLoss, lowMicrousd, highMicrousd, confidence } = label;
    return [
      {
        ...{ capture, isLoss, request: JSON.parse(capture.request) as ChatRequest },
        low: { costMicrousd: lowMicrousd, confidence },
        high: { costMicrousd: highMicrousd },
      },
    ];
  });
  const judgement = await withGateway(loaded, meter, (gateway) =>
    judgeCaptures(
      gateway,
      captures.filter(({ id }) => !labels.has(id)),
      ({ id }) => {
        const row = byId.get(id);
        return row === undefined ? null : factsOf(row);
      },
      {
        ...{ low, high, budgetMicrousd, meter },
        judge: judgeOf(gateway, judges),
        onProgress: (done, total) =>
          bar.update(done, total, `$${(meter.spentMicrousd / 1e6).toFixed(4)} of $${budgetMicrousd / 1e6}`),
      },
    ),
  ).finally(() => bar.stop());
  const { skipped, isCut } = judgement;
  const judged = [...shadowed, ...judgement.judged];
  if (judged.length === 0)
    throw new GatewayError(
      'INVALID_REQUEST',
      `no pair of answers could be judged: ${JSON.stringify(skipped)}`,
    );
  const { cascade, known } = loaded.config.routing;
  const result = fitCalibration(
    judged,
    { alpha, delta },
    {
      at: new Date(now).toISOString(),
      prior: knownPrior(known),
      earlyTokens: draftLimits(loaded.config, loaded.calibration).earlyTokens,
      draftCost: cascade.draft_cost,
    },
  );
  const facts: CalibrationFacts = {
    ...{ result, skipped, isCut, low, high },
    judged: judged.length,
    shadowed: shadowed.length,
    losses: judged.filter(({ isLoss }) => isLoss).length,
    spentMicrousd: meter.spentMicrousd,
    monthlyRequests: (traffic.length * MONTH_MS) / spanMs,
  };
  if (options.html !== undefined) writeFileSync(options.html, calibrationPage(facts));
  if (options.json === true) console.log(JSON.stringify(facts, null, 2));
  else for (const line of calibrationLines(facts)) console.log(line);
  if (options.apply === true) writeFileSync(target, `${JSON.stringify(result.calibration)}\n`);
  if (options.json === true) return;
  console.log('');
  console.log(
    options.apply === true
      ? `wrote ${displayPath(target)}; it holds from the gateway's next start`
      : `nothing was changed; --apply writes ${displayPath(target)}`,
  );
}

export function calibrateCommand(): Command {
  return new Command('calibrate')
    .description('learn from captured requests how far they can be kept low, with a stated chance of loss')
    .option('--since <time>', 'captures from: 24h, 7d, 2w, or a date', '30d')
    .option('--caller <name>', "only this caller's requests")
    .option('--limit <n>', 'at most so many captures, the newest', '300')
    .option('--budget <usd>', 'stops before the calls cost more', '1')
    .option('--alpha <share>', 'largest share of requests that may be kept low and be worse for it', '0.05')
    .option('--delta <chance>', 'chance that the share is larger all the same', '0.1')
    .option('--embedder <target>', 'compares prose by embeddings of this local target')
    .option('--min-similarity <cosine>', 'with --embedder: from which answers count as the same', '0.9')
    .option('--judge <target>', 'compares prose by asking this target, twice, with the answers swapped')
    .option('--ledger <file>', "the ledger's file; default: the one that the config names")
    .option('-c, --config <file>', 'config file; default: TIERGATE_CONFIG, else tiergate.yaml')
    .option('--html <file>', 'write a page with the curve of quality and cost')
    .option('--json', 'print JSON; money in micro-USD')
    .option(
      '--status',
      'answer nothing: what is in force, what shadow sampling found since, whether the traffic drifted',
    )
    .option('--apply', 'write the result beside the config, where the gateway reads it')
    .addHelpText(
      'after',
      `
Requests are captured, redacted, only of callers whom ledger.capture names. Each is answered again on the lowest and on the
highest level that policies allow it, and the answers are compared: calls and JSON by their values, texts up to their form, other
prose by --embedder or --judge; without these, prose that differs counts as a loss.

Examples:
  $ tiergate calibrate --alpha 0.05 --delta 0.1 --budget 2
  $ tiergate calibrate --judge openai/gpt-5-mini --html calibration.html
  $ tiergate calibrate --since 2w --apply
  $ tiergate calibrate --status`,
    )
    .action(calibrate);
}
