// The writer thread: owns the ledger's connection and commits in groups. All that has arrived since the last commit
// goes into one transaction, so that under load one commit serves many requests and alone a request waits for nobody.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import type { LedgerEntry } from '../contract/ledger.ts';
import { prepareEntryInsert } from './insert.ts';
import { errorCode, explainFailure, openForWriting } from './open.ts';
import type { FromWriter, ToWriter, WriterStart } from './writer-messages.ts';

/** Bounds one transaction and so the wait of its first request; about 50 ms of inserts. */
const MAX_GROUP_ENTRIES = 2000;
/** Waits before trying a failed commit again. A lock has had `busyTimeoutMs` before each. */
const RETRY_AFTER_MS = [20, 200];
/**
 * Pause between two tries to get the write lock. Other workers' writers hold it for parts of a millisecond; SQLite's own
 * waiting grows to 100 ms at a time, in which the lock comes free many times.
 */
const LOCK_PAUSE_MS = 0.25;
/** The file, not the entry, is to blame: https://www.sqlite.org/rescode.html */
const FILE_TROUBLE = /^SQLITE_(BUSY|LOCKED|FULL|READONLY|IOERR|CANTOPEN|CORRUPT|NOTADB|PERM|NOMEM|PROTOCOL)/;

const port = parentPort!;
const { path, busyTimeoutMs } = workerData as WriterStart;
const send = (message: FromWriter): void => port.postMessage(message);
const sleep = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

/** Makes the function that commits a group; it returns the refused entries and what is wrong with the file. */
function prepareCommit(sqlite: Database.Database) {
  const insertEntry = prepareEntryInsert(sqlite);
  const insertAll = sqlite.transaction((entries: readonly LedgerEntry[]) => {
    // Rewrites a header field with its own value, so that an empty group, too, finds out whether writing works.
    if (entries.length === 0) sqlite.pragma('user_version = 0');
    for (const entry of entries) insertEntry(entry);
  });

  /** Null when committed, else why not. Waits for the lock of another writer. */
  const tryCommit = (entries: readonly LedgerEntry[]): unknown => {
    const deadline = performance.now() + busyTimeoutMs;
    for (;;) {
      try {
        // IMMEDIATE takes the write lock first: a deferred one can find it taken half-way.
        insertAll.immediate(entries);
        return null;
      } catch (error) {
        if (errorCode(error) !== 'SQLITE_BUSY' || performance.now() >= deadline) return error;
        sleep(LOCK_PAUSE_MS);
      }
    }
  };

  return function commit(
    entries: readonly LedgerEntry[],
  ): Pick<FromWriter & { kind: 'done' }, 'refused' | 'problem'> {
    let error = tryCommit(entries);
    for (const waitMs of RETRY_AFTER_MS) {
      if (error === null || !FILE_TROUBLE.test(errorCode(error))) break;
      sleep(waitMs);
      error = tryCommit(entries);
    }
    if (error === null) return { refused: new Map(), problem: null };
    if (FILE_TROUBLE.test(errorCode(error)) || entries.length === 0) {
      const problem = explainFailure(error, path);
      return { refused: new Map(entries.map((entry) => [entry.request.id, problem])), problem };
    }
    // One entry breaks a rule of the schema: the others must not suffer for it.
    const refused = new Map<string, string>();
    for (const entry of entries) {
      const own = tryCommit([entry]);
      if (own !== null)
        refused.set(entry.request.id, `the ledger refused the record (${(own as Error).message})`);
    }
    return { refused, problem: null };
  };
}

function start(): void {
  let sqlite: Database.Database;
  try {
    sqlite = openForWriting(path, { busyTimeoutMs });
    sqlite.pragma('busy_timeout = 0');
  } catch (error) {
    send({ kind: 'unusable', message: (error as Error).message });
    port.close();
    return;
  }
  const commit = prepareCommit(sqlite);

  port.on('message', function writeGroup(first: ToWriter) {
    const entries: LedgerEntry[] = [];
    let message: ToWriter | undefined = first;
    let through = 0;
    while (message?.kind === 'write') {
      for (const entry of message.entries) entries.push(entry);
      through = message.batch;
      message = entries.length < MAX_GROUP_ENTRIES ? receiveMessageOnPort(port)?.message : undefined;
    }
    if (through > 0) send({ kind: 'done', through, ...commit(entries) });
    if (message?.kind === 'close') {
      // Closing folds the log into the database file.
      sqlite.close();
      port.close();
    }
  });
  send({ kind: 'ready' });
}

start();
