import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PromptLookup } from '../../../engine/drafters/prompt-lookup.ts';

const of = (...tokens: number[]) => Int32Array.from(tokens);

/** The rule, said plainly: what followed the last earlier occurrence of the last three tokens. */
function expectedDraft(tokens: number[], most: number): number[] {
  for (let end = tokens.length - 1; end >= 3; end--) {
    if ([1, 2, 3].some((back) => tokens[end - back] !== tokens[tokens.length - back])) continue;
    const text = [...tokens];
    for (let i = 0; i < most; i++) text.push(text[end + i]!);
    return text.slice(tokens.length);
  }
  return [];
}

describe('drafts', () => {
  it('are what followed the last occurrence of the present three tokens', () => {
    const tokens = of(1, 2, 3, 4, 5, 9, 1, 2, 3, 0, 0);
    expect(new PromptLookup(tokens).propose(9, 2, 0)).toEqual(of(4, 5));
    expect(new PromptLookup(tokens).propose(8, 2, 0)).toEqual(of());
    expect(new PromptLookup(of(7, 7, 7, 7, 0, 0)).propose(4, 3, 0)).toEqual(of(7, 7, 7));
  });

  it('follow the rule for any text, however it grows', () => {
    const grow = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 80 }), grow, (text, steps) => {
        const tokens = Int32Array.from(text);
        const drafter = new PromptLookup(tokens);
        let length = 1;
        for (const step of steps) {
          if (length + step > text.length) break;
          expect([...drafter.propose(length, 4, 0)]).toEqual(expectedDraft(text.slice(0, length), 4));
          drafter.learn(length, step);
          length += step;
        }
      }),
    );
  });

  it('are as long as their chances pay, and learn from what came', () => {
    const tokens = Int32Array.from({ length: 200 }, (_, i) => i % 10);
    const drafter = new PromptLookup(tokens);
    // Begins at 0.7: 0.7, 0.49, 0.34 are worth more than 0.3 tokens.
    expect(drafter.propose(50, 8, 0.3)).toHaveLength(3);
    for (let length = 50; length < 90; length++) drafter.learn(length, 1);
    expect(drafter.accuracy).toBeGreaterThan(0.95);
    expect(drafter.propose(90, 8, 0.3)).toHaveLength(8);
    expect(drafter.propose(90, 5, 0.3)).toHaveLength(5);
    expect(drafter.propose(90, 8, 1)).toHaveLength(0);
    tokens.fill(99, 90, 190);
    for (let length = 90; length < 93; length++) drafter.learn(length, 1);
    expect(drafter.accuracy).toBeLessThan(0.95);
  });
});
