// How likely a draft is to stand up beside the stronger tier's answer: a small logistic model of how sure the model was of its tokens
// and of what is known of the prompt. The shipped weights rank; `tiergate calibrate` learns a correction from own judged answers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import type { DraftConfidence, TokenSignals } from '../../contract/draft.ts';
import { sigmoid } from '../gap/model.ts';
import { fitOwnTraffic, type OwnTraffic, ownOdds } from '../gap/own-traffic.ts';

/** `early`: of the first tokens of a draft that goes on; `whole`: of all of them. */
export type AcceptanceStage = 'early' | 'whole';

/** What is known before the draft. */
export interface DraftPrompt {
  /** Gap 1|2, 0 ... 1. */
  gap: number;
  promptTokens: number;
  /** `kindOf(caller, task)`. */
  kind: string;
}

export interface JudgedDraft {
  prompt: DraftPrompt;
  confidence: DraftConfidence | null;
  /** It is worth the stronger tier's answer. */
  isGood: boolean;
}

export const ACCEPTANCE_FEATURES = [
  'textChance',
  'logSurprise',
  'minLogprob',
  'minMargin',
  'logMinMargin',
  'secondMargin',
  'nearTies',
  'closeTies',
  'logRivals1',
  'logRivals3',
  'logRivals10',
  'logRivals30',
  'logTokens',
  'gapOdds',
  'logPromptTokens',
] as const;

interface StageModel {
  /** Of each feature over the drafts it was trained on. */
  mean: number[];
  deviation: number[];
  /** Log odds per deviation. */
  weights: number[];
  offset: number;
}

export interface AcceptanceModel {
  /** Date of training. */
  version: string;
  features: string[];
  stages: Record<AcceptanceStage, StageModel>;
}

/** Beyond so many deviations a feature counts no more. */
const CLIP = 3;
/** No signal is larger: what an upstream reports is not to be trusted that far. */
const MOST = 1e4;

/** @throws {Error} when the file's features are not those of the code */
function readModel(path: string): AcceptanceModel {
  const model = JSON.parse(readFileSync(path, 'utf8')) as AcceptanceModel;
  if (model.features.join() !== ACCEPTANCE_FEATURES.join())
    throw new Error(`${path} was trained on other features; run: npm run train:acceptance`);
  return model;
}

let read: AcceptanceModel | undefined;
/** Read when it is first asked for: whoever trains another one has none that fits. */
function shipped(stage: AcceptanceStage): StageModel {
  read ??= readModel(join(packageRoot, 'policies/draft/acceptance.json'));
  return read.stages[stage];
}

/** Nought, and what is next to it, is as good as 0.01. */
const logOf = (value: number): number => Math.log(0.01 + Math.max(0, value));

/**
 * Of the features, in their order; NaN where the target reports none. `textChance` is the whole text's probability, which a short answer
 * is as often right as: a mean hides the one wrong word. A long text has next to none, and is told by its rivals.
 */
export function acceptanceFeatures(signals: TokenSignals, { gap, promptTokens }: DraftPrompt): number[] {
  const of = (value: number | null): number =>
    value === null ? Number.NaN : Math.max(-MOST, Math.min(MOST, value));
  const share = Math.max(1e-4, Math.min(1 - 1e-4, gap));
  const margin = of(signals.minMargin);
  const tokens = Math.max(0, of(signals.tokens));
  const surprise = Math.max(0, -of(signals.meanLogprob) * tokens);
  return [
    Math.exp(-surprise),
    logOf(surprise),
    of(signals.minLogprob),
    margin,
    logOf(margin),
    of(signals.secondMargin),
    of(signals.nearTies),
    of(signals.closeTies),
    logOf(of(signals.rivals1)),
    logOf(of(signals.rivals3)),
    logOf(of(signals.rivals10)),
    logOf(of(signals.rivals30)),
    Math.log1p(tokens),
    Math.log(share / (1 - share)),
    Math.log1p(Math.max(0, promptTokens)),
  ];
}

/** What is not reported is taken for average: it says nothing. */
const filled = (values: readonly number[], { mean }: StageModel): number[] =>
  values.map((value, at) => (Number.isNaN(value) ? mean[at]! : value));

export function stageOdds(model: StageModel, values: readonly number[]): number {
  let odds = model.offset;
  for (let at = 0; at < values.length; at += 1) {
    const z = (values[at]! - model.mean[at]!) / model.deviation[at]!;
    odds += model.weights[at]! * Math.max(-CLIP, Math.min(CLIP, z));
  }
  return odds;
}

/**
 * The chance, 0 ... 1, that the draft is as good as the stronger tier's answer. Pure, total for any finite signals.
 * @param own what was learned from own traffic; null: the shipped weights alone
 */
export function acceptanceOf(
  stage: AcceptanceStage,
  signals: TokenSignals,
  prompt: DraftPrompt,
  own: OwnTraffic | null = null,
): number {
  const model = shipped(stage);
  const values = filled(acceptanceFeatures(signals, prompt), model);
  const odds = stageOdds(model, values);
  return sigmoid(own === null ? odds : ownOdds(own, values, odds, prompt.kind));
}

/** What a stage looks at of a draft; null: there is nothing that it could look at. */
export const signalsAt = (
  stage: AcceptanceStage,
  confidence: DraftConfidence | null,
): TokenSignals | null => {
  const signals = stage === 'early' ? (confidence?.early ?? null) : confidence;
  return signals !== null && signals.meanLogprob === null && signals.minMargin === null ? null : signals;
};

/** As much of a correction of the shipped weights as the judged drafts bear out; null: none of them has anything to look at. */
export function fitAcceptance(stage: AcceptanceStage, judged: readonly JudgedDraft[]): OwnTraffic | null {
  const model = shipped(stage);
  const examples = judged.flatMap(({ prompt, confidence, isGood }) => {
    const signals = signalsAt(stage, confidence);
    if (signals === null) return [];
    const values = filled(acceptanceFeatures(signals, prompt), model);
    const baseOdds = stageOdds(model, values);
    return [{ values, baseOdds, kind: prompt.kind, label: Number(isGood) }];
  });
  return examples.length === 0 ? null : fitOwnTraffic(examples);
}
