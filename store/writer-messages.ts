// What the gateway's thread and the writer thread say to one another. Plain data: it is structured-cloned.
import type { LedgerEntry } from '../contract/ledger.ts';

/** `workerData` of the writer. */
export interface WriterStart {
  path: string;
  busyTimeoutMs: number;
}

/** Batches are numbered upwards from 1. A batch without entries asks whether the file can be written. */
export type ToWriter = { kind: 'write'; batch: number; entries: LedgerEntry[] } | { kind: 'close' };

export type FromWriter =
  | { kind: 'ready' }
  /** The file cannot be opened; the thread ends. */
  | { kind: 'unusable'; message: string }
  /**
   * All batches up to `through` are dealt with: committed, but for the entries in `refused` (request id: why not).
   * `problem` is set when the file itself could not be written.
   */
  | { kind: 'done'; through: number; refused: ReadonlyMap<string, string>; problem: string | null };
