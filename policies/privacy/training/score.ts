// How well spans were found: strict, overlapping and binary (whatever the type), and what leaked.
import type { LabelledText } from './labelled.ts';

interface Counts {
  found: number;
  right: number;
  gold: number;
  covered: number;
}

export interface Score {
  precision: number;
  recall: number;
  f2: number;
  gold: number;
}

interface Span {
  start: number;
  end: number;
  type: string;
}

const overlap = (a: Span, b: Span): number =>
  Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start));

/** Do the two share at least half of what either covers? */
const matches = (a: Span, b: Span): boolean =>
  2 * overlap(a, b) >= Math.max(a.end, b.end) - Math.min(a.start, b.start);

export class Scorer {
  readonly #types = new Map<string, Counts>();
  #leaked = 0;
  #gold = 0;

  add({ spans }: LabelledText, found: readonly Span[]): void {
    for (const type of [...new Set([...spans, ...found].map((span) => span.type))]) {
      this.#count(
        type,
        spans.filter((span) => span.type === type),
        found.filter((span) => span.type === type),
      );
    }
    this.#count('any', spans, found);
    for (const span of spans) {
      const covered = found.reduce((sum, other) => sum + overlap(span, other), 0);
      this.#gold += 1;
      if (covered < span.end - span.start) this.#leaked += 1;
    }
  }

  #count(type: string, gold: readonly Span[], found: readonly Span[]): void {
    const counts = this.#types.get(type) ?? { found: 0, right: 0, gold: 0, covered: 0 };
    this.#types.set(type, counts);
    counts.found += found.length;
    counts.gold += gold.length;
    counts.right += found.filter((span) => gold.some((other) => matches(span, other))).length;
    counts.covered += gold.filter((span) => found.some((other) => matches(span, other))).length;
  }

  /** Share of the spans of which some character was left. */
  get leakRate(): number {
    return this.#leaked / Math.max(1, this.#gold);
  }

  /** By type, `any` for whatever the type; overlap of half the union. */
  scores(): Map<string, Score> {
    const all = new Map<string, Score>();
    for (const [type, { found, right, gold, covered }] of this.#types) {
      const precision = right / Math.max(1, found);
      const recall = covered / Math.max(1, gold);
      const f2 = (5 * precision * recall) / Math.max(1e-9, 4 * precision + recall);
      all.set(type, { precision, recall, f2, gold });
    }
    return all;
  }
}
