// Shadow sampling: a share of captured requests is answered again in the background, on the lowest and on the highest level, and
// judged, so that there are fresh labels for `tiergate calibrate` and for finding drift. Only of callers who consented to captures,
// redacted as captures are, through the same sensitivity gate, one at a time, within a budget a day. It changes no routing.
import { createHash } from 'node:crypto';
import type { RequestFacts } from '../contract/policy.ts';
import type { TierLevel } from '../contract/tier.ts';
import { CostMeter, calibrationLedger, judgeCaptures } from './calibrate/answers.ts';
import { type JudgeChoice, judgeOf } from './calibrate/judges.ts';
import { appendLabel } from './calibrate/labels.ts';
import { faultOf } from './log.ts';
import type { Gateway } from './pipeline.ts';

export interface ShadowOptions extends JudgeChoice {
  /** Of captured requests, 0 ... 1. */
  share: number;
  dailyMicrousd: number;
  /** Where labels are appended. */
  labelsFile: string;
}

/** What waits beyond it is dropped: shadows must never be what a machine is busy with. */
const MOST_WAITING = 50;
const DAY_MS = 86_400_000;
const LOW: TierLevel = 1;

export class Shadow {
  readonly #options: ShadowOptions;
  readonly #gateway: Gateway;
  readonly #high: TierLevel;
  readonly #now: () => number;
  readonly #waiting: { facts: RequestFacts; request: string }[] = [];
  #running: Promise<void> | null = null;
  #isStopped = false;
  #day = 0;
  #meter = new CostMeter();

  /** @param gateway with targets at Level 1 and at a higher one */
  constructor(gateway: Gateway, options: ShadowOptions, now: () => number = Date.now) {
    this.#options = options;
    this.#now = now;
    this.#high = Math.max(
      ...[...gateway.runners.values()].map(({ runner }) => runner.target.tier),
    ) as TierLevel;
    // Its own requests are neither captured nor part of a trial nor shadowed; what they cost is measured.
    const ledger = calibrationLedger(gateway.ledger, { note: (microusd) => this.#meter.note(microusd) });
    this.#gateway = { ...gateway, ledger, trial: null, shadow: null, captures: () => false };
    judgeOf(this.#gateway, options);
  }

  /** Takes it or not; by the request's id, not by chance. Returns at once. @param request JSON text, redacted */
  offer(facts: RequestFacts, request: string): void {
    if (this.#isStopped || this.#waiting.length >= MOST_WAITING) return;
    const place = createHash('sha256').update(`shadow ${facts.requestId}`).digest().readUInt32BE(0) / 2 ** 32;
    if (place >= this.#options.share) return;
    this.#waiting.push({ facts, request });
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  /** Resolves when the request that is being judged is done; what waits is dropped. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (
      let next = this.#waiting.shift();
      next !== undefined && !this.#isStopped;
      next = this.#waiting.shift()
    ) {
      try {
        await this.#judge(next);
      } catch (thrown) {
        this.#gateway.log.warn(
          { requestId: next.facts.requestId, ...faultOf(thrown) },
          'a shadow request failed',
        );
      }
    }
  }

  async #judge({ facts, request }: { facts: RequestFacts; request: string }): Promise<void> {
    const today = Math.floor(this.#now() / DAY_MS);
    if (today !== this.#day) [this.#day, this.#meter] = [today, new CostMeter()];
    const { dailyMicrousd, labelsFile, judge, embedder } = this.#options;
    const { requestId: id, caller, task, gap } = facts;
    const { judged } = await judgeCaptures(this.#gateway, [{ id, caller, task, request }], () => facts, {
      ...{ low: LOW, high: this.#high, budgetMicrousd: dailyMicrousd, meter: this.#meter },
      judge: judgeOf(this.#gateway, this.#options),
      onProgress: () => {},
    });
    for (const { isLoss, low, high } of judged)
      appendLabel(labelsFile, {
        ...{ id, caller, task, isLoss, at: this.#now(), gap: gap['1|2'] },
        ...{ lowMicrousd: low.costMicrousd, highMicrousd: high.costMicrousd, confidence: low.confidence },
        by: judge ?? embedder ?? 'form',
      });
  }
}
