// The gateway's side of the ledger: hands entries to the writer thread and tells each request when its own is committed.
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { builtFile, displayPath } from '../contract/built-file.ts';
import { GatewayError } from '../contract/errors.ts';
import type { Ledger, LedgerEntry } from '../contract/ledger.ts';
import type { FromWriter, ToWriter, WriterStart } from './writer-messages.ts';

export interface LedgerOptions {
  /** The SQLite file; it and its folder are made when missing. */
  path: string;
  /** Entries waiting for their commit; one more is refused at once. Default 20,000 (some 40 MB). */
  maxPending?: number;
  /** How long a commit waits for another program's lock before it is tried again (twice). Default 1,000. */
  busyTimeoutMs?: number;
}

interface Pending {
  entry: LedgerEntry;
  resolve(): void;
  reject(error: GatewayError): void;
}

/** Writer deaths in a row without a single commit, after which waiting entries are given up. */
const MAX_DEATHS = 3;
const FIRST_RESTART_MS = 50;
const MAX_RESTART_MS = 5000;
/** While the file cannot be written, it is tried this often, so that `problem()` clears by itself. */
const PROBE_EVERY_MS = 1000;
const CLOSE_WITHIN_MS = 10_000;
/**
 * Entries that follow a batch within this time wait for one another: a message, a commit and a wake-up each way cost the
 * same for one as for ten.
 */
const GATHER_MS = 1;

/** A ledger whose writer thread dies is not lost: the thread is started again and sent what it had not acknowledged. */
class WriterLedger implements Ledger {
  readonly #path: string;
  readonly #maxPending: number;
  readonly #start: WriterStart;
  #worker: Worker | undefined;
  #isReady = false;
  /** Not yet sent; goes out as one message. */
  #collected: Pending[] = [];
  #isFlushScheduled = false;
  #flushedAt = Number.NEGATIVE_INFINITY;
  /** Sent and not acknowledged, in order. */
  #sent: { batch: number; items: Pending[] }[] = [];
  #pending = 0;
  #lastBatch = 0;
  #problem: string | null = null;
  #deaths = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;
  #onDrained: (() => void) | undefined;

  constructor(options: LedgerOptions) {
    this.#path = options.path;
    this.#maxPending = options.maxPending ?? 20_000;
    this.#start = { path: options.path, busyTimeoutMs: options.busyTimeoutMs ?? 1000 };
  }

  /** Resolves when the file is open. @throws {GatewayError} LEDGER_UNAVAILABLE */
  open(): Promise<void> {
    const writer = builtFile('store/writer');
    if (!existsSync(writer))
      return Promise.reject(this.#error(`${displayPath(writer)} is missing; run: npm run build`));
    return new Promise((resolve, reject) => {
      this.#startWriter((message) => {
        if (message === null) return resolve();
        this.#isClosing = true;
        clearTimeout(this.#timer);
        reject(this.#error(message));
      });
    });
  }

  record(entry: LedgerEntry): Promise<void> {
    if (this.#isClosing) return Promise.reject(this.#error('the ledger is closed'));
    if (this.#pending >= this.#maxPending)
      return Promise.reject(
        this.#error(
          `${this.#pending} records wait for ${displayPath(this.#path)} already; its disk is too slow`,
        ),
      );
    this.#pending += 1;
    return new Promise((resolve, reject) => {
      this.#collected.push({ entry, resolve, reject });
      this.#scheduleFlush();
    });
  }

  problem(): string | null {
    return this.#problem;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#pending > 0)
      await new Promise<void>((resolve) => {
        this.#onDrained = resolve;
        setTimeout(resolve, CLOSE_WITHIN_MS).unref();
      });
    clearTimeout(this.#timer);
    const worker = this.#worker;
    if (worker === undefined) return;
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
      this.#post({ kind: 'close' });
      setTimeout(() => void worker.terminate(), CLOSE_WITHIN_MS).unref();
    });
  }

  #error(message: string): GatewayError {
    return new GatewayError('LEDGER_UNAVAILABLE', message);
  }

  #post(message: ToWriter): void {
    this.#worker?.postMessage(message);
  }

  #scheduleFlush(): void {
    // One batch at a time: what arrives while the writer commits makes the next group.
    if (this.#isFlushScheduled || this.#sent.length > 0 || this.#collected.length === 0) return;
    this.#isFlushScheduled = true;
    const flush = (): void => this.#flush();
    if (performance.now() - this.#flushedAt < GATHER_MS) setTimeout(flush, GATHER_MS);
    else setImmediate(flush);
  }

  #flush(): void {
    this.#isFlushScheduled = false;
    if (!this.#isReady || this.#sent.length > 0 || this.#collected.length === 0) return;
    this.#flushedAt = performance.now();
    const items = this.#collected;
    this.#collected = [];
    this.#lastBatch += 1;
    this.#sent.push({ batch: this.#lastBatch, items });
    // Structured clone of the plain records: measured against JSON text and tuples, it costs this thread the least.
    this.#post({ kind: 'write', batch: this.#lastBatch, entries: items.map((item) => item.entry) });
  }

  #settle(item: Pending, refusal: string | undefined): void {
    this.#pending -= 1;
    if (refusal === undefined) item.resolve();
    else item.reject(this.#error(refusal));
    if (this.#pending === 0) this.#onDrained?.();
  }

  #giveUpWaiting(reason: string): void {
    const waiting = [...this.#sent.flatMap(({ items }) => items), ...this.#collected];
    this.#sent = [];
    this.#collected = [];
    for (const item of waiting) this.#settle(item, reason);
  }

  /** @param onFirst told once: null when the file is open, else why it cannot be */
  #startWriter(onFirst?: (problem: string | null) => void): void {
    // Not the parent's flags: a loader for TypeScript there has no work here.
    const worker = new Worker(builtFile('store/writer'), {
      workerData: this.#start,
      execArgv: [],
      name: 'ledger',
    });
    this.#worker = worker;
    let lastWords = 'the writer thread ended';
    worker.on('error', (error) => {
      lastWords = `the writer thread failed: ${error.message}`;
    });
    worker.on('message', (message: FromWriter) => {
      if (message.kind === 'done') return this.#onDone(message);
      if (message.kind === 'unusable') {
        lastWords = message.message;
        this.#deaths = MAX_DEATHS;
        return;
      }
      this.#isReady = true;
      this.#problem = null;
      onFirst?.(null);
      this.#flush();
    });
    worker.once('exit', () => {
      const wasReady = this.#isReady;
      this.#isReady = false;
      this.#worker = undefined;
      if (!wasReady) onFirst?.(lastWords);
      if (this.#isClosing && this.#pending === 0) return;
      this.#onDeath(lastWords);
    });
  }

  #onDone({ through, refused, problem }: FromWriter & { kind: 'done' }): void {
    this.#problem = problem;
    if (problem === null) this.#deaths = 0;
    else this.#probeLater();
    while (this.#sent[0] !== undefined && this.#sent[0].batch <= through) {
      for (const item of this.#sent.shift()!.items) this.#settle(item, refused.get(item.entry.request.id));
    }
    this.#scheduleFlush();
  }

  #probeLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#isReady) return;
      this.#lastBatch += 1;
      this.#post({ kind: 'write', batch: this.#lastBatch, entries: [] });
    }, PROBE_EVERY_MS).unref();
  }

  /** Starts the writer again; what it had not acknowledged goes first. Nothing is written twice: see insert.ts. */
  #onDeath(reason: string): void {
    this.#problem = `${reason}; it is started again`;
    this.#deaths += 1;
    this.#collected = [...this.#sent.flatMap(({ items }) => items), ...this.#collected];
    this.#sent = [];
    if (this.#deaths >= MAX_DEATHS) this.#giveUpWaiting(reason);
    if (this.#isClosing && this.#pending === 0) return;
    const delayMs = Math.min(FIRST_RESTART_MS * 2 ** (this.#deaths - 1), MAX_RESTART_MS);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#startWriter(), delayMs);
  }
}

/**
 * Opens the ledger: starts its writer thread, which makes or migrates the file.
 * @throws {GatewayError} LEDGER_UNAVAILABLE when the file cannot be used; the message says why and what to do
 * @example
 * const ledger = await openLedger({ path: 'tiergate.db' });
 * await ledger.record(entry); // committed
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const ledger = new WriterLedger(options);
  await ledger.open();
  return ledger;
}
