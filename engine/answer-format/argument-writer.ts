// Writes a call's arguments as a JSON object while a family's own form of them is read.
import type { AnswerReader } from './answer-reader.ts';

export class ArgumentWriter {
  readonly #reader: AnswerReader;
  #count = 0;
  #text = '';

  constructor(reader: AnswerReader) {
    this.#reader = reader;
    reader.tell('arguments', '{');
  }

  /** A member whose value is known, as JSON text. */
  member(name: string, json: string): void {
    this.#begin(name);
    this.#reader.tell('arguments', json);
  }

  /** A member whose value is a text that comes in pieces. */
  beginText(name: string): void {
    this.#begin(name);
    this.#reader.tell('arguments', '"');
    this.#text = '';
  }

  /** Half of a surrogate pair waits for the other one. */
  addText(piece: string): void {
    const text = this.#text + piece;
    const isHalf = /[\uD800-\uDBFF]$/.test(text);
    this.#text = isHalf ? text.slice(-1) : '';
    this.#reader.tell('arguments', JSON.stringify(isHalf ? text.slice(0, -1) : text).slice(1, -1));
  }

  endText(): void {
    this.#reader.tell('arguments', `${JSON.stringify(this.#text).slice(1, -1)}"`);
    this.#text = '';
  }

  end(): void {
    this.#reader.tell('arguments', '}');
  }

  #begin(name: string): void {
    this.#reader.tell('arguments', `${this.#count++ > 0 ? ', ' : ''}${JSON.stringify(name)}: `);
  }
}
