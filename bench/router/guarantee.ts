// Does the certified loss hold? Judged requests drawn anew many times from traffic whose outcomes are known, and the loss counted on
// what is left: that is the finite batch that a user would look at.
import { isGap, meanOf, outcomeOf } from '../../policies/gap/training/fit.ts';
import type { Row } from '../../policies/gap/training/rows.ts';
import { upperBound } from '../../policies/guarantee/clopper-pearson.ts';
import { lossCurve } from '../../policies/guarantee/curve.ts';
import { certify, type RiskBound } from '../../policies/guarantee/thresholds.ts';
import { randomBelow, type UnseenChances } from './unseen.ts';

export interface GuaranteeLine extends RiskBound {
  traffic: string;
  judged: number;
  splits: number;
  /** Share of splits whose loss exceeds alpha: on all that was not judged, and on a batch of as many requests as were judged. */
  exceeded: number;
  batchExceeded: number;
  /** On all that was not judged, of the kept share. */
  meanLoss: number;
  meanKept: number;
  /** With thresholds by Clopper-Pearson, which bounds the rate of all traffic and not the loss of a batch. */
  rate: { exceeded: number; meanKept: number };
  /** With the threshold that the judged requests would allow if their loss were taken at its word. */
  uncorrected: { exceeded: number; meanKept: number };
}

interface Scored {
  score: number;
  isLoss: boolean;
}

const shareOf = (requests: readonly Scored[], isCounted: (request: Scored) => boolean): number =>
  requests.filter(isCounted).length / requests.length;

const lossBelow = (requests: readonly Scored[], threshold: number): number =>
  shareOf(requests, ({ score, isLoss }) => isLoss && score < threshold);

const keptBelow = (requests: readonly Scored[], threshold: number): number =>
  shareOf(requests, ({ score }) => score < threshold);

/** The highest threshold at which the judged requests themselves lose no more than alpha. */
function plainThreshold(judged: readonly Scored[], { alpha, delta }: RiskBound): number {
  const priced = judged.map((each) => ({ ...each, lowMicrousd: 0, highMicrousd: 1 }));
  return lossCurve(priced, delta).findLast((point) => point.loss <= alpha)!.threshold;
}

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
    bounds.map((bound): GuaranteeLine => {
      const next = randomBelow(11);
      const drawn = Array.from({ length: splits }, () => {
        const shuffled = scored
          .map((each) => ({ each, at: next(2 ** 31) }))
          .sort((a, b) => a.at - b.at)
          .map(({ each }) => each);
        const sample = shuffled.slice(0, judged);
        const rest = shuffled.slice(judged);
        const { threshold } = certify(sample, bound);
        const byRate = certify(sample, bound, upperBound).threshold;
        const plain = plainThreshold(sample, bound);
        const exceeds = (requests: readonly Scored[], below: number): number =>
          Number(lossBelow(requests, below) > bound.alpha);
        return {
          exceeded: exceeds(rest, threshold),
          batchExceeded: exceeds(rest.slice(0, judged), threshold),
          loss: lossBelow(rest, threshold),
          kept: keptBelow(rest, threshold),
          rateExceeded: exceeds(rest, byRate),
          rateKept: keptBelow(rest, byRate),
          plainExceeded: exceeds(rest, plain),
          plainKept: keptBelow(rest, plain),
        };
      });
      const mean = (of: keyof (typeof drawn)[number]): number => meanOf(drawn.map((each) => each[of]));
      return {
        ...{ traffic, judged, splits, ...bound },
        exceeded: mean('exceeded'),
        batchExceeded: mean('batchExceeded'),
        meanLoss: mean('loss'),
        meanKept: mean('kept'),
        rate: { exceeded: mean('rateExceeded'), meanKept: mean('rateKept') },
        uncorrected: { exceeded: mean('plainExceeded'), meanKept: mean('plainKept') },
      };
    }),
  );
}
