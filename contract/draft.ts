// A draft: the answer of a lower tier while it is not yet decided whether it stands or the request moves up.

/** How a streamed draft is judged: whole, before its first byte leaves; or by its first tokens. */
export const CASCADE_MODES = ['hold', 'early'] as const;
export type CascadeMode = (typeof CASCADE_MODES)[number];

/**
 * How sure a model was of some tokens, the one that ends the answer among them where it is reported; null where the target does not
 * report what it takes.
 */
export interface TokenSignals {
  tokens: number;
  /** Natural logarithm. */
  meanLogprob: number | null;
  minLogprob: number | null;
  /** Nats. */
  meanEntropy: number | null;
  /** Smallest and second smallest difference between the two likeliest tokens' probabilities, 0 ... 1. */
  minMargin: number | null;
  secondMargin: number | null;
  /** About how many tokens could as well have been others: sums of exp(-margin / 0.05) and exp(-margin / 0.15). */
  nearTies: number | null;
  closeTies: number | null;
  /** The same by odds, not by differences: sums of powers 1, 3, 10 and 30 of the second likeliest token's odds against the likeliest. */
  rivals1: number | null;
  rivals3: number | null;
  rivals10: number | null;
  rivals30: number | null;
}

/** Of an answer, as far as it has come. */
export interface DraftConfidence extends TokenSignals {
  /** Of its first tokens, as many as were asked for; null: it has fewer, or none were asked for. */
  early: TokenSignals | null;
}

export interface Draft {
  text: string;
  toolCalls: { name: string; arguments: string }[];
  refusal: string | null;
  /** Null while it is not over. */
  finishReason: string | null;
  /** Null: the target reports none. */
  confidence: DraftConfidence | null;
}

export interface DraftVerdict {
  stands: boolean;
  /** In words for the client: why the request moves up, or what speaks for the draft. Null: nothing does. */
  reason: string | null;
}

/** Decides whether a draft stands. Pure; made anew for each request. */
export interface DraftJudge {
  mode: CascadeMode;
  /** Tokens after which a stream is looked at: `early` decides by them, `hold` may break it off. */
  earlyTokens: number;
  /** How often a whole draft that stands is asked for again, to see whether the model says the same (self-consistency). */
  samples: number;
  judge(draft: Draft): DraftVerdict;
  /** Why the request moves up, from what the model said when it was asked again; null: it agrees. */
  compare(draft: Draft, samples: readonly Draft[]): string | null;
}
