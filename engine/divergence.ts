// How far one model's answers lie from another's over the same text: what a quantisation costs.
// Source: Kullback and Leibler, "On Information and Sufficiency" (1951); the figures are those of llama.cpp's perplexity
// tool with --kl-divergence.
import { GatewayError } from '../contract/errors.ts';
import { finite, logSumExp, Perplexity, type ScoredRows, type TextScorer } from './score.ts';

export interface Divergence {
  /** Of the scored positions, in order: KL(reference || other), nats. */
  kls: Float64Array;
  meanKl: number;
  medianKl: number;
  p99Kl: number;
  maxKl: number;
  /** Share of positions where both rank the same token first. */
  sameTop: number;
  /** Root mean square of the difference between the probabilities of the text's own token. */
  rmsProbability: number;
  reference: Perplexity;
  other: Perplexity;
}

/**
 * Follows both models along the text, window by window.
 * @param onWindow called after each window
 * @throws {GatewayError} INVALID_REQUEST when their vocabularies cut the text otherwise
 */
export async function compareTexts(
  reference: TextScorer,
  other: TextScorer,
  onWindow: (perplexities: [Perplexity, Perplexity]) => void,
): Promise<Divergence> {
  checkSameTokens(reference, other);
  const perplexities: [Perplexity, Perplexity] = [new Perplexity(), new Perplexity()];
  const kls: number[] = [];
  let same = 0;
  let squares = 0;
  const take = ({ logits: p, targets }: ScoredRows, q: Float32Array): void => {
    for (const [i, target] of targets.entries()) {
      const row = comparedRow(
        p.subarray(i * reference.nVocab, (i + 1) * reference.nVocab),
        q.subarray(i * other.nVocab, (i + 1) * other.nVocab),
        target,
      );
      perplexities[0].add(finite(-row.logP));
      perplexities[1].add(finite(-row.logQ));
      kls.push(finite(row.kl));
      same += row.sameTop ? 1 : 0;
      squares += (Math.exp(row.logP) - Math.exp(row.logQ)) ** 2;
    }
  };
  for (const window of reference.windows) {
    const theirs = other.rows(window);
    for await (const rows of reference.rows(window)) {
      const { value } = await theirs.next();
      if (value) take(rows, value.logits);
    }
    await theirs.return(undefined);
    onWindow(perplexities);
  }
  const sorted = Float64Array.from(kls).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return {
    kls: Float64Array.from(kls),
    meanKl: kls.reduce((sum, kl) => sum + kl, 0) / kls.length,
    medianKl: at(0.5),
    p99Kl: at(0.99),
    maxKl: sorted.at(-1)!,
    sameTop: same / kls.length,
    rmsProbability: Math.sqrt(squares / kls.length),
    reference: perplexities[0],
    other: perplexities[1],
  };
}

function checkSameTokens(a: TextScorer, b: TextScorer): void {
  const differs =
    a.nVocab !== b.nVocab ||
    a.windows.length !== b.windows.length ||
    a.windows.some((window, i) => window.some((token, k) => token !== b.windows[i]![k]));
  if (!differs) return;
  throw new GatewayError(
    'INVALID_REQUEST',
    `the two models have different vocabularies (${a.nVocab} and ${b.nVocab} tokens, or other words); ` +
      'compare two files of the same model',
  );
}

/** Both rows are of the same vocabulary. */
function comparedRow(p: Float32Array, q: Float32Array, target: number) {
  const [sumP, sumQ] = [logSumExp(p), logSumExp(q)];
  let kl = 0;
  let [bestP, bestQ] = [0, 0];
  for (let id = 0; id < p.length; id++) {
    const logP = p[id]! - sumP;
    kl += Math.exp(logP) * (logP - (q[id]! - sumQ));
    if (p[id]! > p[bestP]!) bestP = id;
    if (q[id]! > q[bestQ]!) bestQ = id;
  }
  // Rounding may leave equal rows a hair below nothing.
  return {
    kl: Math.max(0, kl),
    sameTop: bestP === bestQ,
    logP: p[target]! - sumP,
    logQ: q[target]! - sumQ,
  };
}
