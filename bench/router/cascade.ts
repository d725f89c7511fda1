// A cascade of two real local models: the weaker answers, and its own confidence decides whether the answer stands. Beside it a
// router that sees the prompt alone. An answer is right when it is the stronger model's, word for word.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { Cancellation } from '../../contract/cancellation.ts';
import type { ChatCompletion, ChatRequest } from '../../contract/chat.ts';
import type { Capabilities, Target } from '../../contract/tier.ts';
import { meanAgreement } from '../../policies/draft/agreement.ts';
import { gapOf } from '../../policies/gap/gap.ts';
import { fitOwnTraffic, ownOdds } from '../../policies/gap/own-traffic.ts';
import { areaUnderRoc, qualityCurve, scoreRouter } from '../../policies/gap/training/metrics.ts';
import { draftOf } from '../../tiers/draft-reader.ts';
import { localRunner } from '../../tiers/local.ts';
import { LocalHost } from '../../tiers/local-host.ts';
import { LEAST_TEMPERATURE } from '../../tiers/sample.ts';

/** What a call of the weaker model costs, of one of the stronger. Whoever is kept low pays it; the cascade pays it for all that it drafts. */
export const WEAK_COST = 0.05;
const ANSWER_TOKENS = 24;
/** Times that a draft is asked for again for its agreement with itself. */
const SAMPLES = 3;

export interface CascadeCurve {
  router: string;
  /** Cost of a request, of a call of the stronger model; and the share of right answers. */
  points: { cost: number; quality: number }[];
  /** Of "the weaker model's answer is wrong". */
  auc: number;
  /** Area between the curve and the line from all weak to all strong, by cost; 0.5 is the line. */
  apgr: number;
  /** Mean quality over the costs from the weak call alone to all strong. */
  meanQuality: number;
  /** Over the same costs, less the quality of the better router by the prompt alone: the least, and the mean. Null for those. */
  aboveRouter: { least: number; mean: number } | null;
}

export interface CascadeResult {
  weak: string;
  strong: string;
  prompts: number;
  weakRight: number;
  curves: CascadeCurve[];
}

const CAPABILITIES: Capabilities = {
  tools: false,
  jsonMode: false,
  jsonSchema: false,
  vision: false,
  audio: false,
  logprobs: true,
  multipleChoices: false,
};

/** Openings of stories, all different, made of words that small children know. */
export function storyOpenings(count: number): string[] {
  const names = 'Lily Tom Ben Mia Sam Anna Max Lucy Tim Sue'.split(' ');
  const animals = 'dog cat bird bear frog fish cow duck mouse rabbit'.split(' ');
  const places = 'park house garden forest store beach farm pond kitchen school'.split(' ');
  const deeds =
    'wanted to play|found a red ball|was very sad|saw a big tree|lost a toy|made a cake|heard a loud noise'.split(
      '|',
    );
  const forms = [
    (n: string, a: string, _: string, d: string) =>
      `Once upon a time, there was a little ${a} named ${n}. One day, ${n} ${d}`,
    (n: string, a: string, p: string, d: string) => `${n} and the ${a} went to the ${p}. ${n} ${d}`,
    (n: string, a: string, p: string, d: string) => `In the ${p}, a ${a} ${d}. Then ${n} came and`,
  ];
  return Array.from({ length: count }, (_, i) =>
    forms[i % forms.length]!(
      names[(i * 7) % names.length]!,
      animals[(i * 3 + Math.floor(i / 10)) % animals.length]!,
      places[(i * 9 + Math.floor(i / 30)) % places.length]!,
      deeds[(i * 5 + Math.floor(i / 70)) % deeds.length]!,
    ),
  );
}

interface Given {
  text: string;
  meanLogprob: number;
  meanEntropy: number;
  minMargin: number;
  /** Of each token: its log probability, and how much likelier it was than the next. */
  tokens: { logprob: number; margin: number }[];
  /** With its samples, 0 ... 1; 1 without any. */
  agreement: number;
}

/** Of the first tokens, which an early judgement sees. */
const FIRST_TOKENS = 8;

/** What a small model reads of an answer's own confidence. */
function signalsOf({ meanLogprob, meanEntropy, minMargin, tokens }: Given): number[] {
  const margins = tokens.map(({ margin }) => margin).sort((a, b) => a - b);
  const first = tokens.slice(0, FIRST_TOKENS);
  const meanOf = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return [
    meanLogprob,
    meanEntropy,
    minMargin,
    Math.log(0.01 + minMargin),
    margins[1] ?? 1,
    // A token goes otherwise where two were about as likely: the expected number of such places.
    tokens.reduce((sum, { margin }) => sum + Math.exp(-margin / 0.05), 0),
    Math.min(0, ...tokens.map(({ logprob }) => logprob)),
    meanOf(first.map(({ logprob }) => logprob)),
    Math.min(1, ...first.map(({ margin }) => margin)),
    tokens.length,
  ];
}

async function answersOf(file: string, prompts: readonly string[], samples: number): Promise<Given[]> {
  const target: Target = {
    ...{ id: `local/${basename(file)}`, tier: 1, zone: 'device', provider: 'local', model: basename(file) },
    ...{ contextWindow: null, capabilities: CAPABILITIES, price: null },
  };
  const runner = localRunner(target, new LocalHost({ modelFile: file, log: () => {} }));
  const ask = async (content: string, more: Partial<ChatRequest>): Promise<ChatCompletion> => {
    const messages = [{ role: 'user' as const, content }];
    const answer = await runner.chat(
      { request: { model: target.model, messages, max_tokens: ANSWER_TOKENS, ...more }, redacted: false },
      { requestId: 'bench', signal: new Cancellation() },
    );
    if (answer.kind !== 'completion') throw new Error('a whole answer was asked for');
    return answer.completion;
  };
  try {
    const given: Given[] = [];
    for (const content of prompts) {
      const completion = await ask(content, { temperature: 0, logprobs: true, top_logprobs: 2 });
      const draft = draftOf(completion);
      const { text, confidence } = draft;
      const again = await Promise.all(
        Array.from({ length: samples }, async (_, seed) =>
          draftOf(await ask(content, { temperature: LEAST_TEMPERATURE, seed })),
        ),
      );
      const { content: said } = completion.choices[0]!['logprobs'] as {
        content: { logprob: number; top_logprobs: { logprob: number }[] }[];
      };
      given.push({
        text,
        meanLogprob: confidence?.meanLogprob ?? 0,
        meanEntropy: confidence?.meanEntropy ?? 0,
        minMargin: confidence?.minMargin ?? 0,
        tokens: said.map(({ logprob, top_logprobs }) => {
          const [one = 0, two = 0] = top_logprobs.map((top) => Math.exp(top.logprob)).sort((a, b) => b - a);
          return { logprob, margin: one - two };
        }),
        agreement: samples === 0 ? 1 : meanAgreement(draft, again),
      });
    }
    return given;
  } finally {
    await runner.close();
  }
}

type Point = CascadeCurve['points'][number];

const STEPS = 200;
const COSTS = Array.from({ length: STEPS + 1 }, (_, i) => WEAK_COST + ((1 - WEAK_COST) * i) / STEPS);

function qualityAt(points: readonly Point[], cost: number): number {
  const after = points.findIndex((point) => point.cost >= cost - 1e-12);
  if (after < 0) return points.at(-1)!.quality;
  const [a, b] = [points[Math.max(0, after - 1)]!, points[after]!];
  return b.cost === a.cost
    ? b.quality
    : a.quality + ((cost - a.cost) / (b.cost - a.cost)) * (b.quality - a.quality);
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** By logistic regressions on the other half of the prompts, each. */
function unseenDoubts(signals: readonly number[][], wrong: readonly number[]): number[] {
  const doubts = new Array<number>(wrong.length);
  for (const half of [0, 1]) {
    const fitted = fitOwnTraffic(
      signals.flatMap((values, i) =>
        i % 2 === half ? [] : [{ values, baseOdds: 0, kind: '', label: wrong[i]! }],
      ),
    );
    signals.forEach((values, i) => {
      if (i % 2 === half) doubts[i] = ownOdds(fitted, values, 0, '');
    });
  }
  return doubts;
}

/**
 * The cascade, and from the share of escalations on where a draft no longer earns its call, requests that go straight up, by their
 * id; where that is, each half of the prompts learns from the other.
 */
function withStraightUp(wrong: readonly number[], doubts: readonly number[]): Point[] {
  const halves = [0, 1].map((half) => {
    const own = wrong.flatMap((_, i) => (i % 2 === half ? [i] : []));
    const outcomes = own.map((i) => ({ weak: 1 - wrong[i]!, strong: 1 }));
    return qualityCurve(
      outcomes,
      own.map((i) => doubts[i]!),
    ).map(({ share, quality }) => ({ cost: WEAK_COST + share, quality }));
  });
  /** Where the line to "all strong" is the steepest hull: least quality missing for each cost that is left. */
  const kneeOf = (points: readonly Point[]): number =>
    points
      .filter(({ cost }) => cost < 1)
      .reduce((best, each) =>
        (1 - each.quality) / (1 - each.cost) < (1 - best.quality) / (1 - best.cost) ? each : best,
      ).cost;
  return COSTS.map((cost) => ({
    cost,
    quality: meanOf(
      halves.map((points, half) => {
        const knee = kneeOf(halves[1 - half]!);
        const start = qualityAt(points, knee);
        return cost <= knee ? qualityAt(points, cost) : start + ((cost - knee) / (1 - knee)) * (1 - start);
      }),
    ),
  }));
}

/** Null: the files or the engine are not there. */
export async function cascadePair(
  weak: string,
  strong: string,
  count: number,
): Promise<CascadeResult | null> {
  if (!existsSync(weak) || !existsSync(strong)) return null;
  const prompts = storyOpenings(count);
  const [drafts, finals] = [await answersOf(weak, prompts, SAMPLES), await answersOf(strong, prompts, 0)];
  const outcomes = drafts.map(({ text }, i) => ({ weak: text === finals[i]!.text ? 1 : 0, strong: 1 }));
  const wrong = outcomes.map((outcome) => 1 - outcome.weak);
  const gaps = prompts.map(
    (ask) =>
      gapOf({ ask, task: 'creative', promptTokens: 40, turns: 1, tools: 0, strictOutput: false })['1|2'],
  );
  /** drafts: calls of the weaker model for every request; 0: for those alone that are kept low. */
  const pointsOf = (scores: readonly number[], drafts: number): Point[] =>
    qualityCurve(outcomes, scores).map(({ share, quality }) => ({
      cost: WEAK_COST * (drafts > 0 ? drafts : 1 - share) + share,
      quality,
    }));
  const length = prompts.map((prompt) => prompt.length);
  const byPrompt = [pointsOf(gaps, 0), pointsOf(length, 0)];
  const routerAt = COSTS.map((cost) => Math.max(...byPrompt.map((points) => qualityAt(points, cost))));
  const curve = (router: string, scores: readonly number[], points: Point[] | null = null): CascadeCurve => {
    const isCascade = router.startsWith('answer');
    const drawn = points ?? pointsOf(scores, Number(isCascade));
    const qualities = COSTS.map((cost) => qualityAt(drawn, cost));
    const above = qualities.map((quality, i) => quality - routerAt[i]!);
    return {
      ...{ router, points: drawn },
      auc: areaUnderRoc(wrong, scores),
      apgr: scoreRouter(outcomes, scores).apgr,
      meanQuality: meanOf(qualities),
      aboveRouter: isCascade ? { least: Math.min(...above), mean: meanOf(above) } : null,
    };
  };
  const disagreements = drafts.map(({ agreement }) => -agreement);
  const logprobs = drafts.map(({ meanLogprob }) => -meanLogprob);
  const doubts = unseenDoubts(drafts.map(signalsOf), wrong);
  return {
    weak: basename(weak),
    strong: basename(strong),
    prompts: prompts.length,
    weakRight: meanOf(outcomes.map((outcome) => outcome.weak)),
    curves: [
      curve('prompt: gap model', gaps),
      curve('prompt: length', length),
      curve('answer: mean log probability', logprobs),
      curve(
        'answer: mean entropy',
        drafts.map(({ meanEntropy }) => meanEntropy),
      ),
      curve(
        'answer: smallest margin',
        drafts.map(({ minMargin }) => -minMargin),
      ),
      curve('answer: all signals, logistic', doubts),
      curve(`answer: ${SAMPLES} samples of it`, disagreements, pointsOf(disagreements, 1 + SAMPLES)),
      curve('answer: log probability, straight up', logprobs, withStraightUp(wrong, logprobs)),
      curve('answer: all signals, straight up', doubts, withStraightUp(wrong, doubts)),
    ],
  };
}
