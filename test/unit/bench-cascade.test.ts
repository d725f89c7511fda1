// The benchmark's cascade on traffic whose answers are known, and its curves on ones that can be drawn by hand.
import { describe, expect, it } from 'vitest';
import { bandsOf, costsFrom, qualities, settingsOf } from '../../bench/router/cascade-curves.ts';
import { learnedCascade, type PairRequest } from '../../bench/router/cascade-policy.ts';
import { ConfidenceMeter } from '../../contract/confidence.ts';

const COUNT = 500;
const EARLY = 2;
/** A third of the answers is right, in no order that a fold could see. */
const right = Array.from({ length: COUNT }, (_, i) => Number((i * 7919) % 3 === 0));
const noise = (i: number): number => ((i * 104729) % 997) / 997;
const ONES = new Uint32Array(COUNT).fill(1);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length;

/** Drafts of four tokens of which `sureness` gives the margins. */
const requestsOf = (sureness: (i: number, token: number) => number): PairRequest[] =>
  right.map((weak, i) => {
    const meter = new ConfidenceMeter(EARLY);
    for (let token = 0; token < 4; token += 1) {
      const margin = sureness(i, token);
      meter.add({ logprob: Math.log((1 + margin) / 2), entropy: 1 - margin, margin });
    }
    const ask = 'Tell me what this is about.';
    return {
      id: `${i}`,
      prompt: {
        ...{ ask, task: 'chat', promptTokens: 10, turns: 1, tools: 0, strictOutput: false },
        kind: 'bench chat',
      },
      ...{ confidence: meter.confidence(), weak, strong: 1 },
    };
  });

describe('a learned cascade', () => {
  it('keeps what is right and moves up what is not where the draft tells', () => {
    const requests = requestsOf((i) => 0.1 + 0.7 * right[i]! + 0.1 * noise(i));
    const { whole } = learnedCascade(requests, { draft: 0.05, earlyTokens: EARLY });
    // All right answers kept, all others paid twice over: hardly anything is wrong at this cost.
    const [quality] = qualities(whole, ONES, [0.05 + 1 - mean(right) + 0.02]);
    expect(quality).toBeGreaterThan(0.99);
  });

  it('does not pay drafts that tell nothing: from all weak to all strong it is a line', () => {
    const requests = requestsOf((i, token) => noise(i * 4 + token));
    const { whole } = learnedCascade(requests, { draft: 0.05, earlyTokens: EARLY });
    const costs = costsFrom(0.05);
    const found = qualities(whole, ONES, costs);
    expect(found[0]).toBeCloseTo(mean(right), 10);
    expect(found.at(-1)).toBe(1);
    costs.forEach((cost, i) => {
      expect(found[i]).toBeGreaterThan(mean(right) + ((cost - 0.05) / 0.95) * (1 - mean(right)) - 0.08);
    });
  });

  it('breaks off where the first tokens tell, and pays only those', () => {
    const requests = requestsOf((i) => 0.1 + 0.7 * right[i]! + 0.1 * noise(i));
    const { whole, early } = learnedCascade(requests, { draft: 0.3, earlyTokens: EARLY });
    const costs = costsFrom(0.3);
    expect(mean(qualities(early, ONES, costs))).toBeGreaterThan(mean(qualities(whole, ONES, costs)));
  });
});

describe('curves', () => {
  const few = [1, 0, 1, 0];
  const ALL = [1, 1, 1, 1];

  it('run between their settings, ties in expectation', () => {
    const settings = settingsOf([0, 1, 0, 1], { right: few, strong: ALL }, { drafts: 0, kept: 0 });
    // The two that are wrong have one score: a line from half right at no cost to all right at one half.
    expect(qualities(settings, [1, 1, 1, 1], [0, 0.25, 0.5, 1])).toEqual([0.5, 0.75, 1, 1]);
    // Twice the weight on the first, which is right.
    expect(qualities(settings, [2, 1, 1, 0], [0])).toEqual([0.75]);
  });

  it('are not above themselves, in any draw', () => {
    const settings = settingsOf([0.1, 0.9, 0.3, 0.2], { right: few, strong: ALL }, { drafts: 0, kept: 0.05 });
    const [bands] = bandsOf([settings], [settings], costsFrom(0.05), 20);
    for (const { value, low, high } of bands!.above) expect([value, low, high]).toEqual([0, 0, 0]);
    expect(bands!.meanQuality.low).toBeLessThanOrEqual(bands!.meanQuality.high);
  });
});
