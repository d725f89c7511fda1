// What `tiergate advise` judges by and what it recommends, without a model.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Draft } from '../../../contract/draft.ts';
import { readPrompts } from '../../../router/advise/prompts.ts';
import { type JudgedModel, recommend } from '../../../router/advise/recommend.ts';
import { scoreAnswer } from '../../../router/advise/score.ts';
import { adviseCommand } from '../../../router/cli/advise.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-advise-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const defaults = { match: 'overlap', maxTokens: 64 } as const;
const read = (...lines: unknown[]) => {
  const file = join(folder, 'prompts.jsonl');
  writeFileSync(
    file,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return readPrompts(file, defaults);
};

describe('the file of prompts', () => {
  it('gives every model the same request: no chance, a limit, no stream', () => {
    const [first, second] = read({ prompt: 'Hi', expected: 'Hello' }, '', {
      id: 'b',
      request: { messages: [{ role: 'user', content: 'x' }], stream: true, n: 3, max_tokens: 7 },
    });
    expect(first!.request).toMatchObject({
      messages: [{ role: 'user', content: 'Hi' }],
      ...{ temperature: 0, max_tokens: 64 },
    });
    expect(first!.expected).toEqual(['Hello']);
    expect(second).toMatchObject({ id: 'b', expected: [], request: { max_tokens: 7, temperature: 0 } });
    expect(second!.request.stream).toBeUndefined();
    expect(second!.request.n).toBeUndefined();
  });

  it.each([
    ['{"prompt":"x"', /line 1: is not JSON/],
    ['{"expected":"x"}', /line 1: .*give prompt or request/],
    ['{"prompt":"x","answer":"y"}', /line 1: .*answer/i],
    ['{"request":{"messages":[]}}', /line 1: .*messages/],
    ['{"prompt":"x","match":"regex"}', /line 1: match/],
    ['', /holds no prompt/],
  ])('refuses %s with its place', (line, why) => {
    expect(() => read(line)).toThrow(why);
  });
});

const draft = (text: string, toolCalls: Draft['toolCalls'] = []): Draft => ({
  ...{ text, toolCalls, refusal: null, finishReason: 'stop', confidence: null },
});

describe('a score', () => {
  const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };

  it('is by the expected answer where there is one, whatever the reference says', () => {
    const [prompt] = read({ prompt: 'q', expected: ['Paris', 'the city of Paris'] });
    expect(scoreAnswer(prompt!, draft('paris.'), draft('Rome'))).toEqual({ value: 1, basis: 'expected' });
    expect(scoreAnswer(prompt!, draft('Rome'), draft('Rome'))).toEqual({ value: 0, basis: 'expected' });
    // One of two words is shared with "Paris" (F1 2/3); with the longer answer one of two and four (1/3).
    expect(scoreAnswer(prompt!, draft('Paris France'), null)!.value).toBeCloseTo(2 / 3, 12);
  });

  it('compares as the line says', () => {
    const [same, contains] = read(
      { prompt: 'q', expected: 'Paris', match: 'same' },
      { prompt: 'q', expected: 'Paris', match: 'contains' },
    );
    expect(scoreAnswer(same!, draft('It is Paris'), null)!.value).toBe(0);
    expect(scoreAnswer(contains!, draft('It is Paris'), null)!.value).toBe(1);
    expect(scoreAnswer(contains!, draft('It is Rome'), null)!.value).toBe(0);
  });

  it('is nothing for a broken form or a failed call, and full for a kept one without anything else to judge by', () => {
    const [prompt] = read({ prompt: 'q', schema });
    expect(scoreAnswer(prompt!, draft('{"n":"1"}'), null)).toEqual({ value: 0, basis: 'form' });
    expect(scoreAnswer(prompt!, draft('{"n":1}'), null)).toEqual({ value: 1, basis: 'form' });
    expect(scoreAnswer(prompt!, draft('{"n":2}'), draft('{"n":1}'))).toEqual({
      value: 0,
      basis: 'reference',
    });
    expect(scoreAnswer(prompt!, null, draft('{"n":1}'))).toEqual({ value: 0, basis: 'reference' });
  });

  it('compares JSON with JSON that is expected', () => {
    const [prompt] = read({ prompt: 'q', expected: { n: 1, of: ['a'] } });
    expect(scoreAnswer(prompt!, draft('{"of":["A"],"n":1}'), null)!.value).toBe(1);
    expect(scoreAnswer(prompt!, draft('{"of":["b"],"n":1}'), null)!.value).toBe(0);
  });

  it('is the agreement with the reference, which agrees with itself; else there is none', () => {
    const [prompt] = read({ prompt: 'q' });
    expect(scoreAnswer(prompt!, draft('a b'), draft('a c'))).toEqual({ value: 0.5, basis: 'reference' });
    expect(scoreAnswer(prompt!, draft('a b'), 'self')).toEqual({ value: 1, basis: 'reference' });
    expect(scoreAnswer(prompt!, draft('a b'), null)).toBeNull();
  });
});

describe('the recommendation', () => {
  const model = (name: string, memoryBytes: number, scores: (number | null)[]): JudgedModel => ({
    ...{ name, memoryBytes, scores, tokensPerSecond: 10 },
  });
  const times = (count: number, score: number): number[] => new Array<number>(count).fill(score);

  it('is the smallest that loses no more than is allowed', () => {
    const models = [
      model('large', 300, times(100, 1)),
      model('middle', 200, [...times(99, 1), 0]),
      model('small', 100, [...times(95, 1), ...times(5, 0)]),
    ];
    expect(recommend(models, 0.02)).toMatchObject({ recommended: 'middle', best: 'large', judged: 100 });
    expect(recommend(models, 0.05).recommended).toBe('small');
    expect(recommend(models, 0).recommended).toBe('large');
  });

  it('says how sure it is: exact bounds of the share that is worse (scipy.stats.beta.ppf(.95, k + 1, n - k))', () => {
    const models = [model('large', 3, times(100, 1)), model('small', 1, [...times(97, 1), ...times(3, 0)])];
    const { standings, reason } = recommend(models, 0.1);
    expect(standings[1]).toMatchObject({ worse: 3, isGoodEnough: true });
    expect(standings[1]!.lossBound).toBeCloseTo(0.0757, 3);
    expect(reason).toMatch(
      /^the smallest that loses at most 10.0 % on large: 3.0 % on 100 prompts; at most 7.6 % with 95 %$/,
    );
    expect(recommend(models, 0.04).reason).toMatch(/so few prompts/);
  });

  it('has none where nothing can be judged, or nothing reaches the least quality', () => {
    expect(recommend([model('a', 1, [null, null])], 0.1)).toMatchObject({ recommended: null, judged: 0 });
    expect(recommend([], 0.1).reason).toMatch(/no model could be run/);
    expect(recommend([model('a', 1, [0.5])], 0.1, 0.6)).toMatchObject({ recommended: null });
  });

  it('never depends on the order of the models, and what it names is good enough', () => {
    const models = fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 12 }))
      .chain(([count, prompts]) =>
        fc.array(
          fc.record({
            memoryBytes: fc.integer({ min: 1, max: 3 }),
            scores: fc.array(fc.constantFrom(0, 0.5, 1), { minLength: prompts, maxLength: prompts }),
          }),
          { minLength: count, maxLength: count },
        ),
      )
      .map((each) => each.map(({ memoryBytes, scores }, i) => model(`m${i}`, memoryBytes, scores)));
    fc.assert(
      fc.property(models, fc.constantFrom(0, 0.1, 0.5), (given, loss) => {
        const { recommended, best, standings } = recommend(given, loss);
        expect(recommend([...given].reverse(), loss)).toMatchObject({ recommended, best });
        const chosen = standings.find(({ name }) => name === recommended)!;
        expect(chosen.loss!).toBeLessThanOrEqual(loss + 1e-9);
        const memory = given.find(({ name }) => name === recommended)!.memoryBytes;
        for (const { name, isGoodEnough } of standings)
          if (isGoodEnough)
            expect(given.find((each) => each.name === name)!.memoryBytes).toBeGreaterThanOrEqual(memory);
      }),
    );
  });
});

describe('bad input', () => {
  const good = join(folder, 'good.jsonl');
  writeFileSync(good, '{"prompt":"x","expected":"y"}');
  it.each([
    [['no-such.jsonl'], /cannot read the prompts no-such\.jsonl \(ENOENT\)/],
    [[good, '-m', 'no-such.gguf'], /no model file or folder no-such\.gguf/],
    [[good, '-m', folder], /holds no \.gguf file/],
    [[good, '--quantize', 'Q9'], /file type Q9 is not known/],
    [[good, '--loss', '2'], /--loss 2: give a number from 0 to 1/],
    [[good, '--limit', '1.5'], /--limit 1\.5: give a whole number/],
    [[good, '--usd-per-hour', 'x'], /--usd-per-hour x/],
    [['--ledger', join(folder, 'none.db')], /none\.db/],
  ])('is refused at once: %j', async (args, why) => {
    await expect(adviseCommand().parseAsync(args, { from: 'user' })).rejects.toThrow(why);
  });
});
