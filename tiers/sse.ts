// Server-sent events: bytes in, `data` payloads out. Event names, ids and retry times are not kept: no chat
// protocol that we speak carries meaning in them.
// Source: WHATWG HTML, section 9.2.6 "Interpreting an event stream".
import { StringDecoder } from 'node:string_decoder';
import { GatewayError } from '../contract/errors.ts';

/** Longest event accepted, in characters: above any real chunk (base64 audio included), below what hurts. */
const MAX_EVENT_CHARS = 16 * 1024 * 1024;

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Incremental decoder of one event stream. Feed it bytes split anywhere, even inside a UTF-8 character or between
 * CR and LF. An event that is not closed by an empty line when the stream ends is dropped, as the standard says.
 */
export class SseDecoder {
  readonly #utf8 = new StringDecoder('utf8');
  readonly #maxEventChars: number;
  /** The unfinished last line. */
  #line = '';
  /** Joined data lines of the open event, null before its first one. */
  #data: string | null = null;
  #atStart = true;
  /** The last character was CR: a LF that follows belongs to it. */
  #afterCr = false;

  constructor(maxEventChars: number = MAX_EVENT_CHARS) {
    this.#maxEventChars = maxEventChars;
  }

  /**
   * Payloads of the events that these bytes complete, in order.
   * @throws {GatewayError} PROVIDER_PROTOCOL when an event exceeds the limit
   */
  push(bytes: Uint8Array): string[] {
    const events: string[] = [];
    let text = this.#utf8.write(bytes as Buffer);
    if (text === '') return events;
    if (this.#atStart) {
      this.#atStart = false;
      if (text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
    }
    let start = 0;
    if (this.#afterCr && text !== '') {
      this.#afterCr = false;
      if (text.charCodeAt(0) === 10) start = 1;
    }
    let nextLf = text.indexOf('\n', start);
    let nextCr = text.indexOf('\r', start);
    while (nextLf >= 0 || nextCr >= 0) {
      const endsAtCr = nextCr >= 0 && (nextLf < 0 || nextCr < nextLf);
      const end = endsAtCr ? nextCr : nextLf;
      const tail = start === end ? '' : text.slice(start, end);
      this.#takeLine(this.#line === '' ? tail : this.#line + tail, events);
      this.#line = '';
      start = end + 1;
      if (endsAtCr) {
        if (nextLf === start) start += 1;
        else if (start === text.length) this.#afterCr = true;
        nextCr = text.indexOf('\r', start);
      }
      if (nextLf >= 0 && nextLf < start) nextLf = text.indexOf('\n', start);
    }
    // Appending without looking inside keeps a long event split in many pieces linear.
    if (start < text.length) this.#line += start === 0 ? text : text.slice(start);
    if (this.#line.length + (this.#data?.length ?? 0) > this.#maxEventChars) this.#refuse();
    return events;
  }

  #takeLine(line: string, events: string[]): void {
    if (line === '') {
      if (this.#data !== null) events.push(this.#data);
      this.#data = null;
      return;
    }
    if (!line.startsWith('data')) return;
    if (line.length > 4 && line.charCodeAt(4) !== 58) return; // a longer field name, e.g. "database:"
    const value = line.slice(line.charCodeAt(5) === 32 ? 6 : 5);
    this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
    if (this.#data.length > this.#maxEventChars) this.#refuse();
  }

  #refuse(): never {
    throw new GatewayError(
      'PROVIDER_PROTOCOL',
      `the upstream sent a stream event of more than ${this.#maxEventChars} characters; it is not read further`,
    );
  }
}

/**
 * Yields the `data` payload of each event of a stream.
 * @throws {GatewayError} PROVIDER_PROTOCOL when an event exceeds `maxEventChars`
 */
export async function* parseSse(
  stream: AsyncIterable<Uint8Array>,
  maxEventChars: number = MAX_EVENT_CHARS,
): AsyncGenerator<string, void, undefined> {
  const decoder = new SseDecoder(maxEventChars);
  for await (const bytes of stream) yield* decoder.push(bytes);
}
