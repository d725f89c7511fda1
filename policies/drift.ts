// Has the traffic changed since thresholds were certified on it? Shares of requests by task, language, length and gap, then and now,
// compared by the population stability index; and the judged losses since. Pure.
// Source of the index and its bands (0.1 some, 0.25 a large change): Siddiqi, "Credit Risk Scorecards" (2006), chapter 9.
import { lowerBound, upperBound } from './guarantee/clopper-pearson.ts';
import type { RiskBound } from './guarantee/thresholds.ts';

/** What is looked at of a request. */
export interface DriftFacts {
  task: string;
  language: string | null;
  promptTokens: number;
  /** Chance that the stronger tier is needed, 0 ... 1. */
  gap: number;
}

export interface Shift {
  what: 'task' | 'language' | 'prompt tokens' | 'gap';
  index: number;
  /** What the index of as many requests reaches by chance alone, once in twenty times. */
  byChance: number;
  isDrift: boolean;
  /** The share that changed most: "code 3 % -> 21 %". */
  most: string;
}

const LARGE = 0.25;

const WAYS: Record<Shift['what'], (facts: DriftFacts) => string> = {
  task: ({ task }) => task,
  language: ({ language }) => language ?? 'unknown',
  'prompt tokens': ({ promptTokens }) => {
    const low = 4 ** Math.floor(Math.log(Math.max(1, promptTokens)) / Math.log(4));
    return `${low} to ${4 * low - 1}`;
  },
  gap: ({ gap }) => {
    const low = Math.min(0.9, Math.floor(gap * 10) / 10);
    return `${low.toFixed(1)} to ${(low + 0.1).toFixed(1)}`;
  },
};

function countsOf(facts: readonly DriftFacts[], way: (of: DriftFacts) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const each of facts) counts.set(way(each), (counts.get(way(each)) ?? 0) + 1);
  return counts;
}

/** 95 % quantile of chi squared with so many degrees of freedom (Wilson and Hilferty 1931). */
function chiSquared95(freedom: number): number {
  const part = 2 / (9 * freedom);
  return freedom * (1 - part + 1.6449 * Math.sqrt(part)) ** 3;
}

/** Sum over shares of (now - then) ln(now / then); half a request is added to each, so that an empty one has a logarithm. */
export function stabilityIndex(then: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): number {
  const names = [...new Set([...then.keys(), ...now.keys()])];
  const total = (counts: ReadonlyMap<string, number>): number =>
    [...counts.values()].reduce((sum, count) => sum + count, 0) + 0.5 * names.length;
  return names.reduce((sum, name) => {
    const [p, q] = [then, now].map((counts) => ((counts.get(name) ?? 0) + 0.5) / total(counts)) as [
      number,
      number,
    ];
    return sum + (q - p) * Math.log(q / p);
  }, 0);
}

/** Empty where one of the two times holds no request. */
export function shiftsOf(then: readonly DriftFacts[], now: readonly DriftFacts[]): Shift[] {
  if (then.length === 0 || now.length === 0) return [];
  return (Object.keys(WAYS) as Shift['what'][]).map((what) => {
    const [before, after] = [countsOf(then, WAYS[what]), countsOf(now, WAYS[what])];
    const names = [...new Set([...before.keys(), ...after.keys()])].sort();
    const shareOf = (counts: Map<string, number>, of: readonly unknown[], name: string): number =>
      (counts.get(name) ?? 0) / of.length;
    const index = stabilityIndex(before, after);
    const byChance =
      names.length < 2 ? 0 : chiSquared95(names.length - 1) * (1 / then.length + 1 / now.length);
    const changes = names.map((name) => ({
      name,
      ...{ p: shareOf(before, then, name), q: shareOf(after, now, name) },
    }));
    const { name, p, q } = changes.reduce((most, each) =>
      Math.abs(each.q - each.p) > Math.abs(most.q - most.p) ? each : most,
    );
    const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
    return {
      ...{ what, index, byChance },
      isDrift: index >= LARGE && index > byChance,
      most: `${name} ${percent(p)} -> ${percent(q)}`,
    };
  });
}

export interface LossCheck {
  judged: number;
  kept: number;
  losses: number;
  /** Of the share of requests that are kept low and worse for it; each by itself wrong with chance delta. */
  low: number;
  high: number;
  verdict: 'holds' | 'broken' | 'open';
}

/** What judgements made since the calibration say of its promise. @param isKept low, by the thresholds in force */
export function lossCheck(
  judgements: readonly { isLoss: boolean; isKept: boolean }[],
  { alpha, delta }: RiskBound,
): LossCheck {
  const judged = judgements.length;
  const losses = judgements.filter(({ isLoss, isKept }) => isLoss && isKept).length;
  const [low, high] = [lowerBound(losses, judged, delta), upperBound(losses, judged, delta)];
  return {
    ...{ judged, losses, low, high },
    kept: judgements.filter(({ isKept }) => isKept).length,
    verdict: low > alpha ? 'broken' : high <= alpha ? 'holds' : 'open',
  };
}
