// Trains the tagger's conditional random field: the log-likelihood of the right tags of each text, by AdaGrad, a text at a time.
// Some words are hidden while training, so that the model also learns from their surroundings.
import { featuresOf, N_FEATURES, N_ROWS } from '../tagger/features.ts';
import { type Gazetteer, lookUp } from '../tagger/gazetteer.ts';
import { beginOf, isInside, mayFollow, N_TAGS, N_WEIGHTS, TYPES } from '../tagger/labels.ts';
import type { TaggerModel } from '../tagger/model.ts';
import { type Tokens, tokenize } from '../tagger/tokens.ts';
import type { LabelledText } from './labelled.ts';
import type { Random } from './random.ts';

const LEARNING_RATE = 0.15;
/** Tokens of a text after which it is cut: the chain remembers one token anyway. */
const MAX_TOKENS = 400;
/** Share of the words that the lists, or the word itself, are hidden from. */
const HIDDEN_LISTS = 0.3;
const HIDDEN_WORDS = 0.15;
/** Share of a token's features that are left out: no feature may lean on another that is not there in other texts. */
const HIDDEN_FEATURES = 0.5;
/** The row of a feature that was left out: stays zero. */
const NO_ROW = N_ROWS;
const UNKNOWN_WORD = 0x2545f491;
/** Gradients below are left out: most tokens are long learned. */
const SMALLEST_GRADIENT = 0.004;

export class Crf {
  readonly weights = new Float32Array((N_ROWS + 1) * N_WEIGHTS);
  readonly start = new Float32Array(N_TAGS);
  readonly transitions = new Float32Array(N_TAGS * N_TAGS);
  readonly #seen = new Float32Array(N_ROWS * N_WEIGHTS);
  readonly #lists: Gazetteer;
  readonly #random: Random;

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
      const lists = new Uint8Array(tokens.length);
      lookUp(this.#lists, tokens, lists);
      for (let i = 0; i < tokens.length; i += 1) {
        const at = this.#random.next();
        if (at < HIDDEN_LISTS) lists[i] = 0;
        if (at < HIDDEN_WORDS) tokens.word[i] = UNKNOWN_WORD;
      }
      for (let first = 0; first < tokens.length; ) {
        let end = Math.min(tokens.length, first + MAX_TOKENS);
        while (end < tokens.length && isInside(gold[end] as number)) end += 1;
        loss += this.#learn(tokens, lists, gold, first, end);
        first = end;
      }
      count += tokens.length;
      onText();
    }
    return loss / Math.max(1, count);
  }

  #learn(tokens: Tokens, lists: Uint8Array, gold: Uint8Array, first: number, end: number): number {
    const n = end - first;
    const { weights, start, transitions } = this;
    const rows = new Int32Array(n * N_FEATURES);
    const emit = new Float64Array(n * N_TAGS);
    const one = new Int32Array(N_FEATURES);
    let logScale = 0;
    let goldScore = 0;
    for (let i = 0; i < n; i += 1) {
      featuresOf(tokens, lists, first + i, one);
      for (let f = 0; f < N_FEATURES; f += 1) if (this.#random.next() < HIDDEN_FEATURES) one[f] = NO_ROW;
      rows.set(one, i * N_FEATURES);
      const sums = new Float64Array(N_TAGS);
      for (let f = 0; f < N_FEATURES; f += 1) {
        const row = (one[f] as number) * N_WEIGHTS;
        for (let w = 0; w < N_WEIGHTS; w += 1)
          sums[w + 1] = (sums[w + 1] as number) + (weights[row + w] as number);
      }
      const top = Math.max(...sums);
      logScale += top;
      const tag = gold[first + i] as number;
      goldScore += sums[tag] as number;
      goldScore +=
        i === 0
          ? (start[tag] as number)
          : (transitions[(gold[first + i - 1] as number) * N_TAGS + tag] as number);
      for (let k = 0; k < N_TAGS; k += 1) emit[i * N_TAGS + k] = Math.exp((sums[k] as number) - top);
    }
    const moves = new Float64Array(N_TAGS * N_TAGS);
    for (let k = 0; k < moves.length; k += 1) moves[k] = Math.exp(transitions[k] as number);

    // Forward and backward, each step scaled to sum 1.
    const alpha = new Float64Array(n * N_TAGS);
    const beta = new Float64Array(n * N_TAGS);
    for (let i = 0; i < n; i += 1) {
      let total = 0;
      for (let to = 0; to < N_TAGS; to += 1) {
        let sum = 0;
        if (i === 0) sum = Math.exp(start[to] as number);
        else
          for (let from = 0; from < N_TAGS; from += 1)
            sum += (alpha[(i - 1) * N_TAGS + from] as number) * (moves[from * N_TAGS + to] as number);
        const value = sum * (emit[i * N_TAGS + to] as number);
        alpha[i * N_TAGS + to] = value;
        total += value;
      }
      logScale += Math.log(total);
      for (let k = i * N_TAGS; k < (i + 1) * N_TAGS; k += 1) alpha[k] = (alpha[k] as number) / total;
    }
    beta.fill(1, (n - 1) * N_TAGS);
    for (let i = n - 2; i >= 0; i -= 1) {
      let total = 0;
      for (let from = 0; from < N_TAGS; from += 1) {
        let sum = 0;
        for (let to = 0; to < N_TAGS; to += 1)
          sum +=
            (moves[from * N_TAGS + to] as number) *
            (emit[(i + 1) * N_TAGS + to] as number) *
            (beta[(i + 1) * N_TAGS + to] as number);
        beta[i * N_TAGS + from] = sum;
        total += sum;
      }
      for (let k = i * N_TAGS; k < (i + 1) * N_TAGS; k += 1) beta[k] = (beta[k] as number) / total;
    }

    const expected = new Float64Array(N_TAGS * N_TAGS);
    for (let i = 0; i < n; i += 1) {
      const marginal = new Float64Array(N_TAGS);
      let total = 0;
      for (let k = 0; k < N_TAGS; k += 1) {
        marginal[k] = (alpha[i * N_TAGS + k] as number) * (beta[i * N_TAGS + k] as number);
        total += marginal[k] as number;
      }
      const tag = gold[first + i] as number;
      let largest = 0;
      const gradient = new Float64Array(N_TAGS);
      for (let k = 0; k < N_TAGS; k += 1) {
        gradient[k] = (k === tag ? 1 : 0) - (marginal[k] as number) / total;
        largest = Math.max(largest, Math.abs(gradient[k] as number));
      }
      if (i === 0)
        for (let k = 0; k < N_TAGS; k += 1)
          this.start[k] = (this.start[k] as number) + 0.01 * (gradient[k] as number);
      if (largest > SMALLEST_GRADIENT) this.#step(rows, i, gradient);
      if (i > 0) this.#expect(alpha, beta, emit, moves, i, expected);
    }
    for (let i = 1; i < n; i += 1) {
      const at = (gold[first + i - 1] as number) * N_TAGS + (gold[first + i] as number);
      expected[at] = (expected[at] as number) - 1;
    }
    const rate = 0.02 / Math.sqrt(n);
    for (let k = 0; k < expected.length; k += 1)
      transitions[k] = (transitions[k] as number) - rate * (expected[k] as number);
    return logScale - goldScore;
  }

  #step(rows: Int32Array, token: number, gradient: Float64Array): void {
    const { weights } = this;
    const seen = this.#seen;
    for (let f = 0; f < N_FEATURES; f += 1) {
      const row = (rows[token * N_FEATURES + f] as number) * N_WEIGHTS;
      if (row === NO_ROW * N_WEIGHTS) continue;
      for (let w = 0; w < N_WEIGHTS; w += 1) {
        const slope = gradient[w + 1] as number;
        if (slope > -1e-3 && slope < 1e-3) continue;
        const sum = (seen[row + w] as number) + slope * slope;
        seen[row + w] = sum;
        const step = (LEARNING_RATE * slope) / Math.sqrt(sum + 0.3);
        weights[row + w] = (weights[row + w] as number) + step;
      }
    }
  }

  /** Adds the probabilities of each pair of tags at tokens i - 1 and i. */
  #expect(
    alpha: Float64Array,
    beta: Float64Array,
    emit: Float64Array,
    moves: Float64Array,
    i: number,
    expected: Float64Array,
  ): void {
    const pairs = new Float64Array(N_TAGS * N_TAGS);
    let total = 0;
    for (let from = 0; from < N_TAGS; from += 1)
      for (let to = 0; to < N_TAGS; to += 1) {
        const pair =
          (alpha[(i - 1) * N_TAGS + from] as number) *
          (moves[from * N_TAGS + to] as number) *
          (emit[i * N_TAGS + to] as number) *
          (beta[i * N_TAGS + to] as number);
        pairs[from * N_TAGS + to] = pair;
        total += pair;
      }
    for (let k = 0; k < pairs.length; k += 1)
      expected[k] = (expected[k] as number) + (pairs[k] as number) / total;
  }

  /** In 8 bits; the few largest weights are cut. */
  model(): TaggerModel {
    const sizes = this.weights
      .filter((weight) => weight !== 0)
      .map(Math.abs)
      .sort();
    const largest = sizes[Math.floor(sizes.length * 0.9995)] ?? 1;
    const scale = largest / 127;
    const weights = new Int8Array(N_ROWS * N_WEIGHTS);
    for (let k = 0; k < weights.length; k += 1)
      weights[k] = Math.max(-127, Math.min(127, Math.round((this.weights[k] as number) / scale)));
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
