// What judged pairs of answers teach of drafts: how likely one is to stand, from how sure the model was of it; how much of that a draft
// must have, certified; and when it is not worth making, or going on with.
import { createHash } from 'node:crypto';
import type { DraftConfidence } from '../../contract/draft.ts';
import {
  type AcceptanceStage,
  acceptanceOf,
  type DraftPrompt,
  fitAcceptance,
  signalsAt,
} from '../../policies/draft/acceptance.ts';
import { stoppingRule } from '../../policies/draft/stopping.ts';
import type { Calibration } from '../../policies/gap/calibration.ts';
import type { OwnTraffic } from '../../policies/gap/own-traffic.ts';
import { type CurvePoint, lossCurve } from '../../policies/guarantee/curve.ts';
import { certify, type JudgedRequest, type RiskBound } from '../../policies/guarantee/thresholds.ts';

export interface ScoredCapture extends JudgedRequest {
  isForLearning: boolean;
  lowMicrousd: number;
  highMicrousd: number;
  prompt: DraftPrompt;
  /** Of the low answer. */
  confidence: DraftConfidence | null;
}

export interface DraftOptions {
  /** Tokens after which streams are looked at. */
  earlyTokens: number;
  /** What a draft counts beside its price, of a call above. */
  draftCost: number;
}

/** Share of the labels that is learned from; the others certify. */
const LEARNING_SHARE = 0.4;
/** Drafts below which nothing is learned of a stage. */
const LEAST_DRAFTS = 20;

/** By the request's id, not by chance. */
export const isForLearning = (id: string): boolean =>
  createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32 < LEARNING_SHARE;

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

interface LearnedStage {
  own: OwnTraffic;
  /** The other drafts that reach the stage, with their chances. */
  drafts: { each: ScoredCapture; chance: number }[];
}

export interface LearnedDrafts {
  whole: LearnedStage;
  /** Null: too few drafts are so long. */
  early: LearnedStage | null;
  /** With so much acceptance needed in the end: what a stream must have after its first tokens, and the gap from which none is made. */
  ruleFor(least: number): { breakOff: number; skipGap: number };
}

function learnStage(name: AcceptanceStage, scored: readonly ScoredCapture[]): LearnedStage | null {
  const reaching = scored.filter(({ confidence }) => signalsAt(name, confidence) !== null);
  const learning = reaching.filter((each) => each.isForLearning);
  const others = reaching.filter((each) => !each.isForLearning);
  if (learning.length < LEAST_DRAFTS || others.length < LEAST_DRAFTS) return null;
  const own = fitAcceptance(
    name,
    learning.map(({ prompt, confidence, isLoss }) => ({ prompt, confidence, isGood: !isLoss })),
  )!;
  const chanceOf = ({ confidence, prompt }: ScoredCapture): number =>
    acceptanceOf(name, signalsAt(name, confidence)!, prompt, own);
  return { own, drafts: others.map((each) => ({ each, chance: chanceOf(each) })) };
}

/** Null: the low target does not say how sure it was, or too few were judged. */
export function learnDrafts(
  scored: readonly ScoredCapture[],
  { earlyTokens, draftCost }: DraftOptions,
): LearnedDrafts | null {
  const whole = learnStage('whole', scored);
  if (whole === null) return null;
  const early = learnStage('early', scored);
  const low = meanOf(scored.map(({ lowMicrousd }) => lowMicrousd));
  const high = meanOf(scored.map(({ highMicrousd }) => highMicrousd));
  const paid = Math.min(1, draftCost + (high > 0 ? low / high : 0));
  const tokens = meanOf(whole.drafts.map(({ each }) => each.confidence!.tokens));
  const chances = new Map(whole.drafts.map(({ each, chance }) => [each, chance]));
  const stages = {
    prompt: { paid: 0, chances: whole.drafts.map(({ each }) => 1 - each.prompt.gap) },
    whole: { paid, chances: whole.drafts.map(({ chance }) => chance) },
    first: early && {
      paid: paid * Math.min(1, earlyTokens / Math.max(1, tokens)),
      chances: early.drafts.map(({ chance }) => chance),
    },
    ofFirst: early && { paid, chances: early.drafts.map(({ each }) => chances.get(each)!) },
  };
  return {
    ...{ whole, early },
    ruleFor(least) {
      const [made] = stoppingRule([stages.prompt, stages.whole], least);
      const [goesOn] =
        stages.first && stages.ofFirst ? stoppingRule([stages.first, stages.ofFirst], least) : [0];
      return { breakOff: Math.min(1, goesOn!), skipGap: Math.max(0, 1 - made!) };
    },
  };
}

type Acceptance = NonNullable<Calibration['acceptance']>;

function certified({ own, drafts }: LearnedStage, bound: RiskBound): Acceptance['whole'] {
  const doubts = drafts.map(({ each, chance }) => ({ score: 1 - chance, isLoss: each.isLoss }));
  const { threshold, ...counts } = certify(doubts, bound);
  return { own, least: threshold === 0 ? null : 1 - threshold, ...counts };
}

/**
 * Breaking drafts off and not making them only ever keeps less low, so that what is certified of whole drafts holds with both.
 * Null: as `learnDrafts`.
 */
export function fitDrafts(
  scored: readonly ScoredCapture[],
  bound: RiskBound,
  options: DraftOptions,
): { acceptance: Acceptance; curve: CurvePoint[] } | null {
  const learned = learnDrafts(scored, options);
  if (learned === null) return null;
  const whole = certified(learned.whole, bound);
  const early = learned.early && certified(learned.early, bound);
  // Without a certified acceptance nobody knows what a draft is worth: none is broken off.
  const rule = whole.least === null ? { breakOff: 0, skipGap: 1 } : learned.ruleFor(whole.least);
  const priced = learned.whole.drafts.map(({ each, chance }) => ({ ...each, score: 1 - chance }));
  return {
    acceptance: { earlyTokens: options.earlyTokens, whole, early, ...rule },
    curve: lossCurve(priced, bound.delta, { alwaysLow: true }),
  };
}
