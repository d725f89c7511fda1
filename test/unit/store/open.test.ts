import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayError } from '../../../contract/errors.ts';
import { openLedger } from '../../../store/ledger.ts';
import { openForReading, openForWriting } from '../../../store/open.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiergate-open-'));
  path = join(folder, 'ledger.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The writer thread's answer for `path`; it must be the same as the direct one. */
async function refusal(): Promise<string> {
  const error = await openLedger({ path, busyTimeoutMs: 20 }).then(
    () => null,
    (thrown: GatewayError) => thrown,
  );
  expect(error).toMatchObject({ name: 'GatewayError', code: 'LEDGER_UNAVAILABLE' });
  expect(error!.message).toContain('ledger.db');
  return error!.message;
}

describe('a file that cannot be the ledger', () => {
  it('is refused in a folder that is a file', async () => {
    writeFileSync(join(folder, 'file'), '');
    path = join(folder, 'file', 'ledger.db');
    expect(await refusal()).toMatch(/cannot be opened \(ENOTDIR|EEXIST\).*ledger\.path/);
  });

  it('is refused when it is a folder', async () => {
    mkdirSync(path);
    expect(await refusal()).toMatch(/cannot be opened/);
  });

  it.skipIf(process.getuid?.() === 0)(
    'is refused in a folder without write access (not for root)',
    async () => {
      mkdirSync(join(folder, 'closed'), { mode: 0o500 });
      path = join(folder, 'closed', 'ledger.db');
      expect(await refusal()).toMatch(/cannot be (written|opened)/);
    },
  );

  it('is refused when it is not SQLite', async () => {
    writeFileSync(path, 'this is a text of more than sixteen bytes, not a database\n'.repeat(100));
    expect(await refusal()).toMatch(/is not an SQLite database; give another file/);
    expect(readFileSync(path, 'utf8')).toContain('this is a text');
  });

  it('is refused when it is cut short', async () => {
    openForWriting(path).close();
    truncateSync(path, 5000);
    expect(await refusal()).toMatch(/is damaged/);
  });

  it("is refused when it is another program's database, and left alone", async () => {
    const other = new Database(path);
    other.exec('CREATE TABLE cats (name TEXT)');
    other.close();
    expect(await refusal()).toMatch(/another program \(table cats\)/);
    const check = new Database(path, { readonly: true });
    expect(check.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['cats']);
    check.close();
  });

  it('is refused when a newer Tiergate wrote it, for writing and for reading', async () => {
    const newer = openForWriting(path);
    newer.prepare("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('x', 4102444800000)").run();
    newer.close();
    expect(await refusal()).toMatch(/newer Tiergate \(schema of 2100-01-01/);
    expect(() => openForReading(path)).toThrow(/newer Tiergate/);
  });

  it('is refused while another program holds it exclusively', async () => {
    openForWriting(path).close();
    const other = new Database(path);
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec('BEGIN EXCLUSIVE');
    expect(await refusal()).toMatch(/locked by another program/);
    other.close();
  });

  it('is not made by a reader', () => {
    expect(() => openForReading(path)).toThrow(/there is no ledger at .*ledger\.db yet/);
  });
});

it('migrates an empty file to the schema that drizzle-kit described, once', () => {
  writeFileSync(path, '');
  openForWriting(path).close();
  const sqlite = openForWriting(path);
  const columns = sqlite.prepare("SELECT name FROM pragma_table_info('requests')").pluck().all();
  expect(columns).toEqual(
    expect.arrayContaining(['id', 'started_at_unix_ms', 'cost_microusd', 'duration_ms']),
  );
  const migrations = readdirSync('migrations').filter((file) => file.endsWith('.sql')).length;
  expect(sqlite.prepare('SELECT count(*) FROM __drizzle_migrations').pluck().get()).toBe(migrations);
  expect(sqlite.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(sqlite.pragma('synchronous', { simple: true })).toBe(1);
  sqlite.close();
});
