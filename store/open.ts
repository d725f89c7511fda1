// Opens the ledger's SQLite file, for the writer (creates and migrates it) or for a reader. Says clearly why it cannot.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { displayPath, packageRoot } from '../contract/built-file.ts';
import { GatewayError } from '../contract/errors.ts';

const MIGRATIONS_FOLDER = join(packageRoot, 'migrations');
const HOW_TO_MOVE = 'give another file (config key ledger.path) or move this one away';

export interface OpenOptions {
  /** How long SQLite waits for another process's lock. */
  busyTimeoutMs?: number;
}

/** SQLite's or the file system's error code, e.g. `SQLITE_BUSY`, `EACCES`; empty when it has none. */
export const errorCode = (error: unknown): string => String((error as { code?: unknown })?.code ?? '');

/** What a failure of the ledger's file means, with what to do. */
export function explainFailure(error: unknown, path: string): string {
  const file = `the ledger ${displayPath(path)}`;
  const code = errorCode(error);
  if (/^SQLITE_NOTADB/.test(code)) return `${file} is not an SQLite database; ${HOW_TO_MOVE}`;
  if (/^SQLITE_CORRUPT/.test(code)) return `${file} is damaged (${code}); ${HOW_TO_MOVE}`;
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return `${file} is locked by another program; end it or wait (${code})`;
  if (/^SQLITE_FULL|ENOSPC|EDQUOT/.test(code))
    return `no space left for ${file} (${code}); free some disk space`;
  if (/^SQLITE_(READONLY|PERM)|EACCES|EPERM|EROFS/.test(code))
    return `${file} cannot be written (${code}); give this user write access to the file and its folder, or another file (config key ledger.path)`;
  if (/^SQLITE_CANTOPEN|ENOENT|ENOTDIR|EEXIST|EISDIR/.test(code))
    return `${file} cannot be opened (${code}); give a path in a folder that this user can write (config key ledger.path)`;
  return `${file} failed (${code || (error as Error)?.message})`;
}

const unavailable = (error: unknown, path: string): GatewayError =>
  error instanceof GatewayError
    ? error
    : new GatewayError('LEDGER_UNAVAILABLE', explainFailure(error, path), { cause: error });

/** When the newest migration that this build knows was made: the schema's version. Unix milliseconds. */
function knownSchemaVersion(): number {
  const journal = readFileSync(join(MIGRATIONS_FOLDER, 'meta', '_journal.json'), 'utf8');
  return Math.max(
    ...(JSON.parse(journal) as { entries: { when: number }[] }).entries.map((entry) => entry.when),
  );
}

/** The file's schema version; null for an empty file. @throws {GatewayError} when the tables are not ours */
function fileSchemaVersion(sqlite: Database.Database, path: string): number | null {
  const tables = sqlite
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .pluck()
    .all() as string[];
  if (tables.length === 0) return null;
  if (!tables.includes('__drizzle_migrations'))
    throw new GatewayError(
      'LEDGER_UNAVAILABLE',
      `${displayPath(path)} is an SQLite database of another program (table ${tables[0]}); ${HOW_TO_MOVE}`,
    );
  return sqlite.prepare('SELECT max(created_at) FROM __drizzle_migrations').pluck().get() as number | null;
}

function refuseNewer(version: number | null, path: string): void {
  if (version === null || version <= knownSchemaVersion()) return;
  throw new GatewayError(
    'LEDGER_UNAVAILABLE',
    `the ledger ${displayPath(path)} was written by a newer Tiergate (schema of ${new Date(version).toISOString()}); ` +
      'update this one, or give another file (config key ledger.path)',
  );
}

function bringUpToDate(sqlite: Database.Database, path: string): void {
  const version = fileSchemaVersion(sqlite, path);
  refuseNewer(version, path);
  if (version === knownSchemaVersion()) return;
  try {
    migrate(drizzle(sqlite), { migrationsFolder: MIGRATIONS_FOLDER });
  } catch (error) {
    // Several gateways may start on one new file: the one that comes second finds the tables made.
    if (fileSchemaVersion(sqlite, path) !== knownSchemaVersion()) throw error;
  }
}

/**
 * The ledger for writing: made with its folder when missing, its schema brought up to date.
 * @throws {GatewayError} LEDGER_UNAVAILABLE: unwritable path, not a database, another program's, newer schema, locked
 */
export function openForWriting(path: string, options: OpenOptions = {}): Database.Database {
  let sqlite: Database.Database | undefined;
  try {
    mkdirSync(dirname(resolve(path)), { recursive: true });
    sqlite = new Database(path, { timeout: options.busyTimeoutMs ?? 5000 });
    // Write-ahead log: readers (the report) and the writer do not wait for one another.
    sqlite.pragma('journal_mode = WAL');
    // NORMAL does not sync at each commit. A kill -9 loses nothing all the same: a commit has handed its pages to the
    // operating system, which outlives the process. Only power loss or a kernel crash may lose the last commits (never
    // damage the file); FULL would pay an fsync per commit for that.
    sqlite.pragma('synchronous = NORMAL');
    // A request and its attempts are always written together, in one transaction, by the same code: the check would
    // only cost a look-up per attempt. The key stays in the schema for readers.
    sqlite.pragma('foreign_keys = OFF');
    // After a burst the log file is cut back to this size (bytes).
    sqlite.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
    bringUpToDate(sqlite, path);
    return sqlite;
  } catch (error) {
    sqlite?.close();
    throw unavailable(error, path);
  }
}

/**
 * The ledger for reading, while a gateway may be writing.
 * @throws {GatewayError} LEDGER_UNAVAILABLE: missing, empty, not a ledger, newer schema
 */
export function openForReading(path: string): Database.Database {
  if (!existsSync(path))
    throw new GatewayError(
      'LEDGER_UNAVAILABLE',
      `there is no ledger at ${displayPath(path)} yet: the gateway makes it when it starts (tiergate serve); ` +
        'for a ledger elsewhere give --ledger PATH or --config FILE',
    );
  let sqlite: Database.Database | undefined;
  try {
    sqlite = new Database(path, { readonly: true, timeout: 5000 });
    const version = fileSchemaVersion(sqlite, path);
    refuseNewer(version, path);
    if (version !== knownSchemaVersion())
      throw new GatewayError(
        'LEDGER_UNAVAILABLE',
        `the ledger ${displayPath(path)} has an older schema; start the gateway once to bring it up to date`,
      );
    return sqlite;
  } catch (error) {
    sqlite?.close();
    throw unavailable(error, path);
  }
}
