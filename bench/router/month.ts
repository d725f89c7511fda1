// A simulated month: prompts of the development sets, drawn with replacement, decided by default.yaml as the gateway would, at list
// prices. Outcomes are known for the labelled prompts: the quality is theirs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import type { TargetView } from '../../contract/policy.ts';
import { ALL_CAPABILITIES, type TierLevel } from '../../contract/tier.ts';
import { builtinPolicies } from '../../policies/builtin.ts';
import { decide } from '../../policies/decide.ts';
import type { Row } from '../../policies/gap/training/rows.ts';
import { inspectRequest } from '../../policies/privacy/conversation.ts';
import { DEFAULT_ROUTING } from '../../policies/routing-policy.ts';
import { compilePolicyText } from '../../policies/rules.ts';
import { gatherFacts } from '../../router/facts.ts';
import { type SplitLook, splitLooks } from './month-split.ts';
import { outcomesOf } from './split.ts';
import { randomBelow, type UnseenChances } from './unseen.ts';

const TASK_SETS = ['tasks_p3', 'tasks_selfinstruct_seed', 'tasks_clinc150', 'tasks_banking77'];
/** Half of the month is prompts with known outcomes, half everyday tasks without. */
const LABELLED_SHARE = 0.5;
/** The sets have no answers: all answers count as this long. */
const ANSWER_TOKENS = 250;
/** Level 3's model in the price file, and what a user's own server might cost, in USD per million tokens. */
const LEVEL3_MODEL = 'gpt-5.4';
const LEVEL2_PRICE = { inputUsdPerMtok: 0.1, outputUsdPerMtok: 0.4 };

export interface Month {
  requests: number;
  tiers: Record<TierLevel, number>;
  costUsd: number;
  level3CostUsd: number;
  level3Price: string;
  /** Over labelled requests: mean outcome by the decisions, at Level 3 alone, at Level 1 alone, at the same shares at random. */
  quality: { routed: number; level3: number; level1: number; random: number; requests: number };
  /** What 80/15/5 would keep of each part of the labelled prompts, each prompt once. */
  splits: SplitLook[];
}

function targetsAt(prices: string): TargetView[] {
  const listed = JSON.parse(
    readFileSync(join(prices, 'litellm_model_prices_2026-07_subset.json'), 'utf8'),
  ) as Record<string, { input_cost_per_token: number; output_cost_per_token: number }>;
  const { input_cost_per_token, output_cost_per_token } = listed[LEVEL3_MODEL]!;
  const common = { contextWindow: null, capabilities: ALL_CAPABILITIES, state: { available: true } };
  return [
    { ...common, id: 'local/small', tier: 1, zone: 'device', provider: 'local', model: 'small', price: null },
    {
      ...{ ...common, id: 'house/middle', tier: 2, zone: 'private', provider: 'openai', model: 'middle' },
      price: { ...LEVEL2_PRICE, source: 'assumed' },
    },
    {
      ...{
        ...common,
        id: `frontier/${LEVEL3_MODEL}`,
        tier: 3,
        zone: 'external',
        provider: 'openai',
        model: LEVEL3_MODEL,
      },
      price: {
        inputUsdPerMtok: input_cost_per_token * 1e6,
        outputUsdPerMtok: output_cost_per_token * 1e6,
        source: 'litellm 2026-07',
      },
    },
  ];
}

interface Decided {
  tier: TierLevel;
  costMicrousd: number;
  level3Microusd: number;
}

export function simulateMonth(
  rows: readonly Row[],
  chances: UnseenChances,
  {
    data,
    prices,
    requests,
    rounds,
  }: { data: string; prices: string; requests: number /** Of bootstrap. */; rounds: number },
): Month {
  const file = join(packageRoot, 'policies/default.yaml');
  const policies = [
    ...builtinPolicies(DEFAULT_ROUTING),
    ...compilePolicyText(readFileSync(file, 'utf8'), file, 'default').policies,
  ];
  const targets = targetsAt(prices);
  const known = new Map<string, Decided>();
  const decided = (prompt: string, row: Row | null): Decided => {
    const found = known.get(prompt);
    if (found !== undefined) return found;
    const request = { model: 'auto', messages: [{ role: 'user' as const, content: prompt }] };
    const context = {
      requestId: 'month',
      surface: 'chat.completions',
      caller: 'month',
      headers: {},
      now: new Date(0),
    };
    const facts = gatherFacts(request, context, inspectRequest(request, {}));
    // A labelled prompt is decided by a model that has not seen its source.
    const gap = row === null ? facts.gap : chances.get(row)!;
    const first = decide({ ...facts, gap }, targets, policies).candidates[0]!.target;
    const target = targets.find(({ id }) => id === first)!;
    const costAt = ({ zone, price }: TargetView): number =>
      zone === 'device'
        ? 0
        : facts.promptTokens * price!.inputUsdPerMtok + ANSWER_TOKENS * price!.outputUsdPerMtok;
    const result = { tier: target.tier, costMicrousd: costAt(target), level3Microusd: costAt(targets[2]!) };
    known.set(prompt, result);
    return result;
  };
  const labelled = rows.filter(({ mid }) => mid !== null);
  const everyday = TASK_SETS.flatMap((name) =>
    readFileSync(join(data, `${name}.jsonl`), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { prompt: string }).prompt),
  );
  const next = randomBelow(17);
  const month: Month = {
    ...{ requests, tiers: { 1: 0, 2: 0, 3: 0 }, costUsd: 0, level3CostUsd: 0 },
    level3Price: `${LEVEL3_MODEL}: ${targets[2]!.price!.inputUsdPerMtok} in, ${targets[2]!.price!.outputUsdPerMtok} out`,
    quality: { routed: 0, level3: 0, level1: 0, random: 0, requests: 0 },
    splits: splitLooks(labelled, chances, rounds),
  };
  const drawn: Row[] = [];
  for (let i = 0; i < requests; i += 1) {
    const row = next(1000) < 1000 * LABELLED_SHARE ? labelled[next(labelled.length)]! : null;
    const prompt = row?.prompt ?? everyday[next(everyday.length)]!;
    const { tier, costMicrousd, level3Microusd } = decided(prompt, row);
    month.tiers[tier] += 1;
    month.costUsd += costMicrousd / 1e6;
    month.level3CostUsd += level3Microusd / 1e6;
    if (row === null) continue;
    drawn.push(row);
    month.quality.routed += outcomesOf(row)[tier];
  }
  const n = drawn.length;
  const mean = (of: (row: Row) => number): number => drawn.reduce((sum, row) => sum + of(row), 0) / n;
  const means = { 1: mean(({ weak }) => weak), 2: mean(({ mid }) => mid!), 3: mean(({ strong }) => strong) };
  const shares = [1, 2, 3].map(
    (tier) => drawn.filter(({ prompt }) => known.get(prompt)!.tier === tier).length / n,
  );
  month.quality = {
    ...{ routed: month.quality.routed / n, level3: means[3], level1: means[1], requests: n },
    random: shares[0]! * means[1] + shares[1]! * means[2] + shares[2]! * means[3],
  };
  return month;
}
