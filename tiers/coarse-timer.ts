// Time limits of requests. They are started and stopped some times in every request and nearly never end, so one interval
// counts for all of them and starting one is an addition to a list. Coarse: a limit ends up to two ticks late, never early.

const TICK_MS = 20;

// An array rather than a set: a set that is added to and deleted from makes a new table every few dozen changes, and V8's old tables point to
// the new ones and to what was in them. Once one of them had grown old, all later ones, and every request that had a timer in them, outlived
// the collections of young memory, which then took six times as long.
const running: CoarseTimer[] = [];
let ticker: NodeJS.Timeout | undefined;

function tick(): void {
  const over = running.filter((timer) => timer.countDown());
  for (const timer of over) timer.end();
  if (running.length > 0) return;
  clearInterval(ticker);
  ticker = undefined;
}

export class CoarseTimer {
  readonly #onTime: () => void;
  #limitTicks = 0;
  #ticksLeft = 0;
  /** Its place among those that run; -1: it does not. */
  #at = -1;

  constructor(onTime: () => void) {
    this.#onTime = onTime;
  }

  /** Starts, or starts again, with a new limit. 0: no limit. */
  start(limitMs: number): void {
    this.stop();
    if (limitMs <= 0) return;
    this.#limitTicks = Math.ceil(limitMs / TICK_MS) + 1;
    this.#ticksLeft = this.#limitTicks;
    this.#at = running.push(this) - 1;
    ticker ??= setInterval(tick, TICK_MS);
  }

  /** The limit counts from now. */
  refresh(): void {
    this.#ticksLeft = this.#limitTicks;
  }

  stop(): void {
    if (this.#at < 0) return;
    const last = running.pop() as CoarseTimer;
    if (last !== this) {
      running[this.#at] = last;
      last.#at = this.#at;
    }
    this.#at = -1;
  }

  /** One tick has passed: is the time up? */
  countDown(): boolean {
    this.#ticksLeft -= 1;
    return this.#ticksLeft <= 0;
  }

  /** Unless another timer's end has stopped or refreshed it. */
  end(): void {
    if (this.#at < 0 || this.#ticksLeft > 0) return;
    this.stop();
    this.#onTime();
  }
}
