// Cascades of real local models: the weaker answers, and its own confidence decides whether the answer stands. Beside them routers
// that see the prompt alone. An answer is right when it is the stronger model's, word for word.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { Cancellation } from '../../contract/cancellation.ts';
import type { ChatCompletion, ChatRequest } from '../../contract/chat.ts';
import type { Capabilities, Target } from '../../contract/tier.ts';
import { meanAgreement } from '../../policies/draft/agreement.ts';
import { gapOf } from '../../policies/gap/gap.ts';
import { meanOf } from '../../policies/gap/training/fit.ts';
import { areaUnderRoc } from '../../policies/gap/training/metrics.ts';
import { draftOf } from '../../tiers/draft-reader.ts';
import { localRunner } from '../../tiers/local.ts';
import { LocalHost } from '../../tiers/local-host.ts';
import { LEAST_TEMPERATURE } from '../../tiers/sample.ts';
import { type Bands, bandsOf, costsFrom, settingsOf } from './cascade-curves.ts';
import { learnedCascade, type Setting, type Stage, unseenChances } from './cascade-policy.ts';

/** What a call of the weaker model costs, of one of the stronger. Whoever is kept low pays it; the cascade pays it for all that it drafts. */
export const WEAK_COST = 0.05;
const ANSWER_TOKENS = 24;

export interface CascadeCurve extends Bands {
  router: string;
  /** Sees the prompt alone: one of those that the others are compared with. */
  isByPrompt: boolean;
  /** Of "the weaker model's answer is wrong". */
  auc: number;
}

export interface CascadeResult {
  weak: string;
  strong: string;
  prompts: number;
  weakRight: number;
  /** Of a request, of a call of the stronger model: where the curves are looked at. */
  costs: number[];
  curves: CascadeCurve[];
}

export interface CascadeOptions {
  prompts: number;
  /** Of bootstrap. */
  rounds: number;
  /** Times that a draft is asked for again for its agreement with itself; 0: not looked at. */
  samples: number;
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

/** Openings of stories, all different, made of words that small children know; `count` at most 900. */
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
  const openings = new Set<string>();
  for (let i = 0; openings.size < count; i += 1)
    openings.add(
      forms[i % forms.length]!(
        names[(i * 7) % names.length]!,
        animals[(i * 3 + Math.floor(i / 10)) % animals.length]!,
        places[(i * 9 + Math.floor(i / 30)) % places.length]!,
        deeds[(i * 5 + Math.floor(i / 70)) % deeds.length]!,
      ),
    );
  return [...openings];
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

/** What a small model reads of how sure the weaker one was of its tokens. */
function signalsOf(tokens: Given['tokens']): number[] {
  const margins = tokens.map(({ margin }) => margin).sort((a, b) => a - b);
  const logprobs = tokens.map(({ logprob }) => logprob);
  const least = margins[0] ?? 1;
  return [
    meanOf(logprobs),
    Math.min(0, ...logprobs),
    least,
    Math.log(0.01 + least),
    margins[1] ?? 1,
    // A token goes otherwise where two were about as likely: the expected number of such places.
    tokens.reduce((sum, { margin }) => sum + Math.exp(-margin / 0.05), 0),
    tokens.reduce((sum, { margin }) => sum + Math.exp(-margin / 0.15), 0),
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

/** Null: the files or the engine are not there. */
export async function cascadePair(
  weak: string,
  strong: string,
  { prompts: count, rounds, samples }: CascadeOptions,
): Promise<CascadeResult | null> {
  if (!existsSync(weak) || !existsSync(strong)) return null;
  const prompts = storyOpenings(count);
  const [drafts, finals] = [await answersOf(weak, prompts, samples), await answersOf(strong, prompts, 0)];
  const right = drafts.map(({ text }, i) => Number(text === finals[i]!.text));
  const wrong = right.map((each) => 1 - each);
  const gaps = prompts.map(
    (ask) =>
      gapOf({ ask, task: 'creative', promptTokens: 40, turns: 1, tools: 0, strictOutput: false })['1|2'],
  );
  const length = prompts.map((prompt) => prompt.length);
  const ofPrompt = prompts.map((prompt, i) => [
    Math.log(gaps[i]! / (1 - gaps[i]!)),
    Math.log(length[i]!),
    prompt.split(' ').length,
  ]);
  const promptStage: Stage = { paid: 0, values: ofPrompt };
  const stageAt = (tokens: number): Stage => ({
    paid: (WEAK_COST * tokens) / ANSWER_TOKENS,
    values: drafts.map((draft, i) => [...ofPrompt[i]!, ...signalsOf(draft.tokens.slice(0, tokens))]),
  });
  const whole = stageAt(ANSWER_TOKENS);
  const plain = learnedCascade([promptStage, whole], right);
  const early = learnedCascade([promptStage, stageAt(FIRST_TOKENS), whole], right);
  const doubts = (chances: readonly number[]): number[] => chances.map((chance) => -chance);

  const byPrompt = (router: string, scores: readonly number[]) => ({
    ...{ router, isByPrompt: true, auc: areaUnderRoc(wrong, scores) },
    settings: settingsOf(scores, right, { drafts: 0, kept: WEAK_COST }),
  });
  const byAnswer = (router: string, scores: readonly number[], calls = 1) => ({
    ...{ router, isByPrompt: false, auc: areaUnderRoc(wrong, scores) },
    settings: settingsOf(scores, right, { drafts: WEAK_COST * calls, kept: 0 }),
  });
  const learned = (router: string, { settings, chances }: typeof plain) => ({
    ...{ router, isByPrompt: false, auc: areaUnderRoc(wrong, doubts(chances)), settings },
  });
  const curves: { router: string; isByPrompt: boolean; auc: number; settings: Setting[] }[] = [
    byPrompt('prompt: gap model', gaps),
    byPrompt('prompt: length', length),
    byPrompt('prompt: learned from the same', doubts(unseenChances(ofPrompt, right))),
    byAnswer(
      'answer: mean log probability',
      drafts.map(({ meanLogprob }) => -meanLogprob),
    ),
    byAnswer(
      'answer: mean entropy',
      drafts.map(({ meanEntropy }) => meanEntropy),
    ),
    byAnswer(
      'answer: smallest margin',
      drafts.map(({ minMargin }) => -minMargin),
    ),
    ...(samples === 0
      ? []
      : [
          byAnswer(
            `answer: ${samples} samples of it`,
            drafts.map(({ agreement }) => -agreement),
            1 + samples,
          ),
        ]),
    learned('prompt and answer, learned', plain),
    learned(`the same, a look at ${FIRST_TOKENS} tokens`, early),
  ];
  const costs = costsFrom(WEAK_COST);
  const bands = bandsOf(
    curves.map(({ settings }) => settings),
    curves.flatMap(({ settings, isByPrompt }) => (isByPrompt ? [settings] : [])),
    costs,
    rounds,
  );
  return {
    ...{ weak: basename(weak), strong: basename(strong), prompts: prompts.length, costs },
    weakRight: meanOf(right),
    curves: curves.map(({ router, isByPrompt, auc }, i) => ({ router, isByPrompt, auc, ...bands[i]! })),
  };
}
