// What `calibrate` learns of drafts, on judged pairs of which it is known what decides.
import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../contract/chat.ts';
import { ConfidenceMeter } from '../../../contract/confidence.ts';
import { calibrationSchema } from '../../../policies/gap/calibration.ts';
import { NO_PRIOR } from '../../../policies/gap/prior.ts';
import type { JudgedCapture } from '../../../router/calibrate/answers.ts';
import { fitCalibration } from '../../../router/calibrate/fit.ts';
import { readCalibration } from '../../../router/config/calibration.ts';

const BOUND = { alpha: 0.1, delta: 0.1 };
const OPTIONS = { at: '2026-11-28T00:00:00.000Z', prior: NO_PRIOR, earlyTokens: 3, draftCost: 0.05 };
const noise = (i: number): number => ((i * 104729) % 997) / 997;

/** @param sureness margin of each token of the low answer; null: it does not say */
const judged = (
  count: number,
  isLoss: (i: number) => boolean,
  sureness: ((i: number) => number) | null,
): JudgedCapture[] =>
  Array.from({ length: count }, (_, i) => {
    const request: ChatRequest = { model: 'auto', messages: [{ role: 'user', content: `Say ${i % 9}.` }] };
    const meter = new ConfidenceMeter(OPTIONS.earlyTokens);
    for (let token = 0; token < 6; token += 1) {
      const margin = sureness?.(i) ?? 0;
      meter.add({ logprob: Math.log((1 + margin) / 2), entropy: 1 - margin, margin });
    }
    return {
      capture: { id: `r${i}`, caller: 'shop', task: 'chat', request: JSON.stringify(request) },
      request,
      low: { costMicrousd: 0, confidence: sureness && meter.confidence() },
      high: { costMicrousd: 1000 },
      isLoss: isLoss(i),
    };
  });

const isHard = (i: number): boolean => i % 3 === 0;
const tells = (i: number): number => (isHard(i) ? 0.05 : 0.85) + 0.1 * noise(i);

describe('acceptance from judged pairs', () => {
  it('is certified where the draft tells, keeps what is good and loses no more than promised', () => {
    const { calibration, cascade } = fitCalibration(judged(600, isHard, tells), BOUND, OPTIONS);
    expect(calibrationSchema.parse(JSON.parse(JSON.stringify(calibration)))).toEqual(calibration);
    const { whole, early, breakOff, earlyTokens } = calibration.acceptance!;
    expect(earlyTokens).toBe(3);
    for (const stage of [whole, early!]) {
      expect(stage.own.labels + stage.judged).toBe(600);
      expect(stage.kept).toBeGreaterThan(0.6 * stage.judged);
      expect(stage.lossBound).toBeLessThanOrEqual(BOUND.alpha);
      expect(stage.least).toBeGreaterThan(0);
    }
    // The first tokens tell what the whole draft would: there is no use in going on with what they doubt.
    expect(breakOff).toBeGreaterThan(0);
    expect(cascade!.length).toBeGreaterThan(0);
  });

  it('keeps next to nothing where the draft tells nothing and much would be lost', () => {
    const { whole, breakOff, skipGap } = fitCalibration(
      judged(300, (i) => i % 10 !== 0, noise),
      BOUND,
      OPTIONS,
    ).calibration.acceptance!;
    expect(whole.kept / whole.judged).toBeLessThan(0.2);
    expect(whole.lossBound).toBeLessThanOrEqual(BOUND.alpha);
    // Drafts of such traffic are not worth making.
    expect(skipGap).toBeLessThan(0.8);
    expect(breakOff).toBeGreaterThanOrEqual(0);
  });

  it('is not certified by too few; nothing is then broken off', () => {
    const few = fitCalibration(judged(60, isHard, tells), BOUND, OPTIONS).calibration;
    expect(few.acceptance).toMatchObject({ whole: { least: null, kept: 0 }, breakOff: 0, skipGap: 1 });
  });

  it('is nothing where the low target does not say how sure it was, or too few were judged', () => {
    expect(fitCalibration(judged(300, isHard, null), BOUND, OPTIONS).calibration.acceptance).toBeNull();
    expect(fitCalibration(judged(40, isHard, tells), BOUND, OPTIONS).calibration.acceptance).toBeNull();
  });
});

describe('a measured rate of gaps', () => {
  it('moves the level where there are too few labels to learn more, and is left out where there are enough', () => {
    const few = fitCalibration(
      judged(40, (i) => i % 2 === 0, tells),
      BOUND,
      OPTIONS,
    ).calibration;
    expect(few.own).toBeNull();
    expect(few.rate).toMatchObject({ gap: 0.5, judged: 40 });
    expect(few.rate!.offset).toBeGreaterThan(0.3);
    expect(fitCalibration(judged(200, isHard, tells), BOUND, OPTIONS).calibration.rate).toBeNull();
  });
});

describe('a calibration file', () => {
  const read = (value: unknown) =>
    readCalibration('/x/tiergate.calibration.json', true, {
      has: () => true,
      read: () => JSON.stringify(value),
    });

  it('is read as it was written, and refused with what to do where it is older or of other features', () => {
    const { calibration } = fitCalibration(judged(300, isHard, tells), BOUND, OPTIONS);
    expect(read(calibration)).toEqual({ calibration, problem: null });
    expect(read({ ...calibration, version: 1 }).problem).toMatch(
      /was made by an older version; run tiergate calibrate --apply again, or remove it/,
    );
    const { acceptance } = calibration;
    const other = { ...acceptance!.whole, own: { ...acceptance!.whole.own, weights: [1] } };
    expect(read({ ...calibration, acceptance: { ...acceptance!, whole: other } }).problem).toMatch(
      /other features/,
    );
  });
});
