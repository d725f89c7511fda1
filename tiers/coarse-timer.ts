// Time limits of requests. They are started and stopped some times in every request and nearly never end, so one interval
// counts for all of them and starting one is an addition to a set. Coarse: a limit ends up to two ticks late, never early.

const TICK_MS = 20;

const running = new Set<CoarseTimer>();
let ticker: NodeJS.Timeout | undefined;

function tick(): void {
  for (const timer of running) timer.tick();
  if (running.size > 0) return;
  clearInterval(ticker);
  ticker = undefined;
}

export class CoarseTimer {
  readonly #onTime: () => void;
  #limitTicks = 0;
  #ticksLeft = 0;

  constructor(onTime: () => void) {
    this.#onTime = onTime;
  }

  /** Starts, or starts again, with a new limit. 0: no limit. */
  start(limitMs: number): void {
    this.stop();
    if (limitMs <= 0) return;
    this.#limitTicks = Math.ceil(limitMs / TICK_MS) + 1;
    this.#ticksLeft = this.#limitTicks;
    running.add(this);
    ticker ??= setInterval(tick, TICK_MS);
  }

  /** The limit counts from now. */
  refresh(): void {
    this.#ticksLeft = this.#limitTicks;
  }

  stop(): void {
    running.delete(this);
  }

  /** One tick has passed. */
  tick(): void {
    this.#ticksLeft -= 1;
    if (this.#ticksLeft > 0) return;
    running.delete(this);
    this.#onTime();
  }
}
