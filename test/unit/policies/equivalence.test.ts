// When two answers count as the same: what form alone decides, and how far texts share their words.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../contract/chat.ts';
import { containsWords, sameAnswer, wordOverlap } from '../../../policies/equivalence.ts';

const said = (content: NonNullable<ChatMessage['content']> | null): ChatMessage => ({
  role: 'assistant',
  content,
});
const called = (...calls: [string, string][]): ChatMessage => ({
  role: 'assistant',
  content: null,
  tool_calls: calls.map(([name, args], i) => ({
    id: `call_${i}`,
    type: 'function',
    function: { name, arguments: args },
  })),
});

describe('texts', () => {
  it.each([
    ['Paris', 'paris.'],
    ['  Two   words\n', '"two words"'],
    ['ﬁne', 'fine'],
    ['Café', 'Cafe\u0301'],
  ])('%j and %j are one answer', (a, b) => {
    expect(sameAnswer(said(a), said(b))).toBe(true);
  });

  it('leaves prose that differs to its meaning', () => {
    expect(sameAnswer(said('It is Paris.'), said('Paris'))).toBeNull();
  });

  it('knows that nothing is no answer to something', () => {
    expect(sameAnswer(said(''), said('Paris'))).toBe(false);
    expect(sameAnswer(said('Paris'), said(' . '))).toBe(false);
    expect(sameAnswer(said(null), said(null))).toBe(true);
  });

  it('reads content in parts as its text', () => {
    const parts = [
      { type: 'text', text: 'Par' },
      { type: 'text', text: 'is' },
    ];
    expect(sameAnswer(said(parts), said('Paris'))).toBe(true);
  });
});

describe('JSON', () => {
  it.each([
    ['{"a":1,"b":[1,2]}', '{ "b": [1, 2.0], "a": 1e0 }', true],
    ['{"a":"Oslo "}', '{"a":"oslo"}', true],
    ['{"a":1}', '{"a":2}', false],
    ['{"a":1}', '{"a":1,"b":null}', false],
    ['[1,2]', '[2,1]', false],
    ['{"0":1}', '[1]', false],
    ['{"a":null}', '{"a":{}}', false],
    ['```json\n{"a":1}\n```', '{"a":1}', true],
  ])('%s beside %s: %s', (a, b, same) => {
    expect(sameAnswer(said(a), said(b))).toBe(same);
  });

  it('is not the same as prose', () => {
    expect(sameAnswer(said('{"a":1}'), said('a is 1'))).toBe(false);
  });

  it('has no order of keys, whatever the value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const turned = Object.fromEntries(Object.entries(object).reverse());
        expect(sameAnswer(said(JSON.stringify(object)), said(JSON.stringify(turned, null, 1)))).toBe(true);
      }),
    );
  });
});

describe('calls', () => {
  it('are the same by name and arguments', () => {
    const a = called(['look', '{"city":"Oslo","days":2}']);
    expect(sameAnswer(a, called(['look', '{ "days": 2, "city": "oslo" }']))).toBe(true);
    expect(sameAnswer(a, called(['look', '{"city":"Rome","days":2}']))).toBe(false);
    expect(sameAnswer(a, called(['find', '{"city":"Oslo","days":2}']))).toBe(false);
    expect(sameAnswer(a, called(['look', '{"city":"Oslo","days":2}'], ['look', '{}']))).toBe(false);
    expect(sameAnswer(a, said('Oslo'))).toBe(false);
  });

  it('take no arguments as an empty object, and broken ones as their text', () => {
    expect(sameAnswer(called(['stop', '']), called(['stop', '{}']))).toBe(true);
    expect(sameAnswer(called(['stop', '{"a"']), called(['stop', '{"a"']))).toBe(true);
    expect(sameAnswer(called(['stop', '{"a"']), called(['stop', '{}']))).toBe(false);
  });
});

describe('any two answers', () => {
  const message = fc.oneof(
    fc.string().map(said),
    fc.jsonValue().map((value) => said(JSON.stringify(value))),
    fc.tuple(fc.string(), fc.string()).map((call) => called(call)),
  );
  it('compare the same both ways, and each is the same as itself', () => {
    fc.assert(
      fc.property(message, message, (a, b) => {
        expect(sameAnswer(a, b)).toBe(sameAnswer(b, a));
        expect(sameAnswer(a, a)).toBe(true);
      }),
    );
  });
});

describe('words in common', () => {
  // 2 shared of 3 and 4 words: precision 2/3, recall 2/4, F1 = 4/7.
  it.each([
    ['the red ball', 'a red big ball', 4 / 7],
    ['the the cat', 'the cat', 4 / 5],
    ['', '', 1],
    ['', 'word', 0],
    ['Ja!', 'ja', 1],
    ['東京です', '東京', 2 / 3],
  ])('%j and %j: %d', (a, b, f1) => {
    expect(wordOverlap(a, b)).toBeCloseTo(f1, 12);
  });

  it('finds a phrase as words, not inside of others', () => {
    expect(containsWords('The capital is Paris, of course.', 'paris')).toBe(true);
    expect(containsWords('Parisian life', 'Paris')).toBe(false);
    expect(containsWords('New  York!', 'new york')).toBe(true);
    expect(containsWords('York, New', 'new york')).toBe(false);
    expect(containsWords('anything', '')).toBe(false);
  });
});
