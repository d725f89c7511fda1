// Constrained answers do not depend on what runs beside them, nor on guesses: random schedules of steps with right and wrong
// drafts give the tokens and log probabilities of each answer made alone.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NativeEngine, NativeSession, NativeStepResult } from '../../engine/binding.ts';
import type { Constraint } from '../../engine/constraint.ts';
import { Model } from '../../engine/model.ts';
import { SCHEMAS } from '../support/constrained-answers.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

let model: Model;
let engine: NativeEngine;
beforeAll(async () => {
  model = await Model.open(tinyModel({ architecture: 'qwen3', layers: 1 }));
  engine = model.createEngine({ threads: 2, contextTokens: 256, kvTokens: 4096, batchTokens: 128 });
});
afterAll(() => {
  engine.close();
  model.close();
});

const CONSTRAINTS: Constraint[] = [
  ...SCHEMAS.map((schema): Constraint => ({ kind: 'json_schema', schema })),
  { kind: 'json' },
  { kind: 'regex', pattern: '(the |a |in ){2,40}end' },
  {
    kind: 'tagged',
    tags: [{ begin: '<call>', content: { kind: 'json_schema', schema: SCHEMAS[2]! }, end: '</call>' }],
    required: true,
    parallel: true,
  },
];

interface Request {
  constraint: number;
  seed: number;
  limit: number;
}
type Sampled = Pick<NativeStepResult, 'token' | 'logprob' | 'entropy' | 'complete'>;

class Running {
  readonly sampled: Sampled[] = [];
  readonly session: NativeSession = engine.newSession();
  ended = false;
  readonly request: Request;

  constructor(request: Request) {
    this.request = request;
    const { constraint, seed, limit } = request;
    this.session.setSampler({ temperature: seed % 4 === 0 ? 0 : 1, topP: 0.95, seed: BigInt(seed) });
    this.session.setGrammar(model.grammar(CONSTRAINTS[constraint]!), limit);
  }

  item(draft: readonly number[]) {
    const last = this.sampled.at(-1);
    const tokens = last ? Int32Array.of(last.token) : model.tokenize('answer', { special: true });
    const room = Math.min(draft.length, this.request.limit - this.sampled.length - 1);
    const guesses = room > 0 ? { draft: Int32Array.from(draft.slice(0, room)) } : {};
    return { session: this.session, tokens, sample: true, nTop: 0, ...guesses };
  }

  take(first: NativeStepResult): void {
    for (const { token, logprob, entropy, complete, error } of [first, ...(first.following ?? [])]) {
      if (error) throw new Error(error);
      this.sampled.push({ token, logprob, entropy, ...(complete ? { complete } : {}) });
      const { length } = this.sampled;
      this.ended ||= complete === true || model.isEndOfGeneration(token) || length === this.request.limit;
      if (this.ended) break;
    }
    if (this.ended) this.session.close();
  }
}

async function alone(request: Request): Promise<Sampled[]> {
  const running = new Running(request);
  while (!running.ended) running.take((await engine.step([running.item([])]))[0]!);
  return running.sampled;
}

const request = fc.record({
  constraint: fc.nat(CONSTRAINTS.length - 1),
  seed: fc.nat(100_000),
  limit: fc.integer({ min: 1, max: 90 }),
});
const move = fc.record({
  who: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  guesses: fc.nat(6),
  wrongAt: fc.nat(8),
});

describe('constrained answers in random schedules', () => {
  it('are those made alone, guessed or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(move),
        async (requests, moves) => {
          const expected: Sampled[][] = [];
          for (const each of requests) expected.push(await alone(each));
          const running = requests.map((each) => new Running(each));
          for (const { who, guesses, wrongAt } of moves) {
            const live = running.filter(({ ended }) => !ended);
            if (live.length === 0) break;
            const chosen = live.filter((_, i) => who[i]);
            const batch = chosen.length > 0 ? chosen : live.slice(0, 1);
            const items = batch.map((each) => {
              const at = each.sampled.length;
              const right = expected[running.indexOf(each)]!.slice(at, at + guesses).map(
                ({ token }) => token,
              );
              return each.item(right.map((token, i) => (i === wrongAt ? (token + 1) % 256 : token)));
            });
            const results = await engine.step(items);
            batch.forEach((each, i) => {
              each.take(results[i]!);
            });
          }
          expect(running.map(({ sampled }) => sampled)).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });
});
