// What a file of the model does with the held-out requests: answers over the OpenAI protocol as any client gets them, perplexity of
// the right answers, and logits beside another implementation's.

import type { KvType } from '../../engine/memory-plan.ts';
import { Model } from '../../engine/model.ts';
import { addRows, logSumExp, Perplexity } from '../../engine/score.ts';
import { startHost } from '../../engine/serve.ts';
import { type Item, itemsOf, schemaOf, score, TASKS, type Task } from './items.ts';

export interface Answer {
  task: Task;
  item: Item;
  text: string;
  score: number;
}

const MOST_TOKENS = 160;

/** Every request once, greedily; extraction is held to its schema. `onAnswer` is called after each. */
export async function answers(modelFile: string, onAnswer: () => void = () => {}): Promise<Answer[]> {
  const host = await startHost({ modelFile, listen: { port: 0 } });
  try {
    const all: Answer[] = [];
    for (const task of TASKS) {
      for (const item of itemsOf(task)) {
        const format = task === 'extract' && {
          response_format: { type: 'json_schema', json_schema: { name: 'fields', schema: schemaOf(item) } },
        };
        const response = await fetch(`${host.address}/v1/chat/completions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            messages: [{ role: 'user', content: item.user }],
            temperature: 0,
            max_tokens: MOST_TOKENS,
            ...format,
          }),
        });
        const body = (await response.json()) as { choices: [{ message: { content: string } }] };
        if (!response.ok) throw new Error(`${task}: ${JSON.stringify(body)}`);
        const text = body.choices[0].message.content;
        all.push({ task, item, text, score: score(task, item, text) });
        onAnswer();
      }
    }
    return all;
  } finally {
    await host.close();
  }
}

const wanted = ({ want }: Item): string => (typeof want === 'string' ? want : JSON.stringify(want));

interface Exchange {
  /** Prompt and answer. */
  tokens: Int32Array;
  answerAt: number;
}

/** Those whose right answer is one text. */
export function exchanges(model: Model): Exchange[] {
  const items = TASKS.flatMap((task) => itemsOf(task).filter(({ want }) => want !== undefined));
  return items.map((item) => {
    const messages = [{ role: 'user' as const, content: item.user }];
    const prompt = model.promptTokens(model.chatTemplate.render({ messages }));
    const answer = model.tokenize(wanted(item));
    return { tokens: Int32Array.of(...prompt, ...answer, model.info.eosToken), answerAt: prompt.length };
  });
}

/** Logits at every position of each exchange, (positions, n_vocab). */
export async function* logitsOf(
  model: Model,
  all: readonly Exchange[],
  kvType: KvType = 'f16',
): AsyncGenerator<Float32Array> {
  const engine = model.createEngine({ contextTokens: 512, kvTokens: 0, batchTokens: 512, kvType });
  try {
    for (const { tokens } of all) {
      const session = engine.newSession();
      const [result] = await engine.step([{ session, tokens, sample: false, nTop: 0, allLogits: true }]);
      session.close();
      yield result!.logits!;
    }
  } finally {
    engine.close();
  }
}

/** Of the right answers, given their requests. */
export async function answerPerplexity(modelFile: string): Promise<Perplexity> {
  const model = await Model.open(modelFile);
  try {
    const all = exchanges(model);
    const perplexity = new Perplexity();
    let i = 0;
    for await (const logits of logitsOf(model, all)) {
      const { tokens, answerAt } = all[i++]!;
      const rows = logits.subarray((answerAt - 1) * model.info.nVocab);
      addRows({ logits: rows, targets: tokens.subarray(answerAt) }, model.info.nVocab, perplexity);
    }
    return perplexity;
  } finally {
    model.close();
  }
}

/** KL(p || q) of one position, nats. */
export function divergence(p: Float32Array, q: Float32Array): number {
  const [sumP, sumQ] = [logSumExp(p), logSumExp(q)];
  let kl = 0;
  for (let id = 0; id < p.length; id++) kl += Math.exp(p[id]! - sumP) * (p[id]! - sumP - (q[id]! - sumQ));
  return Math.max(0, kl);
}
