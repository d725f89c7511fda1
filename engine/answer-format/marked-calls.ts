// Text with calls in it, each begun by a marker.
import type { AnswerReader, Reading } from './answer-reader.ts';

interface MarkedCalls {
  begins: readonly string[];
  /** Read after a call where they stand. */
  ends: readonly string[];
  /** The call after `begin`; null: it is none, and nothing was told. */
  readCall(begin: string): Reading<true | null>;
  /** The text begins with a call that needs no marker. */
  isBegun?: boolean;
}

/**
 * Reads to the end. A marker that begins no call is content, as is all text; white space alone around calls is not.
 */
export function* readMarkedCalls(reader: AnswerReader, calls: MarkedCalls): Reading {
  /** White space that is content only when text follows; null: text came already. */
  let space: string | null = '';
  let called = false;
  const content = (text: string) => {
    if (space === null) return reader.tell('content', text);
    space += text;
    if (space.trim() === '') return;
    reader.tell('content', space);
    space = null;
  };
  let begin: string | null = calls.isBegun ? '' : yield* reader.until(calls.begins, content);
  while (begin !== null) {
    const marker: string = begin;
    if ((yield* reader.attempt(() => calls.readCall(marker))) === null) content(marker);
    else {
      called = true;
      space = '';
      const end = function* (): Reading<string | null> {
        yield* reader.space();
        return yield* reader.accept(...calls.ends);
      };
      if (calls.ends.length > 0) yield* reader.attempt(end);
    }
    begin = yield* reader.until(calls.begins, content);
  }
  if (!called && space !== null) reader.tell('content', space);
}
