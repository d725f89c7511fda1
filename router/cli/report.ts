// `tiergate report`: what the ledger says about a period, as a table or JSON.
import { Command } from 'commander';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import { type ReportPeriod, readReport } from '../../store/report.ts';
import { loadConfig } from '../config/config.ts';
import { parseTime } from './period.ts';
import { reportTable } from './report-table.ts';

interface ReportOptions {
  since?: string;
  until?: string;
  caller?: string;
  ledger?: string;
  config?: string;
  json?: boolean;
}

function runReport(options: ReportOptions): void {
  const now = Date.now();
  const period: ReportPeriod = {
    ...(options.since !== undefined && { since: parseTime(options.since, now) }),
    ...(options.until !== undefined && { until: parseTime(options.until, now) }),
    ...(options.caller !== undefined && { caller: options.caller }),
  };
  if (period.since !== undefined && period.since >= (period.until ?? now))
    throw new GatewayError(
      'INVALID_REQUEST',
      `the period is empty: it begins ${new Date(period.since).toISOString()} and ends ${new Date(period.until ?? now).toISOString()}`,
    );
  const path =
    options.ledger ??
    loadConfig({ path: options.config, env: process.env, cwd: process.cwd() }).config.ledger.path;
  const report = readReport(path, period);
  console.log(
    options.json === true ? JSON.stringify(report, null, 2) : reportTable(report, displayPath(path)),
  );
}

export function reportCommand(): Command {
  return new Command('report')
    .description('requests, tier shares, cost, savings, latency and findings of a period')
    .option('--since <time>', 'from: 24h, 7d, 2w, or a date such as 2026-11-01; default: the beginning')
    .option('--until <time>', 'to, same forms; default: now')
    .option('--caller <name>', "only this caller's requests")
    .option('--ledger <file>', "the ledger's file; default: the one that the config names")
    .option('-c, --config <file>', 'config file; default: TIERGATE_CONFIG, else tiergate.yaml')
    .option('--json', 'print JSON; times in Unix milliseconds, money in micro-USD')
    .addHelpText(
      'after',
      `
Examples:
  $ tiergate report --since 24h
  $ tiergate report --since 2026-11-01 --until 2026-12-01 --json
  $ tiergate report --ledger /var/lib/tiergate/tiergate.db --caller alice`,
    )
    .action(runReport);
}
