// Whether the low tier's answer is worth the high tier's: by form where form decides; else by the meaning, as embeddings of the
// local engine or a judge model tell it. Without either, prose that differs counts as a loss.
import { randomUUID } from 'node:crypto';
import { Cancellation } from '../../contract/cancellation.ts';
import type { ChatMessage, ChatRequest } from '../../contract/chat.ts';
import { GatewayError } from '../../contract/errors.ts';
import { sameAnswer } from '../../policies/equivalence.ts';
import { answer, type Gateway } from '../pipeline.ts';
import type { AnsweredCapture } from './answers.ts';

/** True: the low answer is as good. */
export type Judge = (pair: AnsweredCapture) => Promise<boolean>;

const textOf = ({ content }: ChatMessage): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('');

/** Form first; `otherwise` for prose that differs. */
const byForm =
  (otherwise: Judge): Judge =>
  async (pair) =>
    sameAnswer(pair.low.message, pair.high.message) ?? otherwise(pair);

export const formJudge: Judge = byForm(async () => false);

function cosine(a: readonly number[], b: readonly number[]): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    dot += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return dot / Math.sqrt(aa * bb || 1);
}

/** @param embedder a local target: answers are not sent anywhere to be compared @throws {GatewayError} CONFIG_INVALID */
export function embeddingJudge(gateway: Gateway, embedder: string, minSimilarity: number): Judge {
  const runner = gateway.runners.get(embedder)?.runner;
  if (runner?.target.provider !== 'local') {
    const local = [...gateway.runners.values()].filter(
      ({ runner: { target } }) => target.provider === 'local',
    );
    throw new GatewayError(
      'CONFIG_INVALID',
      `the embedder ${embedder} is no local target; the config has: ${local.map(({ runner: { target } }) => target.id).join(', ') || 'none'}`,
    );
  }
  return byForm(async ({ low, high }) => {
    const messages = [low, high].map(({ message }) => ({ role: 'user' as const, content: textOf(message) }));
    const given = await runner.chat(
      { request: { model: embedder, messages }, redacted: false, surface: 'embeddings' },
      { requestId: 'calibrate', signal: new Cancellation() },
    );
    if (given.kind !== 'completion') return false;
    const data = given.completion['data'] as { embedding: number[] }[];
    return cosine(data[0]!.embedding, data[1]!.embedding) >= minSimilarity;
  });
}

const question = (ask: string, first: string, second: string, asked: 'first' | 'second'): string =>
  `Two answers to one request. Is the ${asked} at least as good as the other: as correct, as complete, as well in the form that was asked for? Say only yes or no.

<request>
${ask}
</request>
<first>
${first}
</first>
<second>
${second}
</second>`;

/**
 * Asks a model twice, with the answers in both places: models prefer a place. The low answer is as good where both say so. Costs are recorded like any request's.
 */
export function modelJudge(gateway: Gateway, target: string): Judge {
  const asked = async (pair: AnsweredCapture, content: string): Promise<boolean> => {
    const request: ChatRequest = {
      model: target,
      messages: [{ role: 'user', content }],
      temperature: 0,
      max_tokens: 8,
    };
    const reply = await answer(gateway, {
      request,
      requestId: `${pair.capture.id}-judge-${randomUUID().slice(0, 8)}`,
      surface: 'chat.completions',
      caller: pair.capture.caller,
      headers: {},
      cancellation: new Cancellation(),
    });
    if (reply.kind !== 'completion') return false;
    const { choices } = JSON.parse(reply.body) as { choices: { message: ChatMessage }[] };
    return /^\W*yes\b/i.test(textOf(choices[0]!.message));
  };
  return byForm(async (pair) => {
    const ask = textOf(
      pair.request.messages.findLast(({ role }) => role === 'user') ?? { role: 'user', content: '' },
    );
    const [low, high] = [textOf(pair.low.message), textOf(pair.high.message)];
    return (
      (await asked(pair, question(ask, low, high, 'first'))) &&
      (await asked(pair, question(ask, high, low, 'second')))
    );
  });
}

export interface JudgeChoice {
  /** Target that is asked; or local target whose embeddings are compared; neither: form alone. */
  judge?: string | undefined;
  embedder?: string | undefined;
  minSimilarity: number;
}

/** @throws {GatewayError} CONFIG_INVALID for a name that is no target */
export function judgeOf(gateway: Gateway, { judge, embedder, minSimilarity }: JudgeChoice): Judge {
  if (judge !== undefined) {
    if (gateway.runners.has(judge)) return modelJudge(gateway, judge);
    throw new GatewayError(
      'CONFIG_INVALID',
      `the judge ${judge} is no target; the config has: ${[...gateway.runners.keys()].join(', ')}`,
    );
  }
  return embedder === undefined ? formJudge : embeddingJudge(gateway, embedder, minSimilarity);
}
