// The text of an answer, read as it comes. A format is a plain sequential reader, written as a generator: it waits (yields)
// wherever the text is not there yet, and only then. What it tells depends on the characters alone, never on how
// the text was cut.

/** What an answer consists of, in order. Arguments belong to the call before them and are JSON text. */
export type AnswerPart =
  | { type: 'reasoning' | 'content' | 'arguments'; text: string }
  | { type: 'call'; name: string };

/** Waits for text where it yields. */
export type Reading<T = void> = Generator<undefined, T, undefined>;

type Tell = (text: string) => void;

export class AnswerReader {
  /** The model is thinking: what is read now is no part of the answer proper. */
  isReasoning = false;
  #text = '';
  #at = 0;
  #ended = false;
  /** Read already, but an attempt under way may go back to it: #text follows. Never looked into, so that it costs nothing. */
  #behind = '';
  /** Characters before #behind. */
  #forgotten = 0;
  /** Where the attempts under way go back to, counted from the answer's beginning. */
  #starts: number[] = [];
  #parts: AnswerPart[] = [];

  push(text: string): void {
    const read = this.#text.slice(0, this.#at);
    if (this.#starts.some((start) => start < Number.POSITIVE_INFINITY)) this.#behind += read;
    else {
      this.#forgotten += this.#behind.length + read.length;
      this.#behind = '';
    }
    this.#text = this.#text.slice(this.#at) + text;
    this.#at = 0;
  }

  /** No more text will come. */
  end(): void {
    this.#ended = true;
  }

  /** What was told since the last call. */
  takeParts(): AnswerPart[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }

  tell(type: 'reasoning' | 'content' | 'arguments', text: string): void {
    if (text === '') return;
    const last = this.#parts.at(-1);
    if (last?.type === type) last.text += text;
    else this.#parts.push({ type, text });
  }

  /** No attempt under way goes back from here. */
  tellCall(name: string): void {
    this.#parts.push({ type: 'call', name });
    this.#starts = this.#starts.map(() => Number.POSITIVE_INFINITY);
  }

  /** The next character, which is not read yet; empty at the end. */
  *peek(): Reading<string> {
    while (this.#at === this.#text.length) {
      if (this.#ended) return '';
      yield;
    }
    return this.#text[this.#at]!;
  }

  /** Reads the longest of `literals` that the text goes on with; null: none. */
  *accept(...literals: readonly string[]): Reading<string | null> {
    while (true) {
      const rest = this.#text.length - this.#at;
      const found = this.#longestAt(literals, this.#at);
      const mayGrow = literals.some(
        (each) => each.length > rest && each.startsWith(this.#text.slice(this.#at)),
      );
      if (mayGrow && !this.#ended) yield;
      else {
        this.#at += found?.length ?? 0;
        return found;
      }
    }
  }

  /** Reads characters as long as `goesOn` (called once for each, in order) says so, and tells them. */
  *takeWhile(goesOn: (character: string) => boolean, tell: Tell = () => {}): Reading {
    while (true) {
      const start = this.#at;
      while (this.#at < this.#text.length && goesOn(this.#text[this.#at]!)) this.#at++;
      tell(this.#text.slice(start, this.#at));
      if (this.#at < this.#text.length || this.#ended) return;
      yield;
    }
  }

  /** Reads white space. */
  *space(): Reading<string> {
    let space = '';
    yield* this.takeWhile(
      (character) => character.trim() === '',
      (text) => {
        space += text;
      },
    );
    return space;
  }

  /**
   * Reads up to and over the first of `markers` (at one place, the longest) and tells the text before it. Holds back
   * only what may begin a marker. Returns the marker; null: the text ended without one.
   */
  *until(markers: readonly string[], tell: Tell = () => {}): Reading<string | null> {
    const firsts = new Set(markers.map((marker) => marker[0]));
    while (true) {
      const start = this.#at;
      let waits = false;
      let found: string | null = null;
      for (; this.#at < this.#text.length; this.#at++) {
        if (!firsts.has(this.#text[this.#at])) continue;
        const rest = this.#text.slice(this.#at, this.#at + Math.max(...markers.map(({ length }) => length)));
        waits = !this.#ended && markers.some((each) => each.length > rest.length && each.startsWith(rest));
        found = this.#longestAt(markers, this.#at);
        if (waits || found !== null) break;
      }
      tell(this.#text.slice(start, this.#at));
      if (found !== null && !waits) {
        this.#at += found.length;
        return found;
      }
      if (this.#ended) return null;
      yield;
    }
  }

  /** Runs `read`; where it gives null, the text it read is unread. It may tell only what it will not give up. */
  *attempt<T>(read: () => Reading<T | null>): Reading<T | null> {
    this.#starts.push(this.#forgotten + this.#behind.length + this.#at);
    const result = yield* read();
    const start = this.#starts.pop()!;
    if (result === null && start < Number.POSITIVE_INFINITY) {
      this.#text = this.#behind + this.#text;
      this.#behind = '';
      this.#at = start - this.#forgotten;
    }
    return result;
  }

  #longestAt(literals: readonly string[], at: number): string | null {
    let longest: string | null = null;
    for (const each of literals) {
      if (each.length > (longest?.length ?? 0) && this.#text.startsWith(each, at)) longest = each;
    }
    return longest;
  }
}
