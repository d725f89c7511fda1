// Whether a draft stands: every sign on its own, and what an early judgement must not ask.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../contract/chat.ts';
import { ConfidenceMeter } from '../../../contract/confidence.ts';
import type { CascadeMode, Draft, DraftConfidence } from '../../../contract/draft.ts';
import { type DraftLimits, draftJudge } from '../../../policies/draft/judge.ts';
import { cascadeMode } from '../../../policies/draft/mode.ts';
import { repetitionIn } from '../../../policies/draft/repetition.ts';
import { factsOf, NO_NEEDS } from '../../support/routing-facts.ts';

const LIMITS: DraftLimits = {
  earlyTokens: 8,
  acceptance: {
    own: { whole: null, early: null },
    least: { whole: 0.5, early: 0.5 },
    breakOff: 0,
  },
  samples: 3,
  minAgreement: 0.5,
};
const ASK: ChatRequest = { model: 'auto', messages: [{ role: 'user', content: 'Who wrote Faust?' }] };
const confidenceOf = (margins: readonly number[], earlyTokens = 0): DraftConfidence => {
  const meter = new ConfidenceMeter(earlyTokens);
  for (const margin of margins)
    meter.add({ logprob: Math.log((1 + margin) / 2), entropy: 1 - margin, margin });
  return meter.confidence();
};
const SURE = confidenceOf([0.99, 0.98, 0.99, 0.97, 0.99, 0.99]);
const UNSURE = confidenceOf([0.05, 0.3, 0.01, 0.02, 0.4, 0.1]);
const GOOD: Draft = {
  text: 'Goethe wrote Faust.',
  toolCalls: [],
  refusal: null,
  finishReason: 'stop',
  confidence: SURE,
};
const PROMPT = { gap: 0.2, promptTokens: 30, kind: 'shop chat' };
const judgeOf = (request: Partial<ChatRequest> = {}, limits = LIMITS, mode: CascadeMode = 'hold') =>
  draftJudge({ ...ASK, ...request }, { mode, prompt: PROMPT }, limits);
/** Why a draft moves up; null: it stands. */
const judged = (
  draft: Partial<Draft>,
  request: Partial<ChatRequest> = {},
  limits = LIMITS,
): string | null => {
  const { stands, reason } = judgeOf(request, limits).judge({ ...GOOD, ...draft });
  return stands ? null : reason;
};

const SCHEMA = {
  type: 'object',
  properties: { year: { type: 'integer' } },
  required: ['year'],
  additionalProperties: false,
};
const AS_SCHEMA = { response_format: { type: 'json_schema', json_schema: { schema: SCHEMA } } };
const TOOLS = { tools: [{ type: 'function', function: { name: 'lookup', parameters: SCHEMA } }] };

describe('a draft that was asked for again', () => {
  const draft = (text: string): Draft => ({ ...GOOD, text });
  const compared = (said: string, ...again: string[]): string | null =>
    judgeOf().compare(draft(said), again.map(draft));

  it('stands beside the same answer in other clothes', () => {
    expect(compared('Positive', 'positive.', ' "Positive"', 'negative')).toBeNull();
    expect(compared('{"a": 1, "b": [2]}', '{"b":[2],"a":1}')).toBeNull();
    expect(compared('Goethe wrote Faust.', 'Faust was what Goethe wrote.')).toBeNull();
    expect(compared('Goethe wrote Faust.')).toBeNull();
  });

  it('moves up beside other answers', () => {
    expect(compared('1808', '1790', '1832', '1808')).toBe(
      'asked again 3 times it agreed with itself by 0.33 < 0.5',
    );
    expect(compared('{"year": 1808}', '{"year": 1790}')).toMatch(/by 0\.00 < 0\.5/);
    expect(compared('{"year": 1808}', 'In 1808.')).toMatch(/by 0\.00/);
  });

  it('compares calls by name and arguments', () => {
    const call = (year: number): Draft => ({
      ...GOOD,
      text: '',
      toolCalls: [{ name: 'lookup', arguments: `{"year": ${year}}` }],
    });
    const { compare } = judgeOf();
    expect(compare(call(1808), [call(1808)])).toBeNull();
    expect(compare(call(1808), [call(1790)])).toMatch(/agreed/);
  });
});

describe('a whole draft', () => {
  it('stands when nothing speaks against it', () => {
    expect(judged({})).toBeNull();
    expect(judged({ confidence: null })).toBeNull();
    expect(judged({ text: '{"year": 1808}' }, AS_SCHEMA)).toBeNull();
    expect(judged({ text: '', toolCalls: [{ name: 'lookup', arguments: '{"year":1}' }] }, TOOLS)).toBeNull();
    expect(judged({ finishReason: 'length' }, { max_tokens: 5 })).toBeNull();
    // Not a refusal: it stands late, and is about the matter.
    const late = Array.from({ length: 40 }, (_, i) => `Clause ${i} holds.`).join(' ');
    expect(judged({ text: `${late} I cannot help with a fine.` })).toBeNull();
  });

  it.each<[string, Partial<Draft>, Partial<ChatRequest>, RegExp]>([
    ['says nothing', { text: ' \n' }, {}, /empty/],
    ['ran out of context', { finishReason: 'length' }, {}, /context/],
    ['was filtered', { finishReason: 'content_filter' }, {}, /filter/],
    ['declines', { text: "I'm sorry, but I can't help with that." }, {}, /declines/],
    ['declines as a model', { text: 'As an AI language model, I have no opinion.' }, {}, /declines/],
    ['declines in German', { text: 'Es tut mir leid, das weiß ich nicht.' }, {}, /declines/],
    ['has a refusal', { refusal: 'No.' }, {}, /declines/],
    ['runs in circles', { text: `Well. ${'and then he said '.repeat(9)}` }, {}, /repeating/],
    ['is no JSON', { text: 'year: 1808' }, AS_SCHEMA, /not JSON/],
    ['breaks the schema', { text: '{"year": "1808"}' }, AS_SCHEMA, /schema at \/year/],
    ['is no object', { text: '3' }, { response_format: { type: 'json_object' } }, /not a JSON object/],
    ['calls what is not there', { toolCalls: [{ name: 'rm', arguments: '{}' }] }, TOOLS, /does not have/],
    ['calls with bad JSON', { toolCalls: [{ name: 'lookup', arguments: '{' }] }, TOOLS, /not JSON/],
    ['calls with bad arguments', { toolCalls: [{ name: 'lookup', arguments: '{}' }] }, TOOLS, /schema/],
    ['does not call', {}, { ...TOOLS, tool_choice: 'required' }, /no tool/],
    ['was unsure of its words', { confidence: UNSURE }, {}, /^acceptance 0\.\d{3} < 0\.500$/],
  ])('moves up when it %s', (_, draft, request, reason) => {
    expect(judged(draft, request)).toMatch(reason);
  });

  it('says what speaks for it', () => {
    expect(judgeOf().judge(GOOD)).toEqual({
      stands: true,
      reason: expect.stringMatching(/^acceptance 0\.\d{3} >= 0\.500$/),
    });
    expect(judgeOf().judge({ ...GOOD, confidence: null })).toEqual({ stands: true, reason: null });
  });

  it('never repeats the text of an answer in its reason', () => {
    const secret = '{"year": "SECRET-4711"}';
    expect(judged({ text: secret }, AS_SCHEMA)).not.toContain('4711');
    const call = { name: 'SECRET-4711', arguments: 'SECRET-4711' };
    expect(judged({ toolCalls: [call] }, TOOLS)).not.toContain('4711');
  });
});

describe('a draft that is not over', () => {
  it('is not blamed for its form', () => {
    expect(judged({ text: '{"ye', finishReason: null }, AS_SCHEMA)).toBeNull();
    expect(judged({ text: '', finishReason: null })).toBeNull();
  });
  it('moves up when it begins to decline, or by doubt', () => {
    expect(judged({ text: 'I cannot help with', finishReason: null })).toMatch(/declines/);
  });

  const unsureAtFirst = { finishReason: null, confidence: confidenceOf([0.01, 0.02, 0.05, 0.99], 3) };
  const withBreakOff = (breakOff: number): DraftLimits => ({
    ...LIMITS,
    acceptance: { ...LIMITS.acceptance, breakOff },
  });

  it('is decided by its first tokens where the mode is early, and says so', () => {
    const { stands, reason } = judgeOf({}, LIMITS, 'early').judge({ ...GOOD, ...unsureAtFirst });
    expect(stands).toBe(false);
    expect(reason).toMatch(/^acceptance 0\.\d{3} < 0\.500 after 8 tokens$/);
  });
  it('is broken off in the mode hold only where it is told to', () => {
    expect(judged(unsureAtFirst)).toBeNull();
    expect(judged(unsureAtFirst, {}, withBreakOff(0.45))).toMatch(/< 0\.450 after 8 tokens/);
    expect(
      judged({ ...unsureAtFirst, confidence: confidenceOf([0.99, 0.98, 0.99], 3) }, {}, withBreakOff(0.45)),
    ).toBeNull();
  });
});

describe('repetition', () => {
  it('finds any phrase of letters said often enough, whatever stands before it', () => {
    const phrase = fc
      .string({ minLength: 1, maxLength: 40, unit: fc.constantFrom(...'abc d') })
      .filter((text) => /[a-z]/.test(text) && text === text.trim());
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), phrase, (before, said) => {
        expect(repetitionIn(`${before}${` ${said}`.repeat(70)}`)).not.toBeNull();
      }),
    );
  });
  it('leaves tables, rules and plain prose alone', () => {
    expect(repetitionIn(`| a | b |\n|${'-'.repeat(200)}|`)).toBeNull();
    expect(repetitionIn(`done ${'.'.repeat(120)}`)).toBeNull();
    const prose = Array.from({ length: 200 }, (_, i) => `word${i % 97}x${i}`).join(' ');
    expect(repetitionIn(prose)).toBeNull();
  });
  it('is quick on a long text of one letter', () => {
    expect(repetitionIn('a'.repeat(200_000))).not.toBeNull();
    expect(repetitionIn(' '.repeat(200_000))).toBeNull();
  });
});

describe('how a request is judged', () => {
  it('follows the caller, then the config', () => {
    expect(cascadeMode(factsOf(), { cascade: 'off' })).toBeNull();
    expect(cascadeMode(factsOf(), { cascade: 'early' })).toBe('early');
    expect(cascadeMode(factsOf({ goals: { cascade: 'hold' } }), { cascade: 'off' })).toBe('hold');
    expect(cascadeMode(factsOf({ goals: { cascade: 'off' } }), { cascade: 'hold' })).toBeNull();
  });
  it('holds what must keep a form to its end, and leaves alone what it cannot judge', () => {
    const needs = { ...NO_NEEDS, jsonSchema: true };
    expect(cascadeMode(factsOf({ needs }), { cascade: 'early' })).toBe('hold');
    expect(cascadeMode(factsOf({ choices: 2 }), { cascade: 'hold' })).toBeNull();
    expect(cascadeMode(factsOf({ surface: 'embeddings' }), { cascade: 'hold' })).toBeNull();
    expect(cascadeMode(factsOf({ tokenInput: true }), { cascade: 'hold' })).toBeNull();
  });
});
