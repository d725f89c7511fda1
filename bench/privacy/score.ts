// How well spans were found: strict, overlapping (half of the union shared) and binary (whatever the type), and what leaked.

export interface Span {
  /** UTF-16 code units. */
  start: number;
  end: number;
  type: string;
}

export interface Score {
  /** 0 … 1 each. */
  precision: number;
  recall: number;
  f2: number;
  /** Number of labelled spans. */
  gold: number;
}

interface Counts {
  found: number;
  right: number;
  gold: number;
  covered: number;
}

const overlap = (a: Span, b: Span): number =>
  Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start));
const isHalfShared = (a: Span, b: Span): boolean =>
  2 * overlap(a, b) >= Math.max(a.end, b.end) - Math.min(a.start, b.start);
const isSame = (a: Span, b: Span): boolean => a.start === b.start && a.end === b.end;

export const scoreOf = ({ found, right, gold, covered }: Counts): Score => {
  const precision = right / Math.max(1, found);
  const recall = covered / Math.max(1, gold);
  return { precision, recall, f2: (5 * precision * recall) / Math.max(1e-9, 4 * precision + recall), gold };
};

/** Neighbours with nothing but spaces and commas between them are one span when types do not count. */
function joined(spans: readonly Span[], text: string): Span[] {
  const out: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    if (
      last !== undefined &&
      /^[\s,.;:'"()-]*$/.test(text.slice(last.end, span.start)) &&
      span.start - last.end < 4
    )
      last.end = Math.max(last.end, span.end);
    else out.push({ ...span, type: 'any' });
  }
  return out;
}

export class Scorer {
  readonly #counts = new Map<string, Counts>();
  #leakedSpans = 0;
  #spans = 0;
  #leakedDocuments = 0;
  #documents = 0;

  /** @param gold sorted, disjoint; `found` likewise */
  add(text: string, gold: readonly Span[], found: readonly Span[]): void {
    for (const type of new Set([...gold, ...found].map((span) => span.type))) {
      const ofType = (spans: readonly Span[]): Span[] => spans.filter((span) => span.type === type);
      this.#count(type, ofType(gold), ofType(found), isHalfShared);
      this.#count('strict', ofType(gold), ofType(found), isSame);
      this.#count('overlap', ofType(gold), ofType(found), isHalfShared);
    }
    this.#count('binary', joined(gold, text), joined(found, text), isHalfShared);
    let leaked = 0;
    for (const span of gold) {
      const covered = found.reduce((sum, other) => sum + overlap(span, other), 0);
      if (covered < span.end - span.start) leaked += 1;
    }
    this.#spans += gold.length;
    this.#leakedSpans += leaked;
    this.#documents += gold.length > 0 ? 1 : 0;
    this.#leakedDocuments += leaked > 0 ? 1 : 0;
  }

  #count(
    key: string,
    gold: readonly Span[],
    found: readonly Span[],
    matches: (a: Span, b: Span) => boolean,
  ): void {
    const counts = this.#counts.get(key) ?? { found: 0, right: 0, gold: 0, covered: 0 };
    this.#counts.set(key, counts);
    counts.found += found.length;
    counts.gold += gold.length;
    counts.right += found.filter((span) => gold.some((other) => matches(span, other))).length;
    counts.covered += gold.filter((span) => found.some((other) => matches(span, other))).length;
  }

  /** By type; `strict` and `overlap` need the right type, `binary` does not. */
  scores(): Record<string, Score> {
    return Object.fromEntries([...this.#counts].map(([key, counts]) => [key, scoreOf(counts)]));
  }

  /** Shares of the labelled spans, and of the documents that have some, of which a character was left. */
  leaks(): { spans: number; documents: number } {
    return {
      spans: this.#leakedSpans / Math.max(1, this.#spans),
      documents: this.#leakedDocuments / Math.max(1, this.#documents),
    };
  }
}
