// Finds persons, addresses, places and organisations in a text with a linear-chain conditional random field: every token gets
// a score for every tag from its features, and the best path of tags is the answer. Linear in the text's length.
import { featuresOf, N_FEATURES } from './features.ts';
import { CASING, casingOf, LIST, LISTS, lookUp, USAGE_SHIFT } from './gazetteer.ts';
import { beginOf, isInside, N_TAGS, N_WEIGHTS, type TaggedType, TYPES, typeOf } from './labels.ts';
import type { TaggerModel } from './model.ts';
import { SHAPE, type Tokens, tokenize, wordHash } from './tokens.ts';

export interface TaggedSpan {
  type: TaggedType;
  start: number;
  end: number;
  /** 0 … 1: how much better the path through the span is than the one around it. */
  score: number;
}

export interface TagOptions {
  /** Subtracted from O's score at every token: higher finds more, rightly and wrongly. Default 0. */
  recall?: number;
}

export type Tagger = (text: string, options?: TagOptions) => TaggedSpan[];

/** Scores of paths are log-odds; this makes them probabilities that are neither all 0 nor all 1. */
const TEMPERATURE = 3;

/** Weights are raised to 0 … 255, so that sums of two in one integer never borrow from one another. */
const RAISED = 128;
/** 32-bit integers that a row's eight weights are in. */
const ROW_WORDS = N_WEIGHTS / 4;
/** The lower byte of each half of an integer. */
const LANES = 0x00ff00ff;

/** Four raised weights to an integer: a row is 8 bytes, and reading rows from all over the table is what tagging costs. */
function packed(weights: Int8Array): Int32Array {
  const words = new Int32Array(weights.buffer, weights.byteOffset, weights.length / 4);
  return words.map((word) => word ^ 0x80808080);
}

/** Tokens on each side of a possible part of a name that are looked at with it. */
const MARGIN = 1;
/** A number is looked at so many tokens from such a part: those of logs, dates and versions seldom are. */
const NUMBER_REACH = 4;
/** Tokens between two that are looked at, at most, that do not cut an address in two: `, s/n.` of a house without a number. */
const MAX_BRIDGE = 4;
/** Tokens from a street word to a house's number, at most: `Av. de la poveda 68`. */
const STREET_REACH = 6;

/** Could this token belong to something, by its look and the lists alone? Most words of a prose text could not. */
function isPossible({ shape, gap, word }: Tokens, known: Uint16Array, i: number, ends: Set<number>): boolean {
  const list = (known[i] as number) & LISTS;
  const look = shape[i] as number;
  if (look === SHAPE.other || look === SHAPE.digits) return false;
  if (look === SHAPE.lower)
    return (
      (list !== 0 && (list & LIST.common) === 0) ||
      casingOf((known[i] as number) >> USAGE_SHIFT) >= CASING.capital
    );
  if (look !== SHAPE.capitalised || (list & LIST.common) === 0 || (list & LIST.street) !== 0) return true;
  // A common word with a capital: the first of a sentence. `Avenida` may begin an address.
  return gap[i] !== 2 && i > 0 && !ends.has(word[i - 1] as number);
}

/** Are tokens [first, end) a single one, or letters that stand alone, and the signs around them, before a number? */
function isBridge(tokens: Tokens, first: number, end: number): boolean {
  if (end - first === 1) return true;
  // Behind the last token stands what the text before left there.
  const isNumberBehind = end + MARGIN < tokens.length && tokens.shape[end + MARGIN] === SHAPE.digits;
  if (tokens.shape[end] !== SHAPE.digits && !isNumberBehind) return false;
  let hasLetter = false;
  for (let i = first; i < end; i += 1) {
    if ((tokens.shape[i] as number) >= SHAPE.digits) continue;
    if ((tokens.end[i] as number) - (tokens.start[i] as number) > 1) return false;
    hasLetter = true;
  }
  return hasLetter;
}

export function createTagger(model: TaggerModel): Tagger {
  const { scale, start, transitions, lists } = model;
  const weights = packed(model.weights);
  const rows = new Int32Array(N_FEATURES);
  const sentenceEnds = new Set(['.', '!', '?', ':'].map(wordHash));
  let known = new Uint16Array(1024);
  let needed = new Uint8Array(1024);
  let scores = new Float32Array(1024 * N_TAGS);
  let origins = new Uint8Array(1024 * N_TAGS);
  let tags = new Uint8Array(1024);

  function prepare(tokens: Tokens): void {
    const { length: n, shape } = tokens;
    if (n > known.length) {
      known = new Uint16Array(2 * n);
      needed = new Uint8Array(2 * n);
      scores = new Float32Array(2 * n * N_TAGS);
      origins = new Uint8Array(2 * n * N_TAGS);
      tags = new Uint8Array(2 * n);
    }
    lookUp(lists, tokens, known);
    needed.fill(0, 0, n);
    tags.fill(0, 0, n);
    // Stores instead of fill(), which costs as much as dozens of them.
    const widen = (i: number): void => {
      const last = Math.min(n - 1, i + MARGIN);
      for (let k = Math.max(0, i - MARGIN); k <= last; k += 1) needed[k] = 1;
    };
    let word = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i += 1) {
      if (isPossible(tokens, known, i, sentenceEnds)) {
        widen(i);
        for (let k = Math.max(0, i - NUMBER_REACH); k < i; k += 1) if (shape[k] === SHAPE.digits) widen(k);
        word = i;
      } else if (shape[i] === SHAPE.digits && i - word <= NUMBER_REACH) widen(i);
    }
    let last = Number.POSITIVE_INFINITY;
    for (let i = 0; i < n; i += 1) {
      if (needed[i] === 0) continue;
      if (((known[i] as number) & LIST.street) !== 0 && shape[i] !== SHAPE.lower) bridgeToNumber(tokens, i);
      const between = i - last - 1;
      if (between > 0 && between <= MAX_BRIDGE && isBridge(tokens, last + 1, i)) needed.fill(1, last + 1, i);
      last = i;
    }
  }

  /** What stands between a street word and a number on its line is looked at: streets' names have words in small letters too. */
  function bridgeToNumber({ length, shape, gap }: Tokens, street: number): void {
    const end = Math.min(length, street + STREET_REACH + 1);
    for (let i = street + 1; i < end && gap[i] !== 2; i += 1) {
      if (shape[i] !== SHAPE.digits) continue;
      needed.fill(1, street, Math.min(length, i + MARGIN + 1));
      return;
    }
  }

  function scoreToken(tokens: Tokens, i: number, recall: number): void {
    featuresOf(tokens, known, i, rows);
    let tags13 = 0;
    let tags24 = 0;
    let tags57 = 0;
    let tags68 = 0;
    for (let f = 0; f < N_FEATURES; f += 1) {
      const row = (rows[f] as number) * ROW_WORDS;
      const first = weights[row] as number;
      const second = weights[row + 1] as number;
      tags13 = (tags13 + (first & LANES)) | 0;
      tags24 = (tags24 + ((first >>> 8) & LANES)) | 0;
      tags57 = (tags57 + (second & LANES)) | 0;
      tags68 = (tags68 + ((second >>> 8) & LANES)) | 0;
    }
    const raised = N_FEATURES * RAISED;
    const at = i * N_TAGS;
    scores[at] = -recall;
    scores[at + 1] = ((tags13 & 0xffff) - raised) * scale;
    scores[at + 2] = ((tags24 & 0xffff) - raised) * scale;
    scores[at + 3] = ((tags13 >>> 16) - raised) * scale;
    scores[at + 4] = ((tags24 >>> 16) - raised) * scale;
    scores[at + 5] = ((tags57 & 0xffff) - raised) * scale;
    scores[at + 6] = ((tags68 & 0xffff) - raised) * scale;
    scores[at + 7] = ((tags57 >>> 16) - raised) * scale;
    scores[at + 8] = ((tags68 >>> 16) - raised) * scale;
  }

  const steps = Float64Array.from(transitions);
  /** How much more than O a tag can gain by what comes behind it, an inside apart. */
  const lead = new Float64Array(N_TAGS).map((_, tag) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let to = 0; to < N_TAGS; to += 1)
      if (!isInside(to)) most = Math.max(most, (steps[tag * N_TAGS + to] as number) - (steps[to] as number));
    return most;
  });
  const rival = new Int32Array(N_TAGS);
  let best = new Float64Array(N_TAGS);
  let next = new Float64Array(N_TAGS);

  /** The best path's tags of tokens [first, end), with O on both sides, written over `tags`. */
  function decode(first: number, end: number): void {
    for (let tag = 0; tag < N_TAGS; tag += 1)
      best[tag] =
        ((first === 0 ? start[tag] : transitions[tag]) as number) + (scores[first * N_TAGS + tag] as number);
    for (let i = first + 1; i < end; i += 1) {
      const at = i * N_TAGS;
      // Mostly nothing but O can have come before what is no inside.
      let rivals = 0;
      for (let tag = 1; tag < N_TAGS; tag += 1) {
        if ((best[tag] as number) + (lead[tag] as number) > (best[0] as number)) {
          rival[rivals] = tag;
          rivals += 1;
        }
      }
      for (let to = 0; to < N_TAGS; to += 1) {
        let from = 0;
        let top = Number.NEGATIVE_INFINITY;
        if (isInside(to)) {
          const begun = (best[to - 1] as number) + (steps[(to - 1) * N_TAGS + to] as number);
          const inside = (best[to] as number) + (steps[to * N_TAGS + to] as number);
          from = inside > begun ? to : to - 1;
          top = Math.max(begun, inside);
        } else {
          top = (best[0] as number) + (steps[to] as number);
          for (let k = 0; k < rivals; k += 1) {
            const tag = rival[k] as number;
            const path = (best[tag] as number) + (steps[tag * N_TAGS + to] as number);
            if (path > top) {
              top = path;
              from = tag;
            }
          }
        }
        next[to] = top + (scores[at + to] as number);
        origins[at + to] = from;
      }
      [best, next] = [next, best];
    }
    let tag = 0;
    let top = Number.NEGATIVE_INFINITY;
    for (let last = 0; last < N_TAGS; last += 1) {
      const path = (best[last] as number) + (transitions[last * N_TAGS] as number);
      if (path > top) {
        top = path;
        tag = last;
      }
    }
    for (let i = end - 1; i >= first; i -= 1) {
      tags[i] = tag;
      tag = origins[i * N_TAGS + tag] as number;
    }
  }

  /** How much better tags [first, end) score than O in their place. */
  function advantage(first: number, end: number, recall: number): number {
    let sum = 0;
    let before = first === 0 ? -1 : (tags[first - 1] as number);
    for (let i = first; i < end; i += 1) {
      const tag = tags[i] as number;
      sum += (scores[i * N_TAGS + tag] as number) + recall;
      const step = before < 0 ? (start[tag] as number) : (transitions[before * N_TAGS + tag] as number);
      const plain =
        before < 0 ? (start[0] as number) : (transitions[(i === first ? before : 0) * N_TAGS] as number);
      sum += step - plain;
      before = tag;
    }
    return sum;
  }

  function tagPiece(text: string, offset: number, recall: number, spans: TaggedSpan[]): void {
    const tokens = tokenize(text);
    const n = tokens.length;
    prepare(tokens);
    for (let first = 0; first < n; first += 1) {
      if (needed[first] === 0) continue;
      let end = first;
      for (; end < n && needed[end] === 1; end += 1) scoreToken(tokens, end, recall);
      decode(first, end);
      first = end;
    }
    for (let i = 0; i < n; ) {
      const tag = tags[i] as number;
      let end = i + 1;
      if (tag > 0) {
        const type = typeOf(tag);
        while (end < n && tags[end] === beginOf(type) + 1) end += 1;
        spans.push({
          type: TYPES[type] as TaggedType,
          start: offset + (tokens.start[i] as number),
          end: offset + (tokens.end[end - 1] as number),
          score: 1 / (1 + Math.exp(-advantage(i, end, recall) / TEMPERATURE)),
        });
      }
      i = end;
    }
  }

  return (text, { recall = 0 } = {}) => {
    const spans: TaggedSpan[] = [];
    for (let from = 0; from < text.length; ) {
      const end = pieceEnd(text, from);
      tagPiece(from === 0 && end === text.length ? text : text.slice(from, end), from, recall, spans);
      from = end;
    }
    return spans;
  };
}

/** Characters of a text that are looked at in one go: what is held in memory does not grow with the text. */
const MAX_PIECE = 16_384;

/** Where the piece that begins at `from` ends: behind a line, else behind a word, else wherever. */
function pieceEnd(text: string, from: number): number {
  const limit = from + MAX_PIECE;
  if (limit >= text.length) return text.length;
  const middle = from + MAX_PIECE / 2;
  const secondHalf = text.slice(middle, limit);
  for (const separator of ['\n', ' ']) {
    const at = secondHalf.lastIndexOf(separator);
    if (at >= 0) return middle + at + 1;
  }
  const code = text.charCodeAt(limit - 1);
  return code >= 0xd800 && code < 0xdc00 ? limit - 1 : limit;
}
