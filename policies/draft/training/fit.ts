// Fits the shipped acceptance. A signal's weight is its covariance with "the draft is right" within each set of drafts, each signal for
// itself, as in the gap model: weights that are fitted together hold for one model and one kind of answer alone. The chance is read
// off by a logistic calibration on sets that the weights had not seen, each with a level of its own.
import type { DraftConfidence, TokenSignals } from '../../../contract/draft.ts';
import { calibrate, deviationOf, meanOf } from '../../gap/training/fit.ts';
import { areaUnderRoc } from '../../gap/training/metrics.ts';
import {
  ACCEPTANCE_FEATURES,
  type AcceptanceModel,
  type AcceptanceStage,
  acceptanceFeatures,
  signalsAt,
  stageOdds,
} from '../acceptance.ts';

export interface TrainingDraft {
  confidence: DraftConfidence;
  isGood: boolean;
  model: string;
  /** What is left out in turn. With the model: what has a level of its own. */
  task: string;
}

const setOf = ({ model, task }: Pick<Row, 'model' | 'task'>): string => `${task} ${model}`;

interface Row {
  signals: TokenSignals;
  values: number[];
  label: number;
  model: string;
  task: string;
}

/** Of the prompt the shipped weights know nothing: no set has prompts like everybody's. */
const OF_PROMPT: ReadonlySet<string> = new Set(['gapOdds', 'logPromptTokens']);
const NO_PROMPT = { gap: 0.25, promptTokens: 100, kind: '' };
const CLIP = 3;
const LEAST_DEVIATION = 0.02;

function rowsOf(drafts: readonly TrainingDraft[], stage: AcceptanceStage): Row[] {
  return drafts.flatMap(({ confidence, isGood, model, task }) => {
    const signals = signalsAt(stage, confidence);
    if (signals === null) return [];
    const values = acceptanceFeatures(signals, NO_PROMPT);
    // Nothing is learned from a target that does not report all.
    return values.some(Number.isNaN) ? [] : [{ signals, values, label: Number(isGood), model, task }];
  });
}

type StageModel = AcceptanceModel['stages'][AcceptanceStage];

/** Weights for a score of deviation 1; no calibration yet. */
function weigh(rows: readonly Row[]): StageModel {
  const columns = ACCEPTANCE_FEATURES.map((_, at) => rows.map(({ values }) => values[at]!));
  const mean = columns.map(meanOf);
  const deviation = columns.map((column) => Math.max(LEAST_DEVIATION, deviationOf(column)));
  const z = rows.map(({ values }) =>
    values.map((value, at) => Math.max(-CLIP, Math.min(CLIP, (value - mean[at]!) / deviation[at]!))),
  );
  const sets = [...new Set(rows.map(setOf))].map((set) =>
    rows.flatMap((row, i) => (setOf(row) === set ? [i] : [])),
  );
  const weights = ACCEPTANCE_FEATURES.map((name, at) => {
    if (OF_PROMPT.has(name)) return 0;
    const covariances = sets.map((members) => {
      const rate = meanOf(members.map((i) => rows[i]!.label));
      return meanOf(members.map((i) => z[i]![at]! * (rows[i]!.label - rate)));
    });
    return meanOf(covariances);
  });
  const scores = rows.map(({ values }) => stageOdds({ mean, deviation, weights, offset: 0 }, values));
  const spread = deviationOf(scores);
  return { mean, deviation, weights: weights.map((weight) => weight / spread), offset: 0 };
}

/** Scores of each row by weights that have not seen its task. */
function unseenScores(rows: readonly Row[]): number[] {
  const scores = new Array<number>(rows.length);
  for (const task of new Set(rows.map((row) => row.task))) {
    const model = weigh(rows.filter((row) => row.task !== task));
    rows.forEach((row, i) => {
      if (row.task === task) scores[i] = stageOdds(model, row.values);
    });
  }
  return scores;
}

export interface Ranking {
  stage: AcceptanceStage;
  set: string;
  drafts: number;
  right: number;
  /** AUC of "the draft is right": by weights that have not seen the task, and by single signals. */
  ours: number;
  meanLogprob: number;
  minMargin: number;
}

const ALL_TASKS = 'all tasks';

/** How drafts of tasks never seen are ranked: by task, and all of a model's together. */
export function rankUnseenDrafts(drafts: readonly TrainingDraft[]): Ranking[] {
  return (['whole', 'early'] as const).flatMap((stage) => {
    const rows = rowsOf(drafts, stage);
    const scores = unseenScores(rows);
    const names = [
      ...new Set(rows.flatMap((row) => [setOf(row), setOf({ ...row, task: ALL_TASKS })])),
    ].sort();
    return names.map((set): Ranking => {
      const members = rows.flatMap((row, i) =>
        setOf(row) === set || setOf({ ...row, task: ALL_TASKS }) === set ? [i] : [],
      );
      const labels = members.map((i) => rows[i]!.label);
      const by = (name: 'meanLogprob' | 'minMargin'): number =>
        areaUnderRoc(
          labels,
          members.map((i) => rows[i]!.signals[name]!),
        );
      const ours = areaUnderRoc(
        labels,
        members.map((i) => scores[i]!),
      );
      return {
        ...{ stage, set, drafts: members.length, right: meanOf(labels), ours },
        meanLogprob: by('meanLogprob'),
        minMargin: by('minMargin'),
      };
    });
  });
}

/** Why a model with such rankings is not shipped; null: it ranks unseen drafts better than the mean log probability, in the mean. */
export function acceptanceRefusal(rankings: readonly Ranking[]): string | null {
  const pooled = rankings.filter(({ set }) => set.startsWith(ALL_TASKS));
  const ours = meanOf(pooled.map((each) => each.ours));
  const other = meanOf(pooled.map((each) => each.meanLogprob));
  return ours > other
    ? null
    : `refused: mean AUC ${ours.toFixed(3)} on unseen drafts, the mean log probability alone has ${other.toFixed(3)}`;
}

/** @param drafts of two tasks at least @param version the date written into the model */
export function fitShipped(drafts: readonly TrainingDraft[], version: string): AcceptanceModel {
  const stageOf = (stage: AcceptanceStage): StageModel => {
    const rows = rowsOf(drafts, stage);
    const { slope, offset } = calibrate(
      unseenScores(rows),
      rows.map(({ label }) => label),
      rows.map(setOf),
    );
    const { mean, deviation, weights } = weigh(rows);
    const round = (value: number): number => (Math.abs(value) < 1e-9 ? 0 : Number(value.toPrecision(5)));
    return {
      mean: mean.map(round),
      deviation: deviation.map(round),
      weights: weights.map((weight) => round(slope * weight)),
      offset: round(offset),
    };
  };
  return {
    ...{ version, features: [...ACCEPTANCE_FEATURES] },
    stages: { whole: stageOf('whole'), early: stageOf('early') },
  };
}
