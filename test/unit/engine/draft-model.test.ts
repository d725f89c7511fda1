import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DraftModel } from '../../../engine/drafters/draft-model.ts';
import { MOST_GUESSES } from '../../../engine/drafters/drafter.ts';
import { Scheduler } from '../../../engine/scheduler.ts';
import { expectedTokens, ScriptedEngine, type ScriptedSession } from './scripted-engine.ts';
import { start } from './start-sequence.ts';

const prompt = (length: number, first = 1): number[] =>
  Array.from({ length }, (_, i) => (first * 37 + i * i) % 500);

/** A target whose steps take 10 ms and a draft model whose steps take `draftMs`, on one clock. */
function setUp({ draftMs = 1, nVocab = 997, draftKvTokens = 4096, nCtx = 1024 } = {}) {
  const engine = new ScriptedEngine({ nCtx, kvTokens: 4096 });
  const draft = new ScriptedEngine({ nCtx, kvTokens: draftKvTokens, nBatch: 512, clock: engine.clock });
  engine.rowMs = 0.1;
  draft.stepMs = draftMs;
  draft.rowMs = draftMs / 100;
  const now = () => engine.clock.ms;
  const draftModel = new DraftModel({ engine: draft, nVocab, now });
  const scheduler = new Scheduler(engine, { kvTokens: 4096, maxQueue: 64, maxActive: 4, now, draftModel });
  return { engine, draft, scheduler };
}

/** What a sequence samples, also when it is cancelled. */
async function run(
  scheduler: Scheduler,
  tokens: number[],
  { maxTokens = 100, until = Number.POSITIVE_INFINITY, signal = new AbortController().signal } = {},
): Promise<number[]> {
  const { done, sampled } = start(scheduler, tokens, {
    maxTokens,
    signal,
    until: ({ length }) => length >= until,
  });
  await done.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return sampled;
}

describe('a draft model', () => {
  it('saves most steps of a model that it foresees, and the tokens are the same', async () => {
    const { engine, draft, scheduler } = setUp();
    expect(await run(scheduler, prompt(20))).toEqual(expectedTokens(prompt(20), 100));
    expect(engine.steps.length).toBeLessThan(35);
    // Every token that no step gave was a right guess.
    expect(scheduler.stats().guessedRight).toBeGreaterThan(60);
    expect(scheduler.stats().guessed).toBeGreaterThanOrEqual(scheduler.stats().guessedRight);
    await scheduler.close();
    expect([...engine.open, ...draft.open]).toEqual([]);
    expect(draft.closed).toBe(true);
  });

  it('serves sequences that guess together in one step a guess', async () => {
    const { engine, draft, scheduler } = setUp();
    const prompts = [1, 2, 3, 4].map((first) => prompt(30, first));
    const answers = await Promise.all(prompts.map((tokens) => run(scheduler, tokens)));
    expect(answers).toEqual(prompts.map((tokens) => expectedTokens(tokens, 100)));
    expect(Math.max(...draft.steps.map((items) => items.length))).toBe(4);
    expect(engine.steps.length).toBeLessThan(60);
    await scheduler.close();
  });

  it('is left alone when its guesses are wrong, but for a try now and then', async () => {
    const { draft, scheduler } = setUp();
    draft.next = () => 5;
    expect(await run(scheduler, prompt(20), { maxTokens: 400 })).toEqual(expectedTokens(prompt(20), 400));
    expect(draft.steps.length).toBeLessThan(40);
    expect(draft.steps.length).toBeGreaterThan(10);
    await scheduler.close();
  });

  it('is left alone when its steps take longer than they save', async () => {
    const { engine, draft, scheduler } = setUp({ draftMs: 12 });
    expect(await run(scheduler, prompt(20), { maxTokens: 200 })).toEqual(expectedTokens(prompt(20), 200));
    expect(draft.steps.length).toBeLessThan(20);
    expect(engine.steps.length).toBeGreaterThan(180);
    await scheduler.close();
  });

  it('guesses no token and reads no text that one of the two models does not know', async () => {
    const { engine, draft, scheduler } = setUp({ nVocab: 500 });
    const known = prompt(20).map((token) => token % 400);
    expect(await run(scheduler, known)).toEqual(expectedTokens(known, 100));
    const unknown = [...known, 700, 3];
    const before = draft.steps.length;
    expect(await run(scheduler, unknown, { maxTokens: 10 })).toEqual(expectedTokens(unknown, 10));
    expect(draft.steps.length).toBe(before);
    expect(engine.open).toEqual([]);
    await scheduler.close();
  });

  it('forgets a wrong guess that was read, also when the sequence went on without guesses', async () => {
    const draft = new ScriptedEngine();
    const draftModel = new DraftModel({ engine: draft, nVocab: 997, now: () => 0 });
    const tokens = Int32Array.from([...prompt(20), ...expectedTokens(prompt(20), 40)]);
    const drafter = draftModel.drafter(tokens);
    const offer = { most: 4, cost: 0.3, decoding: 1, plainMs: 10 };
    const guess = (length: number) => draftModel.guess([{ drafter, tokens, length }], offer);
    draft.next = () => 5;
    // Sure of its first guess, not of what follows it.
    draft.logprob = (timeline) => (timeline.length === 20 ? -0.1 : -3);
    await guess(20);
    expect([...drafter.propose(20, 4)]).toEqual([5]);
    expect(draft.sessions[0]!.timeline).toEqual([...tokens.slice(0, 20), 5]);
    await guess(25);
    expect(draft.sessions[0]!.timeline).toEqual([...tokens.slice(0, 25)]);
    drafter.close();
    expect(draft.open).toEqual([]);
  });

  it('gives the same tokens in any schedule, with faults and too little room, and leaks no session', async () => {
    const request = fc.record({
      length: fc.integer({ min: 1, max: 150 }),
      first: fc.nat(3),
      maxTokens: fc.integer({ min: 1, max: 60 }),
      delayTurns: fc.nat(12),
      until: fc.integer({ min: 1, max: 90 }),
      cancelAfter: fc.option(fc.nat(40)),
    });
    const settings = fc.record({
      draftKvTokens: fc.constantFrom(64, 256, 4096),
      /** One draft in so many is wrong; 0: none. */
      wrong: fc.nat(4),
      faults: fc.nat(6),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 8 }),
        settings,
        async (requests, { draftKvTokens, wrong, faults }) => {
          const { engine, draft, scheduler } = setUp({ draftKvTokens, draftMs: 4 });
          let stale = 0;
          const right = draft.next;
          draft.next = (timeline) => (wrong > 0 && timeline.length % wrong === 0 ? 1 : right(timeline));
          draft.logprob = (timeline) => (timeline.length % 5 === 0 ? -3 : -0.1);
          const texts = [0, 1, 2, 3].flatMap((first) =>
            requests.map(({ length }) => [
              ...prompt(length, first),
              ...expectedTokens(prompt(length, first), 60),
            ]),
          );
          draft.fault = (items) => {
            // A wrong guess is taken back before known text follows it.
            for (const { session } of items) {
              const { timeline } = session as ScriptedSession;
              const agreed = texts.map((text) => {
                const end = timeline.findIndex((token, i) => token !== text[i]);
                return end < 0 ? timeline.length : end;
              });
              if (timeline.length - Math.max(...agreed) > MOST_GUESSES) stale = timeline.length;
            }
            if (faults > 0 && draft.steps.length % 7 >= 7 - faults) throw new Error('no room');
          };
          const turns = async (count: number) => {
            for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
          };
          await Promise.all(
            requests.map(async ({ length, first, maxTokens, delayTurns, until, cancelAfter }) => {
              await turns(delayTurns);
              const controller = new AbortController();
              const answer = run(scheduler, prompt(length, first), {
                maxTokens,
                until,
                signal: controller.signal,
              });
              if (cancelAfter !== null) {
                await turns(cancelAfter);
                controller.abort();
              }
              const sampled = await answer;
              const all = expectedTokens(prompt(length, first), Math.min(maxTokens, until));
              expect(sampled).toEqual(all.slice(0, sampled.length));
              if (!controller.signal.aborted) expect(sampled.length).toBe(all.length);
            }),
          );
          await scheduler.close();
          expect(stale).toBe(0);
          expect([...engine.open, ...draft.open]).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
