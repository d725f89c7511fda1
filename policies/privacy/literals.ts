// Finds stand-ins that look like real values (`mail1@masked.example`, `Robin Holm`) in an answer: whole, in any case. One word of
// letters counts as it was written or in capitals alone: `robin` is a bird.
import { type Encoding, readLogical } from './logical-text.ts';

interface Node<T> {
  next: Map<number, Node<T>>;
  /** Of the literals that end here: they differ in case. */
  found: { literal: string; found: T }[];
}

export interface LiteralMatch<T> {
  end: number;
  found: T;
}

const createNode = <T>(): Node<T> => ({ next: new Map(), found: [] });

/** One code unit for one: what lower-cases to more keeps its first. */
const foldUnit = (code: number): number =>
  code < 128
    ? code >= 65 && code <= 90
      ? code | 32
      : code
    : String.fromCharCode(code).toLowerCase().charCodeAt(0);

const BACKSLASH = 92;
const AMPERSAND = 38;
const WORD = /^[\p{L}\p{N}\p{M}_]$/u;
const isWord = (char: string): boolean => WORD.test(char);

export class Literals<T> {
  readonly #root: Node<T> = createNode();
  readonly #starts = new Set<number>();

  /** The first of two equal literals holds. @param literal at most MAX_PLACEHOLDER_LENGTH characters */
  add(literal: string, found: T): void {
    let node = this.#root;
    for (let i = 0; i < literal.length; i += 1) {
      const code = foldUnit(literal.charCodeAt(i));
      const child = node.next.get(code) ?? createNode<T>();
      node.next.set(code, child);
      node = child;
    }
    if (!node.found.some((one) => one.literal === literal)) node.found.push({ literal, found });
    const first = literal.charCodeAt(0);
    for (const code of [first, first ^ 32, foldUnit(first)]) this.#starts.add(code);
  }

  /** Code units with which one can begin. JSON's escapes and HTML references begin with a character of their own. */
  get starts(): number[] {
    return [...this.#starts, BACKSLASH, AMPERSAND];
  }

  /** The longest literal at `at`, standing alone; 'partial' when a longer text could still be one. */
  match(
    text: string,
    at: number,
    { encoding, before, isLast }: { encoding: Encoding; before: string; isLast: boolean },
  ): LiteralMatch<T> | 'partial' | null {
    if (isWord(before) && isWord(text[at] as string)) return null;
    let node = this.#root;
    let best: LiteralMatch<T> | null = null;
    const settle = (end: number, next: string): void => {
      if (node.found.length === 0 || (isWord(next) && isWord(text[end - 1] as string))) return;
      const found = choose(node.found, text.slice(at, end));
      if (found !== undefined) best = { end, found };
    };
    for (let end = at; ; ) {
      if (end >= text.length) {
        if (!isLast) return 'partial';
        settle(end, '');
        return best;
      }
      const char = readLogical(text, end, encoding);
      if (char === 'partial') {
        // What seemed to begin an escape or a reference is a character of its own.
        if (isLast) settle(end, text[end] as string);
        return isLast ? best : 'partial';
      }
      settle(end, String.fromCharCode(char.code));
      const next = node.next.get(foldUnit(char.code));
      if (next === undefined) return best;
      node = next;
      end = char.end;
    }
  }
}

const ONE_WORD = /^[\p{L}\p{M}]+$/u;

function choose<T>(candidates: readonly { literal: string; found: T }[], written: string): T | undefined {
  const exact = candidates.find(({ literal }) => literal === written);
  if (exact !== undefined) return exact.found;
  const [first] = candidates;
  const isCaseFree =
    first !== undefined && (!ONE_WORD.test(first.literal) || written === first.literal.toUpperCase());
  return isCaseFree ? first.found : undefined;
}
