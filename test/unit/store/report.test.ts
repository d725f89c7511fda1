import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../../contract/ledger.ts';
import { prepareEntryInsert } from '../../../store/insert.ts';
import { openForWriting } from '../../../store/open.ts';
import { percentile, spread } from '../../../store/percentile.ts';
import { readReport } from '../../../store/report.ts';
import { ledgerEntry } from '../../support/ledger-entry.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiergate-report-'));
  path = join(folder, 'ledger.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(entries: LedgerEntry[]): void {
  const sqlite = openForWriting(path);
  const insert = prepareEntryInsert(sqlite);
  for (const entry of entries) insert(entry);
  sqlite.close();
}

// Five requests: two at Level 1 (free), one at Level 3, one whose price is unknown, one blocked.
const local = {
  target: 'local/qwen',
  tier: 1,
  costMicrousd: 0,
  priceSource: 'config',
  tokenProvenance: 'counted',
  costProvenance: 'counted',
} as const;
const FIVE = [
  ledgerEntry({
    ...local,
    startedAt: 1000,
    inputTokens: 100,
    outputTokens: 10,
    level3CostMicrousd: 300,
    durationMs: 10,
    ttftMs: 4,
    gatewayMs: 1,
    findings: { EMAIL: 2 },
  }),
  ledgerEntry({
    ...local,
    startedAt: 2000,
    inputTokens: 200,
    outputTokens: 20,
    level3CostMicrousd: 500,
    durationMs: 30,
    ttftMs: 6,
    gatewayMs: 2,
    findings: { EMAIL: 1, IBAN: 1 },
    caller: 'alice',
  }),
  ledgerEntry({
    startedAt: 3000,
    inputTokens: 400,
    cachedInputTokens: 50,
    outputTokens: 40,
    costMicrousd: 1200,
    level3CostMicrousd: 1200,
    durationMs: 900,
    ttftMs: 250,
    gatewayMs: 3,
    findings: {},
  }),
  ledgerEntry({
    startedAt: 4000,
    target: 'inhouse/llama',
    tier: 2,
    costMicrousd: null,
    costProvenance: null,
    level3CostMicrousd: 700,
    inputTokens: 50,
    outputTokens: 5,
    outcome: 'cut',
    errorCode: 'PROVIDER_PROTOCOL',
    durationMs: 50,
    ttftMs: null,
    gatewayMs: 4,
    findings: {},
  }),
  ledgerEntry(
    {
      startedAt: 5000,
      target: null,
      tier: null,
      costMicrousd: 0,
      costProvenance: null,
      level3CostMicrousd: null,
      inputTokens: null,
      cachedInputTokens: null,
      outputTokens: null,
      tokenProvenance: null,
      outcome: 'blocked',
      errorCode: 'POLICY_BLOCKED',
      status: 403,
      durationMs: 1,
      ttftMs: null,
      gatewayMs: 1,
      findings: { US_SSN: 1 },
    },
    [],
  ),
];

describe('readReport', () => {
  it('adds up by hand-computed values', () => {
    write(FIVE);
    const report = readReport(path);
    expect(report).toMatchObject({
      requests: 5,
      firstAt: 1000,
      lastAt: 5000,
      outcomes: [{ outcome: 'ok', requests: 3 }, { requests: 1 }, { requests: 1 }],
      tiers: [
        { tier: 1, requests: 2, share: 0.4 },
        { tier: 2, requests: 1, share: 0.2 },
        { tier: 3, requests: 1, share: 0.2 },
        { tier: null, requests: 1, share: 0.2 },
      ],
      tokens: { input: 750, cachedInput: 50, output: 75 },
      cost: { microusd: 1200, unknownRequests: 1 },
      // 300 + 500 + 1200 at Level 3 against 0 + 0 + 1200; the unknown cost is left out on both sides.
      savings: {
        requests: 3,
        costMicrousd: 1200,
        level3CostMicrousd: 2000,
        savedMicrousd: 800,
        share: 0.4,
        unknownRequests: 1,
      },
      findings: [
        { type: 'EMAIL', findings: 3, requests: 2 },
        { type: 'IBAN', findings: 1, requests: 1 },
        { type: 'US_SSN', findings: 1, requests: 1 },
      ],
      errors: [
        { code: 'POLICY_BLOCKED', requests: 1 },
        { code: 'PROVIDER_PROTOCOL', requests: 1 },
      ],
    });
    expect(report.tokenProvenance).toEqual(
      expect.arrayContaining([
        { provenance: 'counted', requests: 2 },
        { provenance: 'reported', requests: 2 },
        { provenance: null, requests: 1 },
      ]),
    );
    expect(report.cost.byProvenance).toEqual(
      expect.arrayContaining([
        { provenance: 'counted', requests: 2, microusd: 0 },
        { provenance: 'reported', requests: 1, microusd: 1200 },
      ]),
    );
    expect(report.latency.map(({ tier, durationMs, ttftMs }) => [tier, durationMs, ttftMs.count])).toEqual([
      ['all', { count: 4, p50: 30, p90: 900, p99: 900 }, 3],
      [1, { count: 2, p50: 10, p90: 30, p99: 30 }, 2],
      [2, { count: 1, p50: 50, p90: 50, p99: 50 }, 0],
      [3, { count: 1, p50: 900, p90: 900, p99: 900 }, 1],
    ]);
    expect(report.targets[0]).toEqual({
      target: 'local/qwen',
      tier: 1,
      requests: 2,
      inputTokens: 300,
      outputTokens: 30,
      costMicrousd: 0,
      unknownCostRequests: 0,
    });
    expect(report.targets.find((row) => row.target === 'inhouse/llama')).toMatchObject({
      costMicrousd: 0,
      unknownCostRequests: 1,
    });
  });

  it('takes the period with its beginning and without its end, and one caller', () => {
    write(FIVE);
    expect(readReport(path, { since: 2000, until: 4000 }).requests).toBe(2);
    expect(readReport(path, { until: 1000 }).requests).toBe(0);
    expect(readReport(path, { caller: 'alice' })).toMatchObject({ requests: 1, tokens: { input: 200 } });
  });

  it('is empty, not broken, for a ledger without requests', () => {
    write([]);
    expect(readReport(path)).toMatchObject({
      requests: 0,
      firstAt: null,
      latency: [],
      tiers: [],
      cost: { microusd: 0, unknownRequests: 0 },
      savings: { share: null },
    });
  });

  it('reads while a writer holds an open transaction', () => {
    write(FIVE);
    const writer = openForWriting(path);
    writer.exec('BEGIN IMMEDIATE');
    prepareEntryInsert(writer)(ledgerEntry());
    expect(readReport(path).requests).toBe(5);
    writer.exec('COMMIT');
    expect(readReport(path).requests).toBe(6);
    writer.close();
  });
});

describe('percentile', () => {
  it('is the smallest value that at least that share of all values does not exceed', () => {
    const values = fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (unsorted, percent) => {
        const naive = unsorted
          .filter(
            (value) => unsorted.filter((other) => other <= value).length * 100 >= percent * unsorted.length,
          )
          .reduce((a, b) => Math.min(a, b));
        expect(percentile(Float64Array.from(unsorted).sort(), percent)).toBe(naive);
      }),
    );
  });

  it('is null for no values', () => {
    expect(spread([])).toEqual({ count: 0, p50: null, p90: null, p99: null });
  });
});
