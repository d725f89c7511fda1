// k nearest neighbours by their words: TF-IDF, hashed into few dimensions, cosine. The share of gaps among the neighbours is the score.
import type { TierPair } from '../../policies/gap/model.ts';
import { isGap, outcomeOf } from '../../policies/gap/training/fit.ts';
import type { Row } from '../../policies/gap/training/rows.ts';

const DIMENSIONS = 64;
const NEIGHBOURS = 40;
/** Of the known prompts, every so many, so that so many are searched. */
const SEARCHED = 5000;

const wordsOf = (prompt: string): Set<string> =>
  new Set(
    prompt
      .slice(0, 4096)
      .toLowerCase()
      .match(/[a-z]{2,}|\d+/g) ?? [],
  );

function hashOf(word: string): number {
  let hash = 2166136261;
  for (let i = 0; i < word.length; i += 1) hash = Math.imul(hash ^ word.charCodeAt(i), 16777619);
  return hash >>> 0;
}

/** @returns a vector of length 1: each word adds its weight, with a sign, in two places. */
function vectorOf(words: Iterable<string>, weightOf: (word: string) => number): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (const word of words) {
    const hash = hashOf(word);
    const weight = weightOf(word);
    vector[hash % DIMENSIONS]! += hash & 0x10000 ? weight : -weight;
    vector[(hash >>> 8) % DIMENSIONS]! += hash & 0x20000 ? weight : -weight;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

/** The k-th largest value; the smallest of fewer. */
function kthLargest(values: Float64Array, k: number): number {
  const top = new Float64Array(Math.min(k, values.length)).fill(Number.NEGATIVE_INFINITY);
  for (const value of values) {
    if (value <= top[0]!) continue;
    let at = 1;
    for (; at < top.length && top[at]! < value; at += 1) top[at - 1] = top[at]!;
    top[at - 1] = value;
  }
  return top[0]!;
}

export function nearestNeighbours(rows: readonly Row[], pair: TierPair): (row: Row) => number {
  const step = Math.max(1, Math.floor(rows.length / SEARCHED));
  const known = rows.filter((_, i) => i % step === 0);
  const texts = known.map(({ prompt }) => wordsOf(prompt));
  const seen = new Map<string, number>();
  for (const words of texts) for (const word of words) seen.set(word, (seen.get(word) ?? 0) + 1);
  const weightOf = (word: string): number => Math.log((1 + known.length) / (1 + (seen.get(word) ?? 0)));
  const vectors = new Float32Array(known.length * DIMENSIONS);
  texts.forEach((words, i) => {
    vectors.set(vectorOf(words, weightOf), i * DIMENSIONS);
  });
  const labels = known.map((row) => isGap(outcomeOf(row, pair)));
  const nearness = new Float64Array(known.length);
  return ({ prompt }) => {
    const vector = vectorOf(wordsOf(prompt), weightOf);
    for (let i = 0; i < known.length; i += 1) {
      let dot = 0;
      for (let at = 0; at < DIMENSIONS; at += 1) dot += vector[at]! * vectors[i * DIMENSIONS + at]!;
      nearness[i] = dot;
    }
    const least = kthLargest(nearness, NEIGHBOURS);
    let [gaps, weights] = [0, 0];
    for (let i = 0; i < known.length; i += 1) {
      if (nearness[i]! < least) continue;
      const weight = Math.max(0.01, nearness[i]!);
      gaps += weight * labels[i]!;
      weights += weight;
    }
    return gaps / weights;
  };
}
