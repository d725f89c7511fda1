// How many losses a later batch may have, from the losses among judged requests: a bound for what is then counted, not for a rate
// that nobody ever sees.
//
// A bound of the rate (Clopper-Pearson) is not enough for that: the batch has a scatter of its own, and where judged requests and
// batch are halves of one finite set, few losses in the one half leave more to the other. What holds for both is the law of a random
// split. Let n requests be judged and m come later, in an order that says nothing (exchangeable), and let M of the n + m be losses:
// those among the judged are hypergeometric. So "at most k losses were judged, and the batch has j or more" has a chance of at most
//   P(Hypergeometric(n + m, M = k + j, n) <= k),
// whatever M is: with fewer losses in all the batch reaches j less often, with more the judged part stays at k less often. As m grows
// it becomes Clopper-Pearson's binomial tail.
//
// The threshold may be chosen by the judged losses, as `certify` does, for the same chance. Order all n + m losses by score; the
// threshold lets through at most k judged ones. If j or more of the batch are below it, then among the first k + j losses by score j
// or more are of the batch: either no more than k + j are below the threshold, or among the k + j first ones at most k are
// judged. Which of the k + j are judged is hypergeometric whatever the scores are.
// Sources: Thatcher, "Relationships between Bayesian and confidence limits for predictions", JRSS B 26 (1964); the same law for
// thresholds by rank: Marques, "Universal distribution of the empirical coverage in split conformal prediction" (arXiv 2303.02770).
import { logGamma } from './clopper-pearson.ts';

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/**
 * The chance that at most `count` of `trials` judged requests are losses and `losses` or more of a later `batch` are, at its
 * largest over how many losses there are in all. Whole numbers; 0 <= count <= trials.
 */
export function exceedChance(count: number, trials: number, losses: number, batch: number): number {
  if (losses <= 0 || count >= trials) return 1;
  if (losses > batch) return 0;
  const all = count + losses;
  let term = Math.exp(logChoose(trials, count) + logChoose(batch, losses) - logChoose(trials + batch, all));
  let sum = 0;
  for (let i = count; ; i -= 1) {
    sum += term;
    if (i === 0 || term < 1e-18) return Math.min(1, sum);
    term *= (i * (batch - all + i)) / ((trials - i + 1) * (all - i + 1));
  }
}

/**
 * The share of losses that a later batch of as many requests as were judged reaches with a chance of at most `delta`, after `count`
 * losses in `trials`. Exact; without trials nothing is known: 1.
 *
 * A larger batch goes above the share with a chance of at most `delta` too: so in every case of an enumeration (test), and proven up
 * to a factor of two, because a batch that is above the share contains parts of `trials` requests of which at least half reach it
 * (the median of a hypergeometric count is not below a whole number that its mean exceeds). A smaller batch may do so more often.
 */
export function upperBatchBound(count: number, trials: number, delta: number): number {
  if (trials === 0) return 1;
  // The least number of losses that is unlikely enough; `trials + 1` is impossible.
  let [low, high] = [0, trials + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (exceedChance(count, trials, middle, trials) <= delta) high = middle;
    else low = middle + 1;
  }
  return Math.min(1, low / trials);
}

/** Trials below which not even a clean record keeps `upperBatchBound` at `alpha`, which is above 0. */
export function leastTrials(alpha: number, delta: number): number {
  // Of `losses` in two halves of equal size all are in the later one with a chance below 1 in 2^losses.
  const most = Math.ceil(Math.log2(1 / delta)) + 1;
  let trials = 1;
  while (trials < Math.ceil(most / alpha) && upperBatchBound(0, trials, delta) > alpha) trials += 1;
  return trials;
}
