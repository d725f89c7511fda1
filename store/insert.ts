// Writes ledger entries: prepared statements made from the drizzle schema, so that its columns are named once.
import type Database from 'better-sqlite3';
import { getTableColumns, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { AttemptRecord, LedgerEntry, RequestRecord } from '../contract/ledger.ts';
import { attempts, captures, requests } from './schema.ts';

type Row<Table extends SQLiteTable> = Table['$inferInsert'];

/** An insert of one row that leaves an existing row with the same key alone. */
function prepareInsert<Table extends SQLiteTable>(
  sqlite: Database.Database,
  table: Table,
): (row: Row<Table>) => boolean {
  const columns = Object.entries(getTableColumns(table));
  const placeholders = Object.fromEntries(columns.map(([key]) => [key, sql.placeholder(key)]));
  const query = drizzle(sqlite)
    .insert(table)
    .values(placeholders as never)
    .onConflictDoNothing()
    .toSQL();
  // Run by better-sqlite3 itself: drizzle's own prepared statement fills placeholders by name at each call.
  const statement = sqlite.prepare(query.sql);
  return function insertRow(row) {
    const values = columns.map(([key, column]) => {
      const value = (row as Record<string, unknown>)[key] ?? null;
      return value === null ? null : column.mapToDriverValue(value);
    });
    return statement.run(values).changes === 1;
  };
}

/**
 * Makes the function that writes one entry within the caller's transaction. Writing an entry again (its request id
 * is there) changes nothing, so that a writer that was restarted can be sent all that was not acknowledged.
 */
export function prepareEntryInsert(sqlite: Database.Database): (entry: LedgerEntry) => void {
  const insertRequest = prepareInsert(sqlite, requests) satisfies (row: RequestRecord) => boolean;
  const insertAttempt = prepareInsert(sqlite, attempts) satisfies (
    row: AttemptRecord & { requestId: string },
  ) => boolean;
  const insertCapture = prepareInsert(sqlite, captures);
  return function insertEntry({ request, attempts: tried, capture }) {
    if (!insertRequest(request)) return;
    for (const attempt of tried) insertAttempt({ requestId: request.id, ...attempt });
    if (capture !== undefined) insertCapture({ requestId: request.id, request: capture });
  };
}
