// The report as aligned text for a terminal.
import type { Report } from '../../store/report.ts';

const whole = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
/** Small sums need more digits than large ones. */
const usd = (microusd: number): string => {
  const value = microusd / 1e6;
  return `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: Math.abs(value) < 1 ? 6 : 2 })}`;
};
const ms = (value: number | null): string => {
  if (value === null) return '-';
  return value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(value < 10 ? 2 : 0)} ms`;
};
const tierName = (tier: number | 'all' | null): string =>
  typeof tier === 'number' ? `Level ${tier}` : (tier ?? 'none');
const when = (unixMs: number): string => new Date(unixMs).toISOString().slice(0, 16).replace('T', ' ');

/** Rows under a heading, columns padded; numbers (all columns but the first) to the right. Nothing for no rows. */
function table(heading: string[], rows: string[][]): string[] {
  if (rows.length === 0) return [];
  const lines = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('   ')
      .trimEnd(),
  );
  return ['', ...text.map((line) => `  ${line}`)];
}

const provenanceNote = (parts: { provenance: string | null; requests: number }[]): string => {
  const known = parts.filter((part) => part.provenance !== null);
  return known.length === 0
    ? ''
    : `   (${known.map((part) => `${part.provenance} ${whole(part.requests)}`).join(', ')})`;
};

function moneyLines({ cost, savings }: Report): string[] {
  const lines = [`  Cost      ${usd(cost.microusd)}${provenanceNote(cost.byProvenance)}`];
  if (cost.unknownRequests > 0)
    lines.push(`            ${whole(cost.unknownRequests)} requests of unknown cost are not in the sum`);
  if (savings.requests > 0) {
    const share = savings.share === null ? '' : ` (${percent(savings.share)})`;
    lines.push(
      `  Saved     ${usd(savings.savedMicrousd)}${share}: ${usd(savings.level3CostMicrousd)} at Level 3, ${usd(savings.costMicrousd)} here, over ${whole(savings.requests)} requests`,
    );
  }
  if (savings.unknownRequests > 0)
    lines.push(
      `            ${whole(savings.unknownRequests)} answered requests cannot be compared (a price is unknown)`,
    );
  return lines;
}

/** @param ledger the file's path, for the first line */
export function reportTable(report: Report, ledger: string): string {
  const { period, tokens } = report;
  const from = period.since ?? report.firstAt;
  const span = from === null ? '' : `, ${when(from)} to ${when(period.until ?? Date.now())} UTC`;
  const head = `Ledger ${ledger}${span}${period.caller === undefined ? '' : `, caller ${period.caller}`}`;
  if (report.requests === 0) {
    const wider = period.since !== undefined || period.until !== undefined || period.caller !== undefined;
    return `${head}\n\nNo requests${wider ? ' in this period; try a wider one, e.g. --since 30d' : ' yet'}.`;
  }
  return [
    head,
    '',
    `  Requests  ${whole(report.requests)}   (${report.outcomes.map((row) => `${row.outcome} ${whole(row.requests)}`).join(', ')})`,
    `  Tokens    ${whole(tokens.input)} in (${whole(tokens.cachedInput)} cached), ${whole(tokens.output)} out${provenanceNote(report.tokenProvenance)}`,
    ...moneyLines(report),
    ...table(
      ['Tier', 'requests', 'share'],
      report.tiers.map((row) => [tierName(row.tier), whole(row.requests), percent(row.share)]),
    ),
    ...table(
      ['Latency', 'p50', 'p90', 'p99', 'TTFT p50', 'p90', 'p99', 'gateway p50', 'p90', 'p99'],
      report.latency.map((row) => [
        tierName(row.tier),
        ...[row.durationMs, row.ttftMs, row.gatewayMs].flatMap((part) => [
          ms(part.p50),
          ms(part.p90),
          ms(part.p99),
        ]),
      ]),
    ),
    ...table(
      ['Target', 'tier', 'requests', 'tokens in', 'tokens out', 'cost'],
      report.targets.map((row) => [
        row.target,
        String(row.tier ?? '-'),
        whole(row.requests),
        whole(row.inputTokens),
        whole(row.outputTokens),
        row.unknownCostRequests === row.requests
          ? 'unknown'
          : `${row.unknownCostRequests > 0 ? '> ' : ''}${usd(row.costMicrousd)}`,
      ]),
    ),
    ...table(
      ['Draft that moved up', 'times', 'cost', 'mean'],
      report.drafts.map((row) => [row.target, whole(row.rejected), usd(row.costMicrousd), ms(row.meanMs)]),
    ),
    ...table(
      ['Trial', 'requests', 'failed', 'Level 1', 'cost', 'a request', 'mean'],
      report.trial.map((row) => [
        row.arm,
        whole(row.requests),
        percent(row.failed / row.requests),
        percent(row.level1 / row.requests),
        usd(row.costMicrousd),
        usd(row.costMicrousd / Math.max(1, row.requests - row.unknownCostRequests)),
        ms(row.meanMs),
      ]),
    ),
    ...table(
      ['Finding', 'found', 'requests'],
      report.findings.map((row) => [row.type, whole(row.findings), whole(row.requests)]),
    ),
    ...table(
      ['Error', 'requests'],
      report.errors.map((row) => [row.code, whole(row.requests)]),
    ),
  ].join('\n');
}
