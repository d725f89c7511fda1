// Trains the tagger's conditional random field: the log-likelihood of the right tags of each text, by AdaGrad, a text at a time.
// Some words are hidden while training, so that the model also learns from their surroundings.
import { featuresOf, N_FEATURES, N_ROWS } from '../tagger/features.ts';
import { type Gazetteer, LISTS, lookUp } from '../tagger/gazetteer.ts';
import { beginOf, isInside, mayFollow, N_TAGS, N_WEIGHTS, TYPES } from '../tagger/labels.ts';
import type { TaggerModel } from '../tagger/model.ts';
import { type Tokens, tokenize } from '../tagger/tokens.ts';
import type { LabelledText } from './labelled.ts';
import type { Random } from './random.ts';

const LEARNING_RATE = 0.3;
/** Tokens of a text after which it is cut: the chain remembers one token anyway. */
const MAX_TOKENS = 400;
/** Share of the words that the lists, or the word itself, are hidden from. */
const HIDDEN_LISTS = 0.3;
const HIDDEN_WORDS = 0.15;
/** Half of a token's features are left out, a random bit for each: none may lean on another that is not there in other texts. */
const FEATURES_OF_DRAW = 32;
const UNKNOWN_WORD = 0x2545f491;
/** Gradients below are left out: most tokens are long learned. */
const SMALLEST_GRADIENT = 0.004;
const SMALLEST_SLOPE = 1e-3;

/** A row of the table while training: its weights, then the sums of the squares of their slopes. One cache line. */
const ROW = 2 * N_WEIGHTS;

/** Tags that may come before a tag: from `lowBefore` to `highBefore`. */
const lowBefore = (to: number): number => (isInside(to) ? to - 1 : 0);
const highBefore = (to: number): number => (isInside(to) ? to : N_TAGS - 1);

export class Crf {
  readonly start = new Float32Array(N_TAGS);
  readonly transitions = new Float32Array(N_TAGS * N_TAGS);
  readonly #table = new Float32Array(N_ROWS * ROW);
  readonly #lists: Gazetteer;
  readonly #random: Random;
  // Of the piece that is being learned: the table's rows that count for a token (of which `counts[i]` count), the tokens' scores,
  // and the chain's sums from both ends.
  #rows = new Int32Array(0);
  #counts = new Int32Array(0);
  #emit = new Float64Array(0);
  #alpha = new Float64Array(0);
  #beta = new Float64Array(0);
  readonly #moves = new Float64Array(N_TAGS * N_TAGS);
  readonly #pairs = new Float64Array(N_TAGS * N_TAGS);
  readonly #expected = new Float64Array(N_TAGS * N_TAGS);
  readonly #slopes = new Float64Array(N_TAGS);

  constructor(lists: Gazetteer, random: Random) {
    this.#lists = lists;
    this.#random = random;
    for (let from = 0; from < N_TAGS; from += 1)
      for (let to = 0; to < N_TAGS; to += 1)
        if (!mayFollow(from, to)) this.transitions[from * N_TAGS + to] = Number.NEGATIVE_INFINITY;
    for (let to = 2; to < N_TAGS; to += 2) this.start[to] = Number.NEGATIVE_INFINITY;
  }

  /** One pass over the texts. @returns mean negative log-likelihood of a token */
  epoch(texts: readonly LabelledText[], onText: () => void): number {
    let loss = 0;
    let count = 0;
    for (const text of texts) {
      const tokens = tokenize(text.text);
      const gold = goldTags(tokens, text);
      const known = new Uint16Array(tokens.length);
      lookUp(this.#lists, tokens, known);
      for (let i = 0; i < tokens.length; i += 1) {
        const at = this.#random.next();
        if (at < HIDDEN_LISTS) known[i] = (known[i] as number) & ~LISTS;
        if (at < HIDDEN_WORDS) tokens.word[i] = UNKNOWN_WORD;
      }
      for (let first = 0; first < tokens.length; ) {
        let end = Math.min(tokens.length, first + MAX_TOKENS);
        while (end < tokens.length && isInside(gold[end] as number)) end += 1;
        loss += this.#learn(tokens, known, gold, first, end);
        first = end;
      }
      count += tokens.length;
      onText();
    }
    return loss / Math.max(1, count);
  }

  #learn(tokens: Tokens, known: Uint16Array, gold: Uint8Array, first: number, end: number): number {
    const n = end - first;
    if (n > this.#counts.length) {
      this.#rows = new Int32Array(2 * n * N_FEATURES);
      this.#counts = new Int32Array(2 * n);
      this.#emit = new Float64Array(2 * n * N_TAGS);
      this.#alpha = new Float64Array(2 * n * N_TAGS);
      this.#beta = new Float64Array(2 * n * N_TAGS);
    }
    const loss = this.#score(tokens, known, gold, first, n) + this.#sumPaths(n);
    this.#step(gold, first, n);
    return loss;
  }

  /** Scores of the tokens by a half of their features, as odds. @returns the largest scores' sum less the right path's score */
  #score(tokens: Tokens, known: Uint16Array, gold: Uint8Array, first: number, n: number): number {
    const table = this.#table;
    const rows = this.#rows;
    const emit = this.#emit;
    const one = new Int32Array(N_FEATURES);
    const sums = new Float64Array(N_TAGS);
    let result = 0;
    let before = -1;
    for (let i = 0; i < n; i += 1) {
      featuresOf(tokens, known, first + i, one);
      let kept = i * N_FEATURES;
      let bits = 0;
      sums.fill(0);
      for (let f = 0; f < N_FEATURES; f += 1) {
        if (f % FEATURES_OF_DRAW === 0) bits = this.#random.bits();
        const isKept = (bits & 1) !== 0;
        bits >>>= 1;
        if (!isKept) continue;
        const row = (one[f] as number) * ROW;
        rows[kept] = row;
        kept += 1;
        for (let w = 0; w < N_WEIGHTS; w += 1)
          sums[w + 1] = (sums[w + 1] as number) + (table[row + w] as number);
      }
      this.#counts[i] = kept - i * N_FEATURES;
      let top = 0;
      for (let k = 1; k < N_TAGS; k += 1) top = Math.max(top, sums[k] as number);
      for (let k = 0; k < N_TAGS; k += 1) emit[i * N_TAGS + k] = Math.exp((sums[k] as number) - top);
      const tag = gold[first + i] as number;
      const move = before < 0 ? this.start[tag] : this.transitions[before * N_TAGS + tag];
      result += top - (sums[tag] as number) - (move as number);
      before = tag;
    }
    return result;
  }

  /** Forward and backward, each step scaled to sum 1. @returns the logarithm of the sum over all paths */
  #sumPaths(n: number): number {
    const alpha = this.#alpha;
    const beta = this.#beta;
    const emit = this.#emit;
    const moves = this.#moves;
    for (let k = 0; k < moves.length; k += 1) moves[k] = Math.exp(this.transitions[k] as number);
    let logSum = 0;
    for (let i = 0; i < n; i += 1) {
      const at = i * N_TAGS;
      let total = 0;
      for (let to = 0; to < N_TAGS; to += 1) {
        let sum = 0;
        if (i === 0) sum = Math.exp(this.start[to] as number);
        else
          for (let from = lowBefore(to); from <= highBefore(to); from += 1)
            sum += (alpha[at - N_TAGS + from] as number) * (moves[from * N_TAGS + to] as number);
        const value = sum * (emit[at + to] as number);
        alpha[at + to] = value;
        total += value;
      }
      logSum += Math.log(total);
      for (let k = at; k < at + N_TAGS; k += 1) alpha[k] = (alpha[k] as number) / total;
    }
    beta.fill(1, (n - 1) * N_TAGS, n * N_TAGS);
    for (let i = n - 2; i >= 0; i -= 1) {
      const at = i * N_TAGS;
      const next = at + N_TAGS;
      let total = 0;
      beta.fill(0, at, next);
      for (let to = 0; to < N_TAGS; to += 1) {
        const ahead = (emit[next + to] as number) * (beta[next + to] as number);
        for (let from = lowBefore(to); from <= highBefore(to); from += 1)
          beta[at + from] = (beta[at + from] as number) + (moves[from * N_TAGS + to] as number) * ahead;
      }
      for (let k = at; k < next; k += 1) total += beta[k] as number;
      for (let k = at; k < next; k += 1) beta[k] = (beta[k] as number) / total;
    }
    return logSum;
  }

  /** Moves the weights along the slope of the right path's likelihood. */
  #step(gold: Uint8Array, first: number, n: number): void {
    const { start, transitions } = this;
    const alpha = this.#alpha;
    const beta = this.#beta;
    const slopes = this.#slopes;
    const expected = this.#expected;
    expected.fill(0);
    for (let i = 0; i < n; i += 1) {
      const at = i * N_TAGS;
      const tag = gold[first + i] as number;
      let total = 0;
      for (let k = 0; k < N_TAGS; k += 1) {
        slopes[k] = (alpha[at + k] as number) * (beta[at + k] as number);
        total += slopes[k] as number;
      }
      let largest = 0;
      for (let k = 0; k < N_TAGS; k += 1) {
        const slope = (k === tag ? 1 : 0) - (slopes[k] as number) / total;
        slopes[k] = slope;
        largest = Math.max(largest, Math.abs(slope));
      }
      if (i === 0)
        for (let k = 0; k < N_TAGS; k += 1) start[k] = (start[k] as number) + 0.01 * (slopes[k] as number);
      if (largest > SMALLEST_GRADIENT) this.#stepToken(i);
      if (i > 0) {
        this.#expect(i);
        const right = (gold[first + i - 1] as number) * N_TAGS + tag;
        expected[right] = (expected[right] as number) - 1;
      }
    }
    const rate = 0.02 / Math.sqrt(n);
    for (let k = 0; k < expected.length; k += 1)
      transitions[k] = (transitions[k] as number) - rate * (expected[k] as number);
  }

  #stepToken(token: number): void {
    const table = this.#table;
    const slopes = this.#slopes;
    const from = token * N_FEATURES;
    for (let w = 0; w < N_WEIGHTS; w += 1) {
      const slope = slopes[w + 1] as number;
      if (slope > -SMALLEST_SLOPE && slope < SMALLEST_SLOPE) continue;
      const square = slope * slope;
      const scaled = LEARNING_RATE * slope;
      for (let f = from; f < from + (this.#counts[token] as number); f += 1) {
        const at = (this.#rows[f] as number) + w;
        const sum = (table[at + N_WEIGHTS] as number) + square;
        table[at + N_WEIGHTS] = sum;
        table[at] = (table[at] as number) + scaled / Math.sqrt(sum + 0.3);
      }
    }
  }

  /** Adds the probabilities of each pair of tags at tokens i - 1 and i. */
  #expect(i: number): void {
    const alpha = this.#alpha;
    const pairs = this.#pairs;
    const at = i * N_TAGS;
    let total = 0;
    for (let to = 0; to < N_TAGS; to += 1) {
      const ahead = (this.#emit[at + to] as number) * (this.#beta[at + to] as number);
      for (let from = lowBefore(to); from <= highBefore(to); from += 1) {
        const k = from * N_TAGS + to;
        const pair = (alpha[at - N_TAGS + from] as number) * (this.#moves[k] as number) * ahead;
        pairs[k] = pair;
        total += pair;
      }
    }
    const expected = this.#expected;
    for (let k = 0; k < pairs.length; k += 1)
      expected[k] = (expected[k] as number) + (pairs[k] as number) / total;
  }

  /** In 8 bits; the few largest weights are cut. */
  model(): TaggerModel {
    const learned = new Float32Array(N_ROWS * N_WEIGHTS);
    for (let row = 0; row < N_ROWS; row += 1)
      learned.set(this.#table.subarray(row * ROW, row * ROW + N_WEIGHTS), row * N_WEIGHTS);
    const sizes = learned
      .filter((weight) => weight !== 0)
      .map(Math.abs)
      .sort();
    const largest = sizes[Math.floor(sizes.length * 0.9995)] ?? 1;
    const scale = largest / 127;
    const weights = new Int8Array(N_ROWS * N_WEIGHTS);
    for (let k = 0; k < weights.length; k += 1)
      weights[k] = Math.max(-127, Math.min(127, Math.round((learned[k] as number) / scale)));
    // Not scaled down to what a sum was in training: with all its features a token is surer than the chain around it, and both
    // unknown sets and left-out halves are tagged better so.
    return { start: this.start, transitions: this.transitions, lists: this.#lists, scale, weights };
  }
}

/** The tag of every token: a token belongs to the span that it overlaps. */
export function goldTags(tokens: Tokens, { spans }: LabelledText): Uint8Array {
  const tags = new Uint8Array(tokens.length);
  let at = 0;
  for (const { start, end, type } of spans) {
    while (at < tokens.length && (tokens.end[at] as number) <= start) at += 1;
    let tag = beginOf(TYPES.indexOf(type));
    for (; at < tokens.length && (tokens.start[at] as number) < end; at += 1) {
      tags[at] = tag;
      tag = beginOf(TYPES.indexOf(type)) + 1;
    }
  }
  return tags;
}
