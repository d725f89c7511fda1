// A draft: the answer of a lower tier while it is not yet decided whether it stands or the request moves up.

/** How a streamed draft is judged: whole, before its first byte leaves; or by its first tokens. */
export const CASCADE_MODES = ['hold', 'early'] as const;
export type CascadeMode = (typeof CASCADE_MODES)[number];

/** How sure a model was of its tokens. */
export interface DraftConfidence {
  tokens: number;
  /** Natural logarithm. */
  meanLogprob: number | null;
  /** Nats; null where the target reports log probabilities alone. */
  meanEntropy: number | null;
  /** Smallest difference between the two likeliest tokens' probabilities, 0 ... 1. */
  minMargin: number | null;
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

/** Decides whether a draft stands. Pure; made anew for each request. */
export interface DraftJudge {
  mode: CascadeMode;
  /** `early`: the tokens that are judged. */
  earlyTokens: number;
  /** How often a whole draft that stands is asked for again, to see whether the model says the same (self-consistency). */
  samples: number;
  /** Why the request moves up, in words for the client; null: the draft stands. */
  judge(draft: Draft): string | null;
  /** The same, from what the model said when it was asked again. */
  compare(draft: Draft, samples: readonly Draft[]): string | null;
}
