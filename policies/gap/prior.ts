// What is known of two tiers beside their prompts: how often each is right on such work, or how often a gap occurs. No prompt shows that,
// and it differs from source to source by more than all that prompts show. It moves the log odds of all requests alike, so that their
// mean chance is the known rate.
import type { Task } from '../../contract/policy.ts';
import { type GapModel, sigmoid, TIER_PAIRS, type TierPair } from './model.ts';

export interface KnownQuality {
  /** Share of requests that a level gets right, 0 ... 1. */
  accuracy?: Partial<Record<'level1' | 'level2' | 'level3', number | undefined>> | undefined;
  /** Share of requests that a level gets right and the one below does not; goes before `accuracy`. */
  gap?: Partial<Record<'level2' | 'level3', number | undefined>> | undefined;
}

export interface KnownByTask extends KnownQuality {
  tasks?: Partial<Record<Task, KnownQuality | undefined>> | undefined;
}

/** Added to the log odds of a pair. */
export interface GapPrior {
  all: Record<TierPair, number>;
  tasks: Partial<Record<Task, Record<TierPair, number>>>;
}

export const NO_PRIOR: GapPrior = { all: { '1|2': 0, '2|3': 0 }, tasks: {} };

const LEVELS = { '1|2': ['level1', 'level2'], '2|3': ['level2', 'level3'] } as const;
/** A rate of nought or one would be certain of every request. */
const LEAST_RATE = 0.002;

/**
 * From how often each is right: a gap occurs at least as often as they differ, and at most as often as the stronger is right and
 * the weaker wrong at all. @param share of that span, 0 ... 1
 */
export function gapRate(weak: number, strong: number, share: number): number {
  const least = Math.max(0, strong - weak);
  const most = Math.min(strong, 1 - weak);
  return least + share * (most - least);
}

/** Where a known rate lies in the span that accuracies allow; null: they leave none. */
export function shareOfSpan(weak: number, strong: number, rate: number): number | null {
  const [least, most] = [gapRate(weak, strong, 0), gapRate(weak, strong, 1)];
  return most - least < 1e-9 ? null : Math.max(0, Math.min(1, (rate - least) / (most - least)));
}

/** What is added to all of `odds`, of which there is one at least, so that their mean chance is `rate`. */
export function offsetTo(odds: readonly number[], rate: number): number {
  const wanted = Math.max(LEAST_RATE, Math.min(1 - LEAST_RATE, rate));
  let [low, high] = [-30, 30];
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    const mean = odds.reduce((sum, each) => sum + sigmoid(each + middle), 0) / odds.length;
    if (mean < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Null: nothing is known of the pair. */
export function knownRate({ accuracy, gap }: KnownQuality, pair: TierPair, share: number): number | null {
  const [lower, higher] = LEVELS[pair];
  const [weak, strong] = [accuracy?.[lower], accuracy?.[higher]];
  return gap?.[higher] ?? (weak === undefined || strong === undefined ? null : gapRate(weak, strong, share));
}

/** Requests are taken to be spread like the training prompts. A task says its own, else what holds for all. */
export function priorOf(known: KnownByTask, model: GapModel): GapPrior {
  const offsets = (of: KnownQuality, otherwise: Record<TierPair, number>): Record<TierPair, number> => {
    const offset = (pair: TierPair): number => {
      const { gapShare, odds } = model.pairs[pair];
      const rate = knownRate(of, pair, gapShare);
      return rate === null ? otherwise[pair] : offsetTo(odds, rate);
    };
    return { '1|2': offset(TIER_PAIRS[0]!), '2|3': offset(TIER_PAIRS[1]!) };
  };
  const all = offsets(known, NO_PRIOR.all);
  const tasks = Object.fromEntries(
    Object.entries(known.tasks ?? {}).map(([task, of]) => [task, offsets(of ?? {}, all)]),
  );
  return { all, tasks };
}

export const priorOdds = ({ all, tasks }: GapPrior, task: Task, pair: TierPair): number =>
  (tasks[task] ?? all)[pair];

/** Gap 1|2 of every request moved by so many log odds. */
export function movedPrior({ all, tasks }: GapPrior, offset: number): GapPrior {
  const moved = (odds: Record<TierPair, number>): Record<TierPair, number> => ({
    ...odds,
    '1|2': odds['1|2'] + offset,
  });
  return {
    all: moved(all),
    tasks: Object.fromEntries(Object.entries(tasks).map(([task, odds]) => [task, moved(odds)])),
  };
}
