// Decides when packed weights are written to disk: after the first answer, once, when the engine is idle.
import type { Model } from './model.ts';
import { type PackedPlace, writePacked } from './packed-cache.ts';
import type { Scheduler } from './scheduler.ts';

interface PackedKeeperOptions {
  model: Model;
  scheduler: Scheduler;
  modelFile: string;
  place: PackedPlace;
  /** Of the packed weights. */
  bytes: number;
  log?: (line: string) => void;
}

const LOOK_EVERY_MS = 250;
/** An engine that is never idle gets its file all the same. */
const WAIT_AT_MOST_MS = 60_000;

export class PackedKeeper {
  readonly #options: PackedKeeperOptions;
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: PackedKeeperOptions) {
    this.#options = options;
  }

  /** A request was answered; only the first call counts. */
  answered(): void {
    if (this.#timer !== null || this.#closing.signal.aborted) return;
    const deadline = Date.now() + WAIT_AT_MOST_MS;
    this.#timer = setInterval(() => {
      const { active, waiting } = this.#options.scheduler.stats();
      if (active + waiting > 0 && Date.now() < deadline) return;
      this.#stopLooking();
      void this.#keep();
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  close(): void {
    this.#closing.abort();
    this.#stopLooking();
  }

  #stopLooking(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  async #keep(): Promise<void> {
    const { model, modelFile, place, bytes, log } = this.#options;
    if (model.packedCacheState() === 'mapped') return;
    const options = log ? { log } : {};
    await writePacked(model, modelFile, place, bytes, this.#closing.signal, options);
  }
}
