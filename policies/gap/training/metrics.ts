// How good a ranking of prompts for the stronger model is. APGR and CPT: RouteLLM (arXiv 2406.18665, section 3).

export interface Outcome {
  /** What the weaker and the stronger model got, 0 ... 1. */
  weak: number;
  strong: number;
}

/** Quality by the share sent to the stronger model, ties in expectation: points from share 0 to 1. */
export function qualityCurve(
  rows: readonly Outcome[],
  scores: readonly number[],
): { share: number; quality: number }[] {
  const order = rows.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  let quality = rows.reduce((sum, row) => sum + row.weak, 0);
  const points = [{ share: 0, quality: quality / rows.length }];
  for (let at = 0; at < order.length; ) {
    let end = at;
    let gain = 0;
    while (end < order.length && scores[order[end]!] === scores[order[at]!]) {
      gain += rows[order[end]!]!.strong - rows[order[end]!]!.weak;
      end += 1;
    }
    quality += gain;
    points.push({ share: end / rows.length, quality: quality / rows.length });
    at = end;
  }
  return points;
}

export interface RouterScore {
  apgr: number;
  /** Share of calls to the stronger model that recovers half, 80 %, of the gap. */
  cpt50: number;
  cpt80: number;
  /** Of "the stronger is right and the weaker is not" against the rest. */
  auc: number;
}

export function scoreRouter(rows: readonly Outcome[], scores: readonly number[]): RouterScore {
  const curve = qualityCurve(rows, scores);
  const weak = curve[0]!.quality;
  const span = curve.at(-1)!.quality - weak;
  const recovered = curve.map(({ share, quality }) => ({ share, part: (quality - weak) / span }));
  let area = 0;
  for (let i = 1; i < recovered.length; i += 1) {
    const [a, b] = [recovered[i - 1]!, recovered[i]!];
    area += ((a.part + b.part) / 2) * (b.share - a.share);
  }
  const reach = (goal: number): number => {
    for (let i = 1; i < recovered.length; i += 1) {
      const [a, b] = [recovered[i - 1]!, recovered[i]!];
      if (b.part >= goal) return a.share + ((goal - a.part) / (b.part - a.part)) * (b.share - a.share);
    }
    return 1;
  };
  return {
    apgr: area,
    cpt50: reach(0.5),
    cpt80: reach(0.8),
    auc: areaUnderRoc(
      rows.map((row) => (row.strong - row.weak > 0.5 ? 1 : 0)),
      scores,
    ),
  };
}

/** Mann-Whitney, ties one half. */
export function areaUnderRoc(labels: readonly number[], scores: readonly number[]): number {
  const order = labels.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let at = 0; at < order.length; ) {
    let end = at;
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
