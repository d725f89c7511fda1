// The chance that a draft stands: total, monotone in how sure the model was, and learned from judged drafts; and the rule for going on.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfidenceMeter, NO_SIGNALS } from '../../../contract/confidence.ts';
import type { TokenSignals } from '../../../contract/draft.ts';
import {
  type AcceptanceStage,
  acceptanceOf,
  fitAcceptance,
  type JudgedDraft,
  signalsAt,
} from '../../../policies/draft/acceptance.ts';
import { stoppingRule } from '../../../policies/draft/stopping.ts';

const STAGES: readonly AcceptanceStage[] = ['whole', 'early'];
const PROMPT = { gap: 0.3, promptTokens: 50, kind: 'shop chat' };

const any = fc.oneof(fc.double(), fc.constantFrom(-Number.MAX_VALUE, Number.MAX_VALUE, 0, -0));
const finite = any.map((value) => (Number.isFinite(value) ? value : 0));
const signals: fc.Arbitrary<TokenSignals> = fc.record({
  tokens: finite,
  meanLogprob: fc.option(finite),
  minLogprob: fc.option(finite),
  meanEntropy: fc.option(finite),
  minMargin: fc.option(finite),
  secondMargin: fc.option(finite),
  nearTies: fc.option(finite),
  closeTies: fc.option(finite),
  rivals1: fc.option(finite),
  rivals3: fc.option(finite),
  rivals10: fc.option(finite),
  rivals30: fc.option(finite),
});

const measured = (margins: readonly number[], earlyTokens = 0) => {
  const meter = new ConfidenceMeter(earlyTokens);
  for (const margin of margins)
    meter.add({ logprob: Math.log((1 + margin) / 2), entropy: 1 - margin, margin });
  return meter.confidence();
};

describe('signals of tokens', () => {
  it('are what one counts by hand', () => {
    const { early, ...whole } = measured([0.6, 0.2, 0.8], 2);
    expect(whole.tokens).toBe(3);
    expect(whole.meanLogprob).toBeCloseTo((Math.log(0.8) + Math.log(0.6) + Math.log(0.9)) / 3, 12);
    expect(whole.minLogprob).toBeCloseTo(Math.log(0.6), 12);
    expect(whole.meanEntropy).toBeCloseTo((0.4 + 0.8 + 0.2) / 3, 12);
    expect([whole.minMargin, whole.secondMargin]).toEqual([0.2, 0.6]);
    expect(whole.nearTies).toBeCloseTo(Math.exp(-12) + Math.exp(-4) + Math.exp(-16), 12);
    const { early: _, ...first } = measured([0.6, 0.2]);
    expect(early).toEqual(first);
  });

  it('count rivals by their odds, and one for a token that is not the likeliest', () => {
    const meter = new ConfidenceMeter();
    // 0.6 before 0.3, then 0.2 before 0.19: half, and 0.95.
    meter.add({ logprob: Math.log(0.6), entropy: 1, margin: 0.3 });
    meter.add({ logprob: Math.log(0.2), entropy: 2, margin: 0.01 });
    for (const [name, power] of [
      ['rivals1', 1],
      ['rivals3', 3],
      ['rivals10', 10],
      ['rivals30', 30],
    ] as const)
      expect(meter.signals()[name]).toBeCloseTo(0.5 ** power + 0.95 ** power, 12);
    meter.add({ logprob: Math.log(0.1), entropy: 1, margin: 0.5 });
    expect(meter.signals().rivals30).toBeCloseTo(0.5 ** 30 + 0.95 ** 30 + 1, 12);
    // No difference is left of rounding.
    const sure = new ConfidenceMeter();
    sure.add({ logprob: -1e-7, entropy: 0, margin: 1 });
    expect(sure.signals().rivals1).toBeCloseTo(0, 6);
  });

  it('take the end of an answer for a token of the whole, and for none of the first ones', () => {
    const meter = new ConfidenceMeter(2);
    meter.add({ logprob: -0.1, entropy: 0.3, margin: 0.8 });
    meter.end({ logprob: -0.5, entropy: 0.9, margin: 0.3 });
    const { early, ...whole } = meter.confidence();
    expect(early).toBeNull();
    expect(whole).toMatchObject({ tokens: 2, minLogprob: -0.5, minMargin: 0.3, secondMargin: 0.8 });
    expect(whole.meanLogprob).toBeCloseTo(-0.3, 12);
  });

  it('are unknown where a token does not report them, and null without tokens', () => {
    const meter = new ConfidenceMeter();
    expect(meter.signals()).toEqual(NO_SIGNALS);
    meter.add({ logprob: -1, entropy: 0.5, margin: 0.5 });
    meter.add({ logprob: -3, entropy: null, margin: null });
    expect(meter.signals()).toMatchObject({ tokens: 2, meanLogprob: -2, minLogprob: -3, meanEntropy: null });
    expect(meter.signals()).toMatchObject({ minMargin: null, secondMargin: null, nearTies: null });
    expect(meter.signals()).toMatchObject({ rivals1: null, rivals30: null });
    expect(signalsAt('whole', null)).toBeNull();
    expect(signalsAt('whole', { ...NO_SIGNALS, early: null })).toBeNull();
    expect(signalsAt('early', measured([0.5, 0.5]))).toBeNull();
  });
});

describe('the shipped acceptance', () => {
  it('is a chance for whatever finite figures an upstream may report', () => {
    fc.assert(
      fc.property(signals, finite, finite, fc.constantFrom(...STAGES), (of, gap, promptTokens, stage) => {
        const chance = acceptanceOf(stage, of, { gap, promptTokens, kind: '' });
        expect(chance).toBeGreaterThanOrEqual(0);
        expect(chance).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is never lower where every token was surer', () => {
    const margin = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(margin, margin), { minLength: 1, maxLength: 30 }),
        fc.constantFrom(...STAGES),
        (pairs, stage) => {
          const surer = measured(pairs.map(([a, b]) => Math.max(a, b)));
          const less = measured(pairs.map(([a, b]) => Math.min(a, b)));
          expect(acceptanceOf(stage, surer, PROMPT)).toBeGreaterThanOrEqual(
            acceptanceOf(stage, less, PROMPT) - 1e-12,
          );
        },
      ),
    );
  });

  it('is lower for a longer text of the same sureness: a mean hides that more may be wrong', () => {
    const text = (tokens: number) => measured(Array.from({ length: tokens }, () => 0.7));
    expect(acceptanceOf('whole', text(20), PROMPT)).toBeLessThan(acceptanceOf('whole', text(2), PROMPT));
  });

  it('takes what is not reported for average: between the best and the worst of it', () => {
    const known = measured([0.5, 0.6, 0.7]);
    const unknown = acceptanceOf('whole', { ...known, minMargin: null }, PROMPT);
    expect(unknown).toBeGreaterThan(acceptanceOf('whole', { ...known, minMargin: 0 }, PROMPT));
    expect(unknown).toBeLessThan(acceptanceOf('whole', { ...known, minMargin: 1 }, PROMPT));
  });
});

describe('what is learned of own drafts', () => {
  const noise = (i: number): number => ((i * 104729) % 997) / 997;
  /** Here the surer drafts are the worse ones: the contrary of what is shipped. */
  const contrary: JudgedDraft[] = Array.from({ length: 300 }, (_, i) => ({
    prompt: PROMPT,
    confidence: measured([noise(i), 0.5 + noise(i + 7) / 2], 1),
    isGood: noise(i) < 0.5,
  }));

  it('overrules the shipped weights where labels bear it out', () => {
    for (const stage of STAGES) {
      const own = fitAcceptance(stage, contrary)!;
      const chance = (margin: number): number =>
        acceptanceOf(stage, measured(stage === 'whole' ? [margin, 0.75] : [margin]), PROMPT, own);
      expect(chance(0.05)).toBeGreaterThan(chance(0.95));
    }
  });

  it('moves the level alone where the labels say nothing else', () => {
    const own = fitAcceptance(
      'whole',
      contrary.map((each, i) => ({ ...each, isGood: i % 10 !== 0 })),
    )!;
    expect(acceptanceOf('whole', measured([0.5, 0.75]), PROMPT, own)).toBeGreaterThan(0.8);
  });

  it('is nothing without drafts that reach the stage', () => {
    expect(
      fitAcceptance(
        'early',
        contrary.map((each) => ({ ...each, confidence: null })),
      ),
    ).toBeNull();
  });
});

describe('when a cascade goes on', () => {
  const chances = Array.from({ length: 101 }, (_, i) => i / 100);

  it('drafts all where a draft costs nothing and tells all', () => {
    const told = chances.map((chance) => Number(chance >= 0.5));
    const [least] = stoppingRule(
      [
        { paid: 0, chances: chances.map(() => 0.5) },
        { paid: 0, chances: told },
      ],
      0.9,
    );
    expect(least).toBe(0);
  });
  it('drafts none where the stronger answer costs nothing', () => {
    expect(
      stoppingRule(
        [
          { paid: 0, chances },
          { paid: 0.1, chances },
        ],
        1,
      ),
    ).toEqual([Number.POSITIVE_INFINITY]);
  });
  it('needs more the more a draft costs', () => {
    const at = (paid: number): number =>
      stoppingRule(
        [
          { paid: 0, chances },
          { paid, chances },
        ],
        0.7,
      )[0]!;
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (a, b) => {
          expect(at(Math.max(a, b))).toBeGreaterThanOrEqual(at(Math.min(a, b)) - 1e-12);
        },
      ),
    );
  });
});
