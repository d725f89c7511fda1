// How far a request may be kept low: the highest threshold of a score for which the loss of a later batch, of as many requests as
// were judged or more, stays at alpha, except with chance delta. Thresholds are tested in a fixed order, the strictest
// first, until one fails; so testing many costs nothing (`batch-bound.ts` says why).
// Source of the order: Angelopoulos et al., "Learn then Test" (arXiv 2110.01052), fixed-sequence testing.
// Holds for requests like the judged ones (exchangeable), with labels that are right, and for thresholds that are then left
// alone. It does not hold after the traffic has changed, nor for a part of the traffic that is looked at for itself.
import { leastTrials, upperBatchBound } from './batch-bound.ts';

/** One request that was answered on both tiers and judged. */
export interface JudgedRequest {
  caller: string;
  task: string;
  /** Chance that the stronger tier is needed, 0 ... 1: kept low where it is below the threshold. */
  score: number;
  /** The weaker tier's answer was not as good as the stronger's. */
  isLoss: boolean;
}

export interface RiskBound {
  /** Largest share of a batch of requests that may be kept low and be worse for it, 0 ... 1. */
  alpha: number;
  /** Chance that the share is larger all the same. */
  delta: number;
}

export interface Certified {
  /** Kept low where the score is below; 0: nothing could be certified, everything moves up. */
  threshold: number;
  /** Judged requests, those of them kept low, and the losses among those. */
  judged: number;
  kept: number;
  losses: number;
  /** Share of losses that a later batch of as many requests reaches with chance `delta` at most. */
  lossBound: number;
}

/** Fixed beforehand: thresholds taken from the losses themselves would need a correction. */
const GRID: readonly number[] = Array.from({ length: 200 }, (_, i) => (i + 1) / 200);

/**
 * Pure.
 * @param boundOf the losses among so many requests, with chance delta; `upperBound` of `clopper-pearson.ts` would promise something
 *   of the rate of all traffic alone, which a batch exceeds more often
 */
export function certify(
  requests: readonly Pick<JudgedRequest, 'score' | 'isLoss'>[],
  { alpha, delta }: RiskBound,
  boundOf: (losses: number, judged: number, delta: number) => number = upperBatchBound,
): Certified {
  const sorted = [...requests].sort((a, b) => a.score - b.score);
  const judged = sorted.length;
  let certified: Certified = { threshold: 0, judged, kept: 0, losses: 0, lossBound: 0 };
  let [kept, losses] = [0, 0];
  for (const threshold of GRID) {
    while (kept < judged && sorted[kept]!.score < threshold) {
      if (sorted[kept]!.isLoss) losses += 1;
      kept += 1;
    }
    const lossBound = boundOf(losses, judged, delta);
    if (lossBound > alpha) break;
    certified = { threshold, judged, kept, losses, lossBound };
  }
  return certified;
}

export interface GroupThreshold extends Certified {
  caller: string;
  task: string;
  /** Whose requests the threshold was tested on: its own, all of its caller's, or everybody's. */
  testedOn: 'caller and task' | 'caller' | 'all';
}

/**
 * One threshold for each caller and task. A group too small to certify anything takes its parent's; how large a group
 * is does not depend on its losses, so the bound holds for the group that was tested.
 */
export function certifyGroups(requests: readonly JudgedRequest[], bound: RiskBound): GroupThreshold[] {
  const least = leastTrials(bound.alpha, bound.delta);
  const groups = groupBy(requests, ({ caller, task }) => JSON.stringify([caller, task]));
  const callers = groupBy(requests, ({ caller }) => caller);
  const tested = new Map<readonly JudgedRequest[], Certified>();
  const test = (members: readonly JudgedRequest[]): Certified => {
    const known = tested.get(members) ?? certify(members, bound);
    tested.set(members, known);
    return known;
  };
  return [...groups.values()].map((members) => {
    const { caller, task } = members[0]!;
    const ofCaller = callers.get(caller)!;
    if (members.length >= least) return { caller, task, testedOn: 'caller and task', ...test(members) };
    if (ofCaller.length >= least) return { caller, task, testedOn: 'caller', ...test(ofCaller) };
    return { caller, task, testedOn: 'all', ...test(requests) };
  });
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
