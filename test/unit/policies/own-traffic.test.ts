// What is learned from own labels, and what is known of the levels beside the prompts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gapOf, knownPrior } from '../../../policies/gap/gap.ts';
import { sigmoid } from '../../../policies/gap/model.ts';
import { fitLevel, fitOwnTraffic, ownOdds } from '../../../policies/gap/own-traffic.ts';
import { gapRate, NO_PRIOR, offsetTo, shareOfSpan } from '../../../policies/gap/prior.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('a level of its own', () => {
  it('is found where the shipped model is far off: two thirds and not all', () => {
    // A whole step of Newton's method leads from 1 in 400 to all of them.
    const examples = Array.from({ length: 300 }, (_, i) => ({
      values: [i % 7],
      baseOdds: -6 + (i % 3) * 0.1,
      kind: 'shop chat',
      label: Number(i % 3 !== 0),
    }));
    const own = fitOwnTraffic(examples);
    const chance = sigmoid(ownOdds(own, [3], -6, 'shop chat'));
    expect(chance).toBeGreaterThan(0.4);
    expect(chance).toBeLessThan(0.75);
    const level = fitLevel(examples);
    expect(level).toBeGreaterThan(5);
    expect(level).toBeLessThan(7);
  });
});

describe('what is known of two levels', () => {
  it('gives a rate of gaps that two models with such accuracies can have', () => {
    fc.assert(
      fc.property(share, share, share, (weak, strong, place) => {
        const rate = gapRate(weak, strong, place);
        expect(rate).toBeGreaterThanOrEqual(strong - weak - 1e-12);
        expect(rate).toBeLessThanOrEqual(Math.min(strong, 1 - weak) + 1e-12);
        const found = shareOfSpan(weak, strong, rate);
        if (found !== null && gapRate(weak, strong, 1) - gapRate(weak, strong, 0) > 1e-3)
          expect(found).toBeCloseTo(place, 6);
      }),
    );
  });

  it('moves all chances so that their mean is the rate', () => {
    const odds = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(odds, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (each, rate) => {
        const offset = offsetTo(each, rate);
        const mean = each.reduce((sum, value) => sum + sigmoid(value + offset), 0) / each.length;
        expect(mean).toBeCloseTo(rate, 6);
      }),
    );
  });

  const ask = {
    ask: 'Where is Oslo?',
    task: 'open-question',
    promptTokens: 10,
    turns: 1,
    tools: 0,
    strictOutput: false,
  } as const;

  it('says nothing where nothing is known, and a task its own', () => {
    expect(knownPrior({})).toEqual(NO_PRIOR);
    expect(knownPrior({ accuracy: { level1: 0.5 } })).toEqual(NO_PRIOR);
    const often = knownPrior({ gap: { level2: 0.6 }, tasks: { maths: { gap: { level3: 0.5 } } } });
    expect(gapOf(ask, null, often)['1|2']).toBeGreaterThan(gapOf(ask)['1|2'] + 0.2);
    expect(gapOf(ask, null, often)['2|3']).toBe(gapOf(ask)['2|3']);
    const sums = { ...ask, task: 'maths' } as const;
    expect(gapOf(sums, null, often)['1|2']).toBeGreaterThan(gapOf(sums)['1|2'] + 0.2);
    expect(gapOf(sums, null, often)['2|3']).toBeGreaterThan(gapOf(sums)['2|3'] + 0.2);
  });

  it('takes a measured rate before accuracies, and models that are equal for a small gap', () => {
    const known = knownPrior({ accuracy: { level1: 0.2, level2: 0.9 }, gap: { level2: 0.05 } });
    expect(known).toEqual(knownPrior({ gap: { level2: 0.05 } }));
    const equal = knownPrior({ accuracy: { level1: 0.95, level2: 0.95, level3: 0.95 } });
    expect(gapOf(ask, null, equal)['1|2']).toBeLessThan(0.05);
  });
});
