// A draft model beside the model: the same answers, whatever it guesses; a wrong pair is refused before anything is served.
// Runs the built files in dist/.
import { once } from 'node:events';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { hostPlan } from '../../engine/host-size.ts';
import { checkFits, planLines, planMemory } from '../../engine/memory-plan.ts';
import { startHost } from '../../engine/serve.ts';
import { hostOnPort, spawnHost } from '../support/engine-process.ts';
import { startGateway, waitUntilReady } from '../support/gateway.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

const target = tinyModel({ architecture: 'qwen3', tensorType: 'F32' });
/** The same weights, rounded: mostly right. */
const twin = tinyModel({ architecture: 'qwen3', tensorType: 'Q4_0' });
/** Other weights: mostly wrong. */
const stranger = tinyModel({ architecture: 'llama', tokenizer: 'gpt2', seed: 9 });

interface Answer {
  text: string;
  logprobs: number[];
}

async function answers(url: string): Promise<Answer[]> {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' });
  const requests = Array.from({ length: 12 }, async (_, i) => {
    // They join one after the other, in the middle of each other's answers.
    await new Promise((resolve) => setTimeout(resolve, 15 * i));
    const completion = await client.chat.completions.create({
      model: '',
      messages: [{ role: 'user', content: `${i} Tell me ${'a long story '.repeat(i % 4 === 3 ? 40 : 1)}` }],
      max_tokens: 60,
      temperature: i % 2 === 0 ? 0 : 0.8,
      seed: i,
      logprobs: true,
    });
    const [choice] = completion.choices;
    return {
      text: choice!.message.content ?? '',
      logprobs: choice!.logprobs!.content!.map(({ logprob }) => logprob),
    };
  });
  return Promise.all(requests);
}

async function answersOf(...flags: string[]): Promise<Answer[]> {
  const host = await hostOnPort(target, '--context', '512', ...flags);
  try {
    return await answers(host.url);
  } finally {
    host.child.kill('SIGTERM');
    await once(host.child, 'exit');
  }
}

describe('a host with a draft model', () => {
  it('gives the same tokens and log probabilities as one without, greedy and sampled', async () => {
    const plain = await answersOf('--no-speculation');
    expect(plain.every(({ text }) => text !== '')).toBe(true);
    expect(await answersOf('--draft-model', twin)).toEqual(plain);
    expect(await answersOf('--draft-model', stranger)).toEqual(plain);
  }, 60_000);

  // Whether a guess pays depends on the machine's times of the moment: test/unit/engine/draft-model.test.ts, which holds
  // the clock, shows that guesses are made and taken.
  it('says so and how many guesses were right, and counts it in the memory', async () => {
    const host = await startHost({
      modelFile: target,
      draftModel: twin,
      context: 512,
      listen: { port: 0 },
    });
    try {
      await answers(host.address);
      expect(host.facts).toMatchObject({ draft_model: expect.stringMatching(/.+/) });
      const state = (await (await fetch(`${host.address}/host`)).json()) as {
        scheduler: { active: number; guessed: number; guessedRight: number };
      };
      const { active, guessed, guessedRight } = state.scheduler;
      expect(active).toBe(0);
      expect(Number.isInteger(guessed)).toBe(true);
      expect(guessed).toBeGreaterThanOrEqual(guessedRight);
      const alone = hostPlan(target, { context: 512 });
      expect(host.facts.planned_bytes).toBeGreaterThan(alone.total);
    } finally {
      await host.close();
    }
  });

  it.each([twin, tinyModel()])(
    'is started, or refused, where the config of the gateway names it',
    async (draftModel) => {
      const gateway = await startGateway({
        tiers: { 1: { targets: [{ id: 'local/tiny', model_file: target, draft_model: draftModel }] } },
      });
      try {
        const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
          method: 'POST',
          body: JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 8 }),
        });
        if (draftModel === twin) {
          expect(answer.status).toBe(200);
          await waitUntilReady(gateway.url, (body) => body.targets.every(({ available }) => available));
        } else {
          expect(answer.status).toBe(503);
          expect(await answer.text()).toMatch(/the draft model .* cannot guess/);
        }
      } finally {
        await gateway.dispose();
      }
    },
  );

  it('has both models in the prediction, and in the refusal', () => {
    const both = hostPlan(target, { context: 512, draftModel: twin });
    const draft = both.draft!;
    expect(draft.kvTokens).toBe(both.kvTokens);
    expect(both.total).toBe(hostPlan(target, { context: 512 }).total + draft.total);
    const { contextTokens, kvTokens, batchTokens, sessions, kvType } = draft;
    const alone = planMemory(twin, '', { contextTokens, kvTokens, batchTokens, sessions, kvType });
    // Only Node.js itself is not there twice.
    expect(alone.total - draft.total).toBe(96 * 2 ** 20);
    expect(planLines(both).join('\n')).toMatch(/draft model .*weights/);
    expect(() => checkFits(both, { bytes: 1, source: 'the test' })).toThrow(
      /the draft model's .* MiB \(weights/,
    );
  });

  it.each([
    [
      'another vocabulary',
      ['--draft-model', tinyModel()],
      /draft model .* cannot guess for .*: .*same family/,
    ],
    [
      'a file that is not there',
      ['--draft-model', '/nowhere/draft.gguf'],
      /cannot open the model file .*draft\.gguf/,
    ],
    [
      '--no-speculation beside it',
      ['--draft-model', twin, '--no-speculation'],
      /--no-speculation forbids; give one/,
    ],
  ])('refuses %s', async (_, flags, message) => {
    const { child, stderr } = spawnHost('--model', target, '--port', '0', ...flags);
    const [code] = await once(child, 'close');
    expect(code).toBe(2);
    expect(stderr()).toMatch(message);
  });
});
