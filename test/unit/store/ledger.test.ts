import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { builtFile, packageRoot } from '../../../contract/built-file.ts';
import type { Ledger } from '../../../contract/ledger.ts';
import { type LedgerOptions, openLedger } from '../../../store/ledger.ts';
import { ledgerEntry } from '../../support/ledger-entry.ts';

let folder: string;
let path: string;
const open: Ledger[] = [];
const openHere = async (options: Partial<LedgerOptions> = {}): Promise<Ledger> => {
  const ledger = await openLedger({ path, ...options });
  open.push(ledger);
  return ledger;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiergate-ledger-'));
  path = join(folder, 'ledger.db');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(open.splice(0).map((ledger) => ledger.close()));
  rmSync(folder, { recursive: true, force: true });
});

/** Runs one query on a read-only connection of its own. */
function read<Row>(sql: string): Row[] {
  const sqlite = new Database(path, { readonly: true });
  try {
    return sqlite.prepare(sql).all() as Row[];
  } finally {
    sqlite.close();
  }
}
const ids = (): string[] =>
  read<{ id: string }>('SELECT id FROM requests ORDER BY rowid').map((row) => row.id);

describe('recording', () => {
  it('makes the file and its folder, and writes every field of a request and its attempts', async () => {
    path = join(folder, 'a', 'b', 'ledger.db');
    const ledger = await openHere();
    const entry = ledgerEntry({ stream: true, costMicrousd: null, findings: { EMAIL: 2, IBAN: 1 } }, [
      { kind: 'first', outcome: 'error', errorCode: 'PROVIDER_TIMEOUT', status: null, ttftMs: null },
      { kind: 'fallback', target: 'frontier/other', redacted: false },
    ]);
    await ledger.record(entry);
    expect(ledger.problem()).toBeNull();
    const [row] = read<Record<string, unknown>>('SELECT * FROM requests');
    expect(row).toMatchObject({
      id: entry.request.id,
      started_at_unix_ms: entry.request.startedAt,
      stream: 1,
      cost_microusd: null,
      level3_cost_microusd: 42,
      findings_json: '{"EMAIL":2,"IBAN":1}',
      duration_ms: 12.3,
      outcome: 'ok',
    });
    expect(JSON.parse(row!['reasons_json'] as string)).toEqual(entry.request.reasons);
    expect(JSON.parse(row!['excluded_json'] as string)).toEqual(entry.request.excluded);
    expect(
      read('SELECT request_id, attempt_index, kind, target, error_code, redacted FROM attempts'),
    ).toEqual([
      {
        request_id: entry.request.id,
        attempt_index: 0,
        kind: 'first',
        target: 'frontier/gpt',
        error_code: 'PROVIDER_TIMEOUT',
        redacted: 1,
      },
      {
        request_id: entry.request.id,
        attempt_index: 1,
        kind: 'fallback',
        target: 'frontier/other',
        error_code: null,
        redacted: 0,
      },
    ]);
  });

  it('keeps the order of arrival over groups, and has committed an entry when its promise resolves', async () => {
    const ledger = await openHere();
    const entries = Array.from({ length: 5000 }, () => ledgerEntry());
    await Promise.all(
      entries.map(async (entry, index) => {
        await ledger.record(entry);
        if (index % 1000 === 0) expect(ids()).toContain(entry.request.id);
      }),
    );
    expect(ids()).toEqual(entries.map((entry) => entry.request.id));
  });

  it('lets readers go on while it writes, each with a consistent view', async () => {
    const ledger = await openHere();
    await ledger.record(ledgerEntry());
    const reader = new Database(path, { readonly: true });
    reader.exec('BEGIN');
    const before = reader.prepare('SELECT count(*) FROM requests').pluck().get();
    await Promise.all(Array.from({ length: 500 }, () => ledger.record(ledgerEntry())));
    expect(reader.prepare('SELECT count(*) FROM requests').pluck().get()).toBe(before);
    reader.exec('COMMIT');
    expect(reader.prepare('SELECT count(*) FROM requests').pluck().get()).toBe(501);
    reader.close();
  });

  it('opens an existing ledger again and keeps what it holds', async () => {
    const entry = ledgerEntry();
    const first = await openHere();
    await first.record(entry);
    await first.close();
    await (await openHere()).record(ledgerEntry());
    expect(ids()[0]).toBe(entry.request.id);
    expect(ids()).toHaveLength(2);
  });

  it('takes records from several writers on one new file', async () => {
    const ledgers = await Promise.all([openHere(), openHere(), openHere()]);
    await Promise.all(
      ledgers.flatMap((ledger) => Array.from({ length: 50 }, () => ledger.record(ledgerEntry()))),
    );
    expect(ids()).toHaveLength(150);
  });

  it('refuses one impossible record and commits the others of its group', async () => {
    const ledger = await openHere();
    const results = await Promise.allSettled([
      ledger.record(ledgerEntry({ id: 'before' })),
      ledger.record(ledgerEntry({ id: 'broken', durationMs: Number.NaN })),
      ledger.record(ledgerEntry({ id: 'after' })),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({
      reason: { code: 'LEDGER_UNAVAILABLE', message: expect.stringContaining('duration_ms') },
    });
    expect(ids()).toEqual(['before', 'after']);
    expect(ledger.problem()).toBeNull();
  });

  it('commits all that was recorded before close, and refuses what comes after', async () => {
    const ledger = await openHere();
    const waiting = Array.from({ length: 200 }, () => ledger.record(ledgerEntry()));
    await ledger.close();
    await Promise.all(waiting);
    expect(ids()).toHaveLength(200);
    await expect(ledger.record(ledgerEntry())).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  });
});

describe('trouble', () => {
  it('refuses at once what is more than the queue may hold', async () => {
    const ledger = await openHere({ maxPending: 10 });
    const results = await Promise.allSettled(Array.from({ length: 15 }, () => ledger.record(ledgerEntry())));
    expect(results.filter((result) => result.status === 'rejected')).toHaveLength(5);
    expect(ids()).toHaveLength(10);
    await ledger.record(ledgerEntry());
  });

  it('says that another program holds the lock, and clears the problem by itself when it lets go', async () => {
    const ledger = await openHere({ busyTimeoutMs: 50 });
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(ledger.record(ledgerEntry())).rejects.toThrow(/locked by another program/);
    expect(ledger.problem()).toMatch(/locked by another program/);
    other.exec('COMMIT');
    other.close();
    await expect.poll(() => ledger.problem(), { timeout: 5000 }).toBeNull();
    await ledger.record(ledgerEntry());
    expect(ids()).toHaveLength(1);
  });

  it('starts a writer that died again and loses and doubles nothing', async () => {
    const workers: Worker[] = [];
    const on = Worker.prototype.on;
    vi.spyOn(Worker.prototype, 'on').mockImplementation(function spied(
      this: Worker,
      ...args: Parameters<typeof on>
    ) {
      if (!workers.includes(this)) workers.push(this);
      return on.apply(this, args);
    } as typeof on);
    const ledger = await openHere();
    const entries = Array.from({ length: 3000 }, () => ledgerEntry());
    const recorded: Promise<void>[] = [];
    for (const [index, entry] of entries.entries()) {
      recorded.push(ledger.record(entry));
      if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (index === 1500) void workers[0]!.terminate();
    }
    await Promise.all(recorded);
    expect(workers).toHaveLength(2);
    expect(ledger.problem()).toBeNull();
    expect(ids()).toEqual(entries.map((entry) => entry.request.id));
    expect(read('SELECT count(*) AS n FROM attempts')).toEqual([{ n: 3000 }]);
  });
});

it('has every acknowledged record after a kill -9, ten times', { timeout: 60_000 }, async () => {
  const script = join(packageRoot, 'test', 'support', 'record-forever.mjs');
  let acknowledged = 0;
  for (let round = 0; round < 10; round += 1) {
    const child = spawn(
      process.execPath,
      [script, builtFile('store/ledger'), path, JSON.stringify(ledgerEntry())],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let output = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (data) => {
        // Killed at a different point of its work in each round.
        if (output === '') setTimeout(() => child.kill('SIGKILL'), 30 + 17 * round);
        output += data;
      });
      child.once('close', () => resolve());
    });
    const rows = new Set(ids());
    const printed = output.split('\n').slice(0, -1);
    expect(printed.filter((id) => !rows.has(id))).toEqual([]);
    acknowledged += printed.length;
    const check = new Database(path, { readonly: true });
    expect(check.pragma('integrity_check', { simple: true })).toBe('ok');
    check.close();
  }
  expect(acknowledged).toBeGreaterThan(500);
});
