// What keeping requests low would have cost and lost, threshold by threshold, with bounds. Pure.
import { lowerBound, upperBound } from './clopper-pearson.ts';

export interface PricedRequest {
  /** Kept low where it is below the threshold, 0 ... 1. */
  score: number;
  isLoss: boolean;
  /** Of the low and of the high answer. */
  lowMicrousd: number;
  highMicrousd: number;
}

export interface CurvePoint {
  threshold: number;
  /** Shares of all requests, 0 ... 1. */
  kept: number;
  loss: number;
  lossLow: number;
  lossHigh: number;
  /** Mean of a request. */
  costMicrousd: number;
}

/**
 * Points from nothing kept to everything kept. Each point's bounds hold by themselves with chance 1 - delta (one-sided), not all of
 * them together.
 * @param alwaysLow the low answer is made, and paid, even for what moves up
 */
export function lossCurve(
  requests: readonly PricedRequest[],
  delta: number,
  { alwaysLow = false, points = 100 } = {},
): CurvePoint[] {
  const sorted = [...requests].sort((a, b) => a.score - b.score);
  const total = sorted.length;
  let [kept, losses, cost] = [0, 0, 0];
  for (const { lowMicrousd, highMicrousd } of sorted) cost += highMicrousd + (alwaysLow ? lowMicrousd : 0);
  return Array.from({ length: points + 1 }, (_, i): CurvePoint => {
    // At the last point, a score of 1 is kept too.
    const threshold = i === points ? Number.POSITIVE_INFINITY : i / points;
    for (; kept < total && sorted[kept]!.score < threshold; kept += 1) {
      const { isLoss, lowMicrousd, highMicrousd } = sorted[kept]!;
      if (isLoss) losses += 1;
      cost -= highMicrousd - (alwaysLow ? 0 : lowMicrousd);
    }
    return {
      threshold: Math.min(1, threshold),
      kept: kept / Math.max(1, total),
      loss: losses / Math.max(1, total),
      lossLow: lowerBound(losses, total, delta),
      lossHigh: upperBound(losses, total, delta),
      costMicrousd: cost / Math.max(1, total),
    };
  });
}
