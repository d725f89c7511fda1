// Pairs of real local models with requests of which one can tell whether an answer is right: story openings, where the stronger model's
// words are what is right; and tasks that the model in the box was trained for, where the right answer is known.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { FileTypeName } from '../../engine/quantize/file-types.ts';
import { draftsOf, type GivenDraft } from '../../models/acceptance/drafts.ts';
import { isRight, taskItems } from '../../models/acceptance/items.ts';
import { boxModelAs } from '../../models/acceptance/train.ts';
import { meanAgreement } from '../../policies/draft/agreement.ts';
import { kindOf } from '../../policies/gap/own-traffic.ts';
import { gatherFacts } from '../../router/facts.ts';
import type { PairRequest } from './cascade-policy.ts';

/** Of the first tokens, which an early judgement sees. */
export const FIRST_TOKENS = 8;
const STORY_TOKENS = 24;
const TASK_TOKENS = 160;

export interface Pair {
  weak: string;
  strong: string;
  /** What counts as right. */
  truth: string;
  requests: (PairRequest & {
    chars: number;
    /** Of the draft with its samples, 0 ... 1; null: there are none. */
    agreement: number | null;
  })[];
}

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

function requestsOf(
  asked: readonly { messages: { role: string; content?: unknown }[] }[],
  drafts: readonly GivenDraft[],
  right: (i: number) => { weak: number; strong: number },
): Pair['requests'] {
  return asked.flatMap(({ messages }, i) => {
    const { draft, samples } = drafts[i]!;
    if (draft.confidence === null || draft.confidence.tokens === 0) return [];
    const request = { model: 'auto', messages } as Parameters<typeof gatherFacts>[0];
    const context = { requestId: `${i}`, surface: 'chat.completions', caller: 'bench', headers: {} };
    const { task, promptTokens } = gatherFacts(
      request,
      { ...context, now: new Date(0) },
      { counts: {}, sensitivity: 'public' },
    );
    const ask = String(messages.at(-1)!.content);
    return [
      {
        id: `${i}`,
        prompt: {
          ...{ ask, task, promptTokens, turns: 1, tools: 0, strictOutput: false },
          kind: kindOf('bench', task),
        },
        ...{ confidence: draft.confidence, chars: ask.length },
        agreement: samples.length === 0 ? null : meanAgreement(draft, samples),
        ...right(i),
      },
    ];
  });
}

/** Null: the files are not there. */
export async function storyPair(
  weak: string,
  strong: string,
  count: number,
  samples: number,
): Promise<Pair | null> {
  if (!existsSync(weak) || !existsSync(strong)) return null;
  const asked = storyOpenings(count).map((content) => ({ messages: [{ role: 'user' as const, content }] }));
  const options = { maxTokens: STORY_TOKENS, earlyTokens: FIRST_TOKENS };
  const drafts = await draftsOf(weak, asked, { ...options, samples });
  const finals = await draftsOf(strong, asked, options);
  return {
    ...{ weak: basename(weak), strong: basename(strong) },
    truth: 'story openings; right is what the stronger model says, word for word',
    requests: requestsOf(asked, drafts, (i) => ({
      weak: Number(drafts[i]!.draft.text === finals[i]!.draft.text),
      strong: 1,
    })),
  };
}

/**
 * The model in the box with fewer bits a weight before itself, and itself before the right answers: what a stronger tier that is always
 * right would show. Null: there is no python3 to make the requests.
 */
export async function taskPairs(
  types: readonly FileTypeName[],
  folder: string,
  count: number,
): Promise<Pair[] | null> {
  const items = taskItems('bench', count);
  if (items === null) return null;
  const options = { maxTokens: TASK_TOKENS, earlyTokens: FIRST_TOKENS };
  const answers = async (type: FileTypeName): Promise<GivenDraft[]> =>
    draftsOf(await boxModelAs(type, folder), items, options);
  const shipped = await answers('Q8_0');
  const isRightIn = (given: readonly GivenDraft[], i: number): number =>
    Number(isRight(items[i]!, given[i]!.draft.text));
  const truth = 'mixed tasks whose right answers are known';
  const pairs: Pair[] = [];
  for (const type of types) {
    const drafts = await answers(type);
    pairs.push({
      ...{ weak: `tiergate-nano ${type}`, strong: 'tiergate-nano Q8_0', truth },
      requests: requestsOf(items, drafts, (i) => ({
        weak: isRightIn(drafts, i),
        strong: isRightIn(shipped, i),
      })),
    });
  }
  pairs.push({
    ...{ weak: 'tiergate-nano Q8_0', strong: 'the right answers (no model)', truth },
    requests: requestsOf(items, shipped, (i) => ({ weak: isRightIn(shipped, i), strong: 1 })),
  });
  return pairs;
}
