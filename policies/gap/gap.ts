// The gap of a request: what the trained model says of its ask, moved by what training prompts do not have (tools, turns,
// a strict format, a long context).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import type { Gap, Task } from '../../contract/policy.ts';
import { GAP_FEATURES, gapFeatures } from './features.ts';
import { type GapModel, gapOdds, gapReasons, sigmoid, TIER_PAIRS, type TierPair } from './model.ts';
import { type OwnTraffic, ownOdds } from './own-traffic.ts';
import { type GapPrior, type KnownByTask, NO_PRIOR, priorOdds, priorOf } from './prior.ts';

export interface GapInput {
  /** The last user message. */
  ask: string;
  task: Task;
  /** Of the whole request. */
  promptTokens: number;
  /** User messages. */
  turns: number;
  tools: number;
  strictOutput: boolean;
  /** Who asks, for what task: `kindOf`. */
  kind?: string;
}

/** @throws {Error} when the file's features are not those of the code: it must be trained again. */
function readModel(path: string): GapModel {
  const model = JSON.parse(readFileSync(path, 'utf8')) as GapModel;
  if (model.features.join() !== GAP_FEATURES.join())
    throw new Error(`${path} was trained on other features; run: npm run train:gap -- FOLDER`);
  return model;
}

const MODEL = readModel(join(packageRoot, 'policies/gap/model.json'));

/** Log odds by judgement: no public set has outcomes for such requests. */
function requestOdds({ promptTokens, turns, tools, strictOutput }: GapInput): number {
  return (
    0.2 * Math.min(4, Math.log2(1 + tools)) +
    0.12 * Math.min(6, Math.log2(Math.max(1, turns))) +
    0.35 * Math.max(0, Math.log2(Math.max(1, promptTokens / 4000))) +
    (strictOutput ? 0.3 : 0)
  );
}

/** Pure and total. @param own what was learned from own traffic @param prior what is known of the tiers' quality */
export function gapOf(input: GapInput, own: OwnTraffic | null = null, prior: GapPrior = NO_PRIOR): Gap {
  const values = gapFeatures(input.ask, input.task);
  const shift = requestOdds(input);
  const known = (pair: TierPair): number => gapOdds(MODEL, pair, values) + priorOdds(prior, input.task, pair);
  const odds = known('1|2');
  const first = own === null ? odds : ownOdds(own, values, odds, input.kind ?? '');
  return { '1|2': sigmoid(first + shift), '2|3': sigmoid(known('2|3') + shift) };
}

/** What `fitOwnTraffic` learns from of an ask. */
export function ownInputs(
  ask: string,
  task: Task,
  prior: GapPrior = NO_PRIOR,
): { values: number[]; baseOdds: number } {
  const values = gapFeatures(ask, task);
  return { values, baseOdds: gapOdds(MODEL, '1|2', values) + priorOdds(prior, task, '1|2') };
}

/** Of what the config says is known. */
export const knownPrior = (known: KnownByTask): GapPrior => priorOf(known, MODEL);

/** A sentence for each pair: the features of the ask that moved the chance most, in log odds. */
export function explainGap(ask: string, task: Task): string[] {
  const values = gapFeatures(ask, task);
  return TIER_PAIRS.map((pair: TierPair) => {
    const parts = gapReasons(MODEL, pair, values, 5).map(
      ({ feature, odds }) => `${feature} ${odds > 0 ? '+' : ''}${odds.toFixed(2)}`,
    );
    return `gap ${pair}: ${parts.join(', ') || 'nothing stands out'}`;
  });
}
