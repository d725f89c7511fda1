// `tiergate replay --policy NEW --since 7d`: what other policies would have changed for the logged requests. Calls no model,
// applies nothing.
import { Command } from 'commander';
import { GatewayError } from '../../contract/errors.ts';
import type { Policy } from '../../contract/policy.ts';
import { type Outcomes, type Replay, type ReplayGroup, replay } from '../../policies/replay.ts';
import { readRequests } from '../../store/requests.ts';
import { type LoadedConfig, loadConfig, loadConfigWithPolicies } from '../config/config.ts';
import { columns } from './columns.ts';
import { viewsOf } from './decider.ts';
import { parseTime } from './period.ts';

interface ReplayOptions {
  policy: string[];
  since: string;
  until?: string;
  caller?: string;
  ledger?: string;
  config?: string;
  json?: boolean;
}

const usd = (microusd: number): string => `$${(microusd / 1e6).toFixed(4)}`;
const share = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;

/** What, now, then. */
function rowsOf({ current: a, other: b }: ReplayGroup): string[][] {
  const row = (what: string, of: (sum: Outcomes) => string): string[] => [what, of(a), of(b)];
  return [
    ...([1, 2, 3] as const).map((tier) =>
      row(`starts at Level ${tier}`, (sum) => share(sum.tiers[tier], sum.requests)),
    ),
    row('refused', (sum) => share(sum.blocked, sum.requests)),
    row(
      'cost',
      (sum) => usd(sum.costMicrousd) + (sum.unknownCosts > 0 ? ` + ${sum.unknownCosts} unknown` : ''),
    ),
    row('leaves for external zones', (sum) => share(sum.external, sum.requests)),
    row('  with values found in it', (sum) => share(sum.externalWithFindings, sum.requests)),
    row('quality risk: kept low, a higher tier would be better', (sum) => share(sum.risk, sum.requests)),
    row('waste: sent high, the tier below would do', (sum) => share(sum.waste, sum.requests)),
  ];
}

function* table(found: Replay, name: string): Generator<string> {
  yield* columns([['', 'now', name], ...rowsOf(found)], [1, 2]);
  yield `${found.changed} of ${found.current.requests} requests would start elsewhere`;
  for (const [title, groups] of [
    ['task', found.byTask],
    ['language', found.byLanguage],
  ] as const) {
    const lines = Object.entries(groups)
      .sort((a, b) => b[1].current.requests - a[1].current.requests)
      .map(([group, { current: a, other: b }]) => [
        group,
        String(a.requests),
        `${share(a.risk, a.requests)} > ${share(b.risk, b.requests)}`,
        `${share(a.waste, a.requests)} > ${share(b.waste, b.requests)}`,
      ]);
    yield '';
    yield* columns([[title, 'requests', 'quality risk', 'waste'], ...lines], [1, 2, 3]);
  }
  if (found.skipped > 0) yield `${found.skipped} requests of an older version hold no facts and are left out`;
  yield 'risk and waste are expectations by the gap model; rules that read headers saw none; nothing was applied';
}

const policiesOf = (loaded: LoadedConfig): readonly Policy[] => loaded.policies;

function runReplay(options: ReplayOptions): void {
  const now = Date.now();
  const source = { path: options.config, env: process.env, cwd: process.cwd() };
  const loaded = loadConfig(source);
  const other = loadConfigWithPolicies(source, options.policy);
  const rows = readRequests(options.ledger ?? loaded.config.ledger.path, {
    since: parseTime(options.since, now),
    ...(options.until !== undefined && { until: parseTime(options.until, now) }),
    ...(options.caller !== undefined && { caller: options.caller }),
  });
  if (rows.length === 0)
    throw new GatewayError('INVALID_REQUEST', `no request since ${options.since}; give a longer --since`);
  const found = replay(rows, viewsOf(loaded), policiesOf(loaded), policiesOf(other));
  if (options.json === true) console.log(JSON.stringify(found, null, 2));
  else for (const line of table(found, options.policy.join(', '))) console.log(line);
}

const collect = (name: string, names: string[] = []): string[] => [...names, name];

export function replayCommand(): Command {
  return new Command('replay')
    .description('decide logged requests by other policies: change in cost, quality risk and what leaves')
    .requiredOption(
      '-p, --policy <name>',
      'a shipped policy or a file, in place of the configured; repeatable',
      collect,
    )
    .option('--since <time>', 'from: 24h, 7d, 2w, or a date', '7d')
    .option('--until <time>', 'to, same forms; default: now')
    .option('--caller <name>', "only this caller's requests")
    .option('--ledger <file>', "the ledger's file; default: the one that the config names")
    .option('-c, --config <file>', 'config file; default: TIERGATE_CONFIG, else tiergate.yaml')
    .option('--json', 'print JSON; money in micro-USD')
    .addHelpText(
      'after',
      `
Examples:
  $ tiergate replay --policy strict-privacy --since 7d
  $ tiergate replay --policy default --policy ./new-rules.yaml --since 2w --json`,
    )
    .action(runReplay);
}
