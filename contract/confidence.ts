// How sure a model was of its tokens, counted while they come: by the engine from its own distributions, by the gateway from the log
// probabilities that another server reports. One way to count, so that what is learned of the one holds for the other.
import type { DraftConfidence, TokenSignals } from './draft.ts';

export interface TokenSureness {
  /** Natural logarithm; at most 0. */
  logprob: number;
  /** Nats; null: not reported. */
  entropy: number | null;
  /** Difference between the two likeliest tokens' probabilities, 0 ... 1; null: not reported. */
  margin: number | null;
}

/** Margins below about so much are places where the answer could as well have gone on otherwise. */
const NEAR = 0.05;
const CLOSE = 0.15;

export const NO_SIGNALS: TokenSignals = {
  tokens: 0,
  meanLogprob: null,
  minLogprob: null,
  meanEntropy: null,
  minMargin: null,
  secondMargin: null,
  nearTies: null,
  closeTies: null,
  rivals1: null,
  rivals3: null,
  rivals10: null,
  rivals30: null,
};

/**
 * Of a rival's odds. Fewer bits a weight move log odds by about the same everywhere, so that a rival within e^(1/30) of the likeliest token
 * is one for a file of 6 bits, one within e^(1/3) for a file of 4.
 */
const POWERS = [1, 3, 10, 30] as const;

/** What rounding may make of a difference of probabilities. */
const ROUNDING = 1e-4;

/** The second likeliest token's odds against the likeliest, 0 ... 1; 1 where the token itself is not the likeliest. */
function rivalOdds(logprob: number, margin: number): number {
  const chance = Math.exp(logprob);
  return chance === 0 || margin > chance + ROUNDING ? 1 : Math.max(0, 1 - margin / chance);
}

export class ConfidenceMeter {
  readonly #earlyTokens: number;
  #early: TokenSignals | null = null;
  #tokens = 0;
  #logprobSum = 0;
  #minLogprob = 0;
  /** NaN from the first token on that reports none. */
  #entropySum = 0;
  #margins: [least: number, second: number] = [1, 1];
  #nearTies = 0;
  #closeTies = 0;
  /** Of each of POWERS. */
  readonly #rivals = POWERS.map(() => 0);

  /** @param earlyTokens after so many tokens the signals are kept as `early`; 0: they are not */
  constructor(earlyTokens = 0) {
    this.#earlyTokens = earlyTokens;
  }

  add(token: TokenSureness): void {
    this.#count(token);
    if (this.#tokens === this.#earlyTokens) this.#early = this.signals();
  }

  /** That the answer ends here is chosen as any of its words is; it is none of the first tokens. */
  end(choice: TokenSureness): void {
    this.#count(choice);
  }

  #count({ logprob, entropy, margin }: TokenSureness): void {
    this.#tokens += 1;
    this.#logprobSum += logprob;
    this.#minLogprob = Math.min(this.#minLogprob, logprob);
    this.#entropySum += entropy ?? Number.NaN;
    const own = margin ?? Number.NaN;
    const [least, second] = this.#margins;
    this.#margins = [Math.min(least, own), Math.min(second, Math.max(least, own))];
    this.#nearTies += Math.exp(-own / NEAR);
    this.#closeTies += Math.exp(-own / CLOSE);
    const odds = rivalOdds(logprob, own);
    POWERS.forEach((power, at) => {
      this.#rivals[at]! += odds ** power;
    });
  }

  signals(): TokenSignals {
    if (this.#tokens === 0) return NO_SIGNALS;
    const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
    const [rivals1, rivals3, rivals10, rivals30] = this.#rivals;
    return {
      tokens: this.#tokens,
      meanLogprob: this.#logprobSum / this.#tokens,
      minLogprob: this.#minLogprob,
      meanEntropy: known(this.#entropySum / this.#tokens),
      minMargin: known(this.#margins[0]),
      secondMargin: known(this.#margins[1]),
      nearTies: known(this.#nearTies),
      closeTies: known(this.#closeTies),
      rivals1: known(rivals1!),
      rivals3: known(rivals3!),
      rivals10: known(rivals10!),
      rivals30: known(rivals30!),
    };
  }

  confidence(): DraftConfidence {
    return { ...this.signals(), early: this.#early };
  }
}
