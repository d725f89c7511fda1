// Single requests out of the ledger, as they were written. Opens the file read-only for its duration.
import { and, asc, eq, gte, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { AttemptRecord, LedgerEntry, RequestRecord } from '../contract/ledger.ts';
import { openForReading } from './open.ts';
import type { ReportPeriod } from './report.ts';
import { attempts, captures, requests } from './schema.ts';

const withinPeriod = ({ since, until, caller }: ReportPeriod) =>
  and(
    since === undefined ? undefined : gte(requests.startedAt, since),
    until === undefined ? undefined : lt(requests.startedAt, until),
    caller === undefined ? undefined : eq(requests.caller, caller),
  );

function reading<T>(path: string, read: (db: ReturnType<typeof drizzle>) => T): T {
  const sqlite = openForReading(path);
  try {
    return drizzle(sqlite).transaction((db) => read(db as unknown as ReturnType<typeof drizzle>));
  } finally {
    sqlite.close();
  }
}

/** A request with its attempts; null where the ledger has no such id. @throws {GatewayError} LEDGER_UNAVAILABLE */
export const readRequest = (path: string, id: string): LedgerEntry | null =>
  reading(path, (db) => {
    const request = db.select().from(requests).where(eq(requests.id, id)).get();
    if (request === undefined) return null;
    const tried = db
      .select()
      .from(attempts)
      .where(eq(attempts.requestId, id))
      .orderBy(asc(attempts.index))
      .all();
    return { request: request as RequestRecord, attempts: tried as AttemptRecord[] };
  });

/** In the order of their ids, which is that of their arrival. @throws {GatewayError} LEDGER_UNAVAILABLE */
export const readRequests = (path: string, period: ReportPeriod): RequestRecord[] =>
  reading(
    path,
    (db) =>
      db
        .select()
        .from(requests)
        .where(withinPeriod(period))
        .orderBy(asc(requests.id))
        .all() as RequestRecord[],
  );

export interface Capture {
  id: string;
  caller: string;
  task: string;
  /** JSON text of a chat request; found values are placeholders. */
  request: string;
}

/** Captured requests of a period, the newest first. @throws {GatewayError} LEDGER_UNAVAILABLE */
export const readCaptures = (path: string, period: ReportPeriod): Capture[] =>
  reading(path, (db) =>
    db
      .select({ id: requests.id, caller: requests.caller, task: requests.task, request: captures.request })
      .from(captures)
      .innerJoin(requests, eq(requests.id, captures.requestId))
      .where(withinPeriod(period))
      .orderBy(asc(requests.id))
      .all()
      .reverse(),
  );
