// `tiergate explain REQUEST_ID`: why a request was answered where it was, from the ledger.
import { Command } from 'commander';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import type { AttemptRecord, LedgerEntry } from '../../contract/ledger.ts';
import { readRequest } from '../../store/requests.ts';
import { loadConfig } from '../config/config.ts';

interface ExplainOptions {
  ledger?: string;
  config?: string;
  json?: boolean;
}

const usd = (microusd: number | null): string =>
  microusd === null ? 'unknown' : `$${(microusd / 1e6).toFixed(6)}`;
const ms = (value: number | null): string => (value === null ? '-' : `${value.toFixed(1)} ms`);

function attemptLine(attempt: AttemptRecord): string {
  const { kind, target, outcome, errorCode, durationMs, costMicrousd, redacted, confidence } = attempt;
  const parts = [
    outcome + (errorCode === null ? '' : ` (${errorCode})`),
    ms(durationMs),
    usd(costMicrousd),
    ...(redacted ? ['redacted'] : []),
    ...(confidence?.meanLogprob == null
      ? []
      : [
          `mean log probability ${confidence.meanLogprob.toFixed(2)}, entropy ${confidence.meanEntropy?.toFixed(2) ?? '-'}`,
        ]),
    ...(attempt.reason === null ? [] : [attempt.reason]),
  ];
  return `  ${attempt.index + 1}. ${kind.padEnd(8)} ${target}: ${parts.join(', ')}`;
}

function* lines({ request, attempts }: LedgerEntry): Generator<string> {
  const { facts, outcome, errorCode } = request;
  yield `${request.id}  ${new Date(request.startedAt).toISOString()}  ${request.caller}, ${request.surface}, model ${request.requestedModel}`;
  yield `${outcome}${errorCode === null ? '' : ` (${errorCode})`}: ${request.target === null ? 'no target answered' : `tier ${request.tier}, ${request.target}`}, cost ${usd(request.costMicrousd)}, at Level 3 ${usd(request.level3CostMicrousd)}, ${ms(request.durationMs)}`;
  const found = Object.entries(request.findings).map(([type, count]) => `${count} ${type}`);
  yield `task ${request.task}, sensitivity ${request.sensitivity}, found: ${found.join(', ') || 'nothing'}`;
  if (facts !== null) {
    yield `gap ${facts.gap['1|2'].toFixed(2)} to Level 2 and ${facts.gap['2|3'].toFixed(2)} beyond, about ${facts.promptTokens} prompt tokens, language ${facts.language ?? 'unknown'}`;
  }
  if (request.arm !== null)
    yield `policies: ${request.arm === 'trial' ? 'of the trial' : 'the current ones'}`;
  yield '';
  for (const reason of request.reasons) yield reason;
  for (const { target, by, reason } of request.excluded) yield `not ${target}, ${by}: ${reason}`;
  yield '';
  for (const attempt of attempts) yield attemptLine(attempt);
}

function explain(id: string, options: ExplainOptions): void {
  const path =
    options.ledger ??
    loadConfig({ path: options.config, env: process.env, cwd: process.cwd() }).config.ledger.path;
  const entry = readRequest(path, id);
  if (entry === null) {
    throw new GatewayError(
      'INVALID_REQUEST',
      `the ledger ${displayPath(path)} has no request ${JSON.stringify(id.slice(0, 100))}; the id stands in the response header x-tiergate-request-id`,
    );
  }
  if (options.json === true) console.log(JSON.stringify(entry, null, 2));
  else for (const line of lines(entry)) console.log(line);
}

export function explainCommand(): Command {
  return new Command('explain')
    .description('why a request was answered where it was, from the ledger')
    .argument('<request-id>', 'the response header x-tiergate-request-id')
    .option('--ledger <file>', "the ledger's file; default: the one that the config names")
    .option('-c, --config <file>', 'config file; default: TIERGATE_CONFIG, else tiergate.yaml')
    .option('--json', 'print the rows as JSON')
    .addHelpText('after', '\nExample:\n  $ tiergate explain 0199a3c2-7d1e-7c44-9f52-3f1a2b4c5d6e')
    .action(explain);
}
