// Does the certified loss hold? Calibration and test drawn anew many times from traffic whose outcomes are known.

import { isGap, outcomeOf } from '../../policies/gap/training/fit.ts';
import type { Row } from '../../policies/gap/training/rows.ts';
import { lossCurve } from '../../policies/guarantee/curve.ts';
import { certify, type RiskBound } from '../../policies/guarantee/thresholds.ts';
import { randomBelow, type UnseenChances } from './unseen.ts';

export interface GuaranteeLine extends RiskBound {
  traffic: string;
  judged: number;
  splits: number;
  /** Share of splits whose loss on the rest exceeds alpha. */
  exceeded: number;
  /**
   * The same where the judged requests are drawn with replacement and the loss is that of all: what the bound promises. In a
   * split of a set that is not large, a calibration half with few losses leaves more of them to the other.
   */
  drawnExceeded: number;
  meanLoss: number;
  meanKept: number;
  /** The threshold that the calibration half would allow if its loss were taken at its word. */
  uncorrectedExceeded: number;
}

interface Scored {
  score: number;
  isLoss: boolean;
}

const lossBelow = (test: readonly Scored[], threshold: number): number =>
  test.filter(({ score, isLoss }) => isLoss && score < threshold).length / test.length;

export function guaranteeCheck(
  rows: readonly Row[],
  chances: UnseenChances,
  { splits, judged, bounds }: { splits: number; judged: number; bounds: readonly RiskBound[] },
): GuaranteeLine[] {
  const sets = ['mmlu_pro', 'llmrouter_ulab'].map((source): [string, Scored[]] => {
    const of = rows.filter((row) => row.source === source);
    const ranked = of.map((row) => chances.get(row)!['1|2']).sort((a, b) => a - b);
    // Chances of an unseen source lie close together: their rank spreads them over the grid, as a fitted model would.
    const rank = (chance: number): number => ranked.findIndex((each) => each >= chance) / ranked.length;
    return [
      source,
      of.map((row) => ({
        score: rank(chances.get(row)!['1|2']),
        isLoss: isGap(outcomeOf(row, '1|2')) === 1,
      })),
    ];
  });
  return sets.flatMap(([traffic, scored]) =>
    bounds.map((bound) => {
      const next = randomBelow(11);
      let [exceeded, drawnExceeded, uncorrected, lossSum, keptSum] = [0, 0, 0, 0, 0];
      for (let split = 0; split < splits; split += 1) {
        const shuffled = scored.map((each) => ({ each, at: next(2 ** 31) })).sort((a, b) => a.at - b.at);
        const calibration = shuffled.slice(0, judged).map(({ each }) => each);
        const test = shuffled.slice(judged).map(({ each }) => each);
        const { threshold } = certify(calibration, bound);
        const loss = lossBelow(test, threshold);
        if (loss > bound.alpha) exceeded += 1;
        const drawn = Array.from({ length: judged }, () => scored[next(scored.length)]!);
        if (lossBelow(scored, certify(drawn, bound).threshold) > bound.alpha) drawnExceeded += 1;
        lossSum += loss;
        keptSum += test.filter(({ score }) => score < threshold).length / test.length;
        const priced = calibration.map((each) => ({ ...each, lowMicrousd: 0, highMicrousd: 1 }));
        const plain = lossCurve(priced, bound.delta).findLast(
          (point) => point.loss <= bound.alpha,
        )!.threshold;
        if (lossBelow(test, plain) > bound.alpha) uncorrected += 1;
      }
      return {
        ...{ traffic, judged, splits, ...bound },
        exceeded: exceeded / splits,
        drawnExceeded: drawnExceeded / splits,
        meanLoss: lossSum / splits,
        meanKept: keptSum / splits,
        uncorrectedExceeded: uncorrected / splits,
      };
    }),
  );
}
