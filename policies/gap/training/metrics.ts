// How good a ranking of prompts for the stronger model is. APGR and CPT: RouteLLM (arXiv 2406.18665, section 3).

export interface Outcome {
  /** What the weaker and the stronger model got, 0 ... 1. */
  weak: number;
  strong: number;
}

export interface RouterScore {
  apgr: number;
  /** Share of calls to the stronger model that recovers half, 80 %, of the gap. */
  cpt50: number;
  cpt80: number;
  /** Of "the stronger is right and the weaker is not" against the rest. */
  auc: number;
}

/** How good a ranking is, on the rows as they are. */
export const scoreRouter = (rows: readonly Outcome[], scores: readonly number[]): RouterScore =>
  routerScorer(rows, scores)(new Uint32Array(rows.length).fill(1));

/**
 * Sorts once; then scores any number of draws, each given as how often every row is in it. Ties count in expectation: a line
 * between the curve's points, one half in AUC.
 */
export function routerScorer(
  rows: readonly Outcome[],
  scores: readonly number[],
): (counts: ArrayLike<number>) => RouterScore {
  const order = Uint32Array.from(rows, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const gains = Float64Array.from(order, (i) => rows[i]!.strong - rows[i]!.weak);
  const endsTie = Uint8Array.from(order, (i, at) => (scores[order[at + 1]!] === scores[i] ? 0 : 1));
  return (counts) => {
    let [total, span] = [0, 0];
    for (let at = 0; at < order.length; at += 1) {
      total += counts[order[at]!]!;
      span += counts[order[at]!]! * gains[at]!;
    }
    let [area, cpt50, cpt80] = [0, 1, 1];
    let [sent, gained, lastSent, lastGained] = [0, 0, 0, 0];
    let [positives, negatives, above, groupPositives, groupNegatives] = [0, 0, 0, 0, 0];
    for (let at = 0; at < order.length; at += 1) {
      const count = counts[order[at]!]!;
      sent += count;
      gained += count * gains[at]!;
      if (gains[at]! > 0.5) groupPositives += count;
      else groupNegatives += count;
      if (endsTie[at] === 0) continue;
      area += ((lastGained + gained) / 2) * (sent - lastSent);
      const reach = (goal: number): number =>
        gained === lastGained
          ? sent / total
          : (lastSent + ((goal * span - lastGained) / (gained - lastGained)) * (sent - lastSent)) / total;
      if (cpt50 === 1 && gained >= 0.5 * span) cpt50 = reach(0.5);
      if (cpt80 === 1 && gained >= 0.8 * span) cpt80 = reach(0.8);
      above += groupNegatives * (positives + groupPositives / 2);
      positives += groupPositives;
      negatives += groupNegatives;
      [lastSent, lastGained, groupPositives, groupNegatives] = [sent, gained, 0, 0];
    }
    const pairs = positives * negatives;
    return { apgr: area / (span * total), cpt50, cpt80, auc: pairs === 0 ? 0.5 : above / pairs };
  };
}

/** Mann-Whitney, ties one half. */
export function areaUnderRoc(labels: readonly number[], scores: readonly number[]): number {
  const order = labels.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let at = 0; at < order.length; ) {
    // A score that is no number is equal to none, not even to itself.
    let end = at + 1;
    while (end < order.length && scores[order[end]!] === scores[order[at]!]) end += 1;
    const rank = (at + 1 + end) / 2;
    for (let i = at; i < end; i += 1)
      if (labels[order[i]!] === 1) {
        positives += 1;
        rankSum += rank;
      }
    at = end;
  }
  const negatives = labels.length - positives;
  return positives === 0 || negatives === 0
    ? 0.5
    : (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Mean distance of predicted chance and observed share over ten bins of equal size. */
export function calibrationError(chances: readonly number[], labels: readonly number[], bins = 10): number {
  let error = 0;
  for (const bin of reliability(chances, labels, bins))
    error += (Math.abs(bin.predicted - bin.observed) * bin.count) / chances.length;
  return error;
}

export function reliability(
  chances: readonly number[],
  labels: readonly number[],
  bins = 10,
): { predicted: number; observed: number; count: number }[] {
  const order = chances.map((_, i) => i).sort((a, b) => chances[a]! - chances[b]!);
  return Array.from({ length: bins }, (_, bin) => {
    const members = order.slice(
      Math.floor((bin * order.length) / bins),
      Math.floor(((bin + 1) * order.length) / bins),
    );
    const mean = (of: readonly number[]): number =>
      members.reduce((sum, i) => sum + of[i]!, 0) / Math.max(1, members.length);
    return { predicted: mean(chances), observed: mean(labels), count: members.length };
  });
}
