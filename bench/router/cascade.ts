// A cascade of two real local models: the weaker answers, and its own confidence decides whether the answer stands. Beside it a
// router that sees the prompt alone. An answer is right when it is the stronger model's, word for word.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { Cancellation } from '../../contract/cancellation.ts';
import type { Capabilities, Target } from '../../contract/tier.ts';
import { gapOf } from '../../policies/gap/gap.ts';
import { areaUnderRoc, qualityCurve, scoreRouter } from '../../policies/gap/training/metrics.ts';
import { draftOf } from '../../tiers/draft-reader.ts';
import { localRunner } from '../../tiers/local.ts';
import { LocalHost } from '../../tiers/local-host.ts';

/** What a call of the weaker model costs, of one of the stronger: the cascade pays it for every request. */
export const WEAK_COST = 0.05;
const ANSWER_TOKENS = 24;

export interface CascadeCurve {
  router: string;
  /** Cost of a request, of a call of the stronger model; and the share of right answers. */
  points: { cost: number; quality: number }[];
  /** Of "the weaker model's answer is wrong". */
  auc: number;
  /** Area between the curve and the line from all weak to all strong, by cost; 0.5 is the line. */
  apgr: number;
  /** Mean quality over costs that both kinds of router can have, from the weak call to all strong. */
  meanQuality: number;
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
}

async function answersOf(file: string, prompts: readonly string[]): Promise<Given[]> {
  const target: Target = {
    ...{ id: `local/${basename(file)}`, tier: 1, zone: 'device', provider: 'local', model: basename(file) },
    ...{ contextWindow: null, capabilities: CAPABILITIES, price: null },
  };
  const runner = localRunner(target, new LocalHost({ modelFile: file, log: () => {} }));
  try {
    const given: Given[] = [];
    for (const content of prompts) {
      const answer = await runner.chat(
        {
          request: {
            model: target.model,
            messages: [{ role: 'user', content }],
            max_tokens: ANSWER_TOKENS,
            temperature: 0,
          },
          redacted: false,
        },
        { requestId: 'bench', signal: new Cancellation() },
      );
      if (answer.kind !== 'completion') throw new Error('a whole answer was asked for');
      const { text, confidence } = draftOf(answer.completion);
      given.push({
        text,
        meanLogprob: confidence?.meanLogprob ?? 0,
        meanEntropy: confidence?.meanEntropy ?? 0,
        minMargin: confidence?.minMargin ?? 0,
      });
    }
    return given;
  } finally {
    await runner.close();
  }
}

/** Mean of a curve's quality over the costs from `low` to 1. */
function meanOver(points: readonly { cost: number; quality: number }[], low: number): number {
  const at = (cost: number): number => {
    const after = points.findIndex((point) => point.cost >= cost);
    if (after < 0) return points.at(-1)!.quality;
    const [a, b] = [points[Math.max(0, after - 1)]!, points[after]!];
    return b.cost === a.cost
      ? b.quality
      : a.quality + ((cost - a.cost) / (b.cost - a.cost)) * (b.quality - a.quality);
  };
  const steps = 200;
  let sum = 0;
  for (let i = 0; i <= steps; i += 1) sum += at(low + ((1 - low) * i) / steps);
  return sum / (steps + 1);
}

/** Null: the files or the engine are not there. */
export async function cascadePair(
  weak: string,
  strong: string,
  count: number,
): Promise<CascadeResult | null> {
  if (!existsSync(weak) || !existsSync(strong)) return null;
  const prompts = storyOpenings(count);
  const [drafts, finals] = [await answersOf(weak, prompts), await answersOf(strong, prompts)];
  const outcomes = drafts.map(({ text }, i) => ({ weak: text === finals[i]!.text ? 1 : 0, strong: 1 }));
  const wrong = outcomes.map((outcome) => 1 - outcome.weak);
  const curve = (router: string, scores: readonly number[], always: number): CascadeCurve => {
    const points = qualityCurve(outcomes, scores).map(({ share, quality }) => ({
      cost: always + share,
      quality,
    }));
    return {
      ...{ router, points },
      auc: areaUnderRoc(wrong, scores),
      apgr: scoreRouter(outcomes, scores).apgr,
      meanQuality: meanOver(points, WEAK_COST),
    };
  };
  const gaps = prompts.map(
    (ask) => gapOf({ ask, task: 'chat', promptTokens: 40, turns: 1, tools: 0, strictOutput: false })['1|2'],
  );
  return {
    weak: basename(weak),
    strong: basename(strong),
    prompts: prompts.length,
    weakRight: outcomes.reduce((sum, outcome) => sum + outcome.weak, 0) / outcomes.length,
    curves: [
      curve('prompt: gap model', gaps, 0),
      curve(
        'prompt: length',
        prompts.map(({ length }) => length),
        0,
      ),
      curve(
        'answer: mean log probability',
        drafts.map(({ meanLogprob }) => -meanLogprob),
        WEAK_COST,
      ),
      curve(
        'answer: mean entropy',
        drafts.map(({ meanEntropy }) => meanEntropy),
        WEAK_COST,
      ),
      curve(
        'answer: smallest margin',
        drafts.map(({ minMargin }) => -minMargin),
        WEAK_COST,
      ),
    ],
  };
}
