// The benchmark's learned cascade on traffic whose answers are known, and its curves on ones that can be drawn by hand.
import { describe, expect, it } from 'vitest';
import { bandsOf, costsFrom, qualities, settingsOf } from '../../bench/router/cascade-curves.ts';
import { learnedCascade } from '../../bench/router/cascade-policy.ts';

const COUNT = 400;
/** A third of the answers is right, in no order that a fold could see. */
const right = Array.from({ length: COUNT }, (_, i) => Number((i * 7919) % 3 === 0));
const noise = (i: number): number => ((i * 104729) % 997) / 997;

describe('a learned cascade', () => {
  const prompt = { paid: 0, values: right.map((_, i) => [noise(i)]) };

  it('keeps what is right and moves up what is not where the draft tells', () => {
    const draft = { paid: 0.05, values: right.map((each, i) => [noise(i), each + 0.2 * noise(i + 1)]) };
    const { settings } = learnedCascade([prompt, draft], right);
    const share = right.reduce((sum, each) => sum + each, 0) / COUNT;
    // All right answers kept, all others paid twice over: nothing is wrong at this cost.
    const [quality] = qualities(settings, new Uint32Array(COUNT).fill(1), [0.05 + 1 - share + 0.02]);
    expect(quality).toBeGreaterThan(0.99);
  });

  it('does not pay drafts that tell nothing: from all weak to all strong it is a line', () => {
    const draft = { paid: 0.05, values: right.map((_, i) => [noise(i), noise(i + 5)]) };
    const { settings } = learnedCascade([prompt, draft], right);
    const costs = costsFrom(0.05);
    const found = qualities(settings, new Uint32Array(COUNT).fill(1), costs);
    const weak = right.reduce((sum, each) => sum + each, 0) / COUNT;
    expect(found[0]).toBeCloseTo(weak, 10);
    expect(found.at(-1)).toBe(1);
    costs.forEach((cost, i) => {
      expect(found[i]).toBeGreaterThan(weak + ((cost - 0.05) / 0.95) * (1 - weak) - 0.06);
    });
  });

  it('breaks off where the first tokens tell, and pays only those', () => {
    const first = { paid: 0.01, values: right.map((each, i) => [noise(i), each]) };
    const whole = { paid: 0.3, values: right.map((each, i) => [noise(i), each, each]) };
    const early = learnedCascade([prompt, first, whole], right).settings;
    const late = learnedCascade([prompt, whole], right).settings;
    const costs = costsFrom(0.3);
    const ones = new Uint32Array(COUNT).fill(1);
    const mean = (values: number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
    expect(mean(qualities(early, ones, costs))).toBeGreaterThan(mean(qualities(late, ones, costs)));
  });
});

describe('curves', () => {
  const few = [1, 0, 1, 0];

  it('run between their settings, ties in expectation', () => {
    const settings = settingsOf([0, 1, 0, 1], few, { drafts: 0, kept: 0 });
    // The two that are wrong have one score: a line from half right at no cost to all right at one half.
    expect(qualities(settings, [1, 1, 1, 1], [0, 0.25, 0.5, 1])).toEqual([0.5, 0.75, 1, 1]);
    // Twice the weight on the first, which is right.
    expect(qualities(settings, [2, 1, 1, 0], [0])).toEqual([0.75]);
  });

  it('are not above themselves, in any draw', () => {
    const settings = settingsOf([0.1, 0.9, 0.3, 0.2], few, { drafts: 0, kept: 0.05 });
    const [bands] = bandsOf([settings], [settings], costsFrom(0.05), 20);
    for (const { value, low, high } of bands!.above) expect([value, low, high]).toEqual([0, 0, 0]);
    expect(bands!.meanQuality.low).toBeLessThanOrEqual(bands!.meanQuality.high);
  });
});
