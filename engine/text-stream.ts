// Token bytes to text as it may be shown: whole characters only, and nothing of a stop string.
// Bytes are decoded as the WHATWG Encoding Standard says: ill-formed ones become U+FFFD.

/** What one token (or the end) adds. */
export interface TextPiece {
  /** Text that is now certain. */
  text: string;
  /** A stop string was completed: nothing follows. */
  stopped: boolean;
}

/**
 * Feeds on the bytes of one token at a time. Text that may be the beginning of a stop string is held back, and not
 * a character more. The first stop string to be completed counts (of several that end together, the longest): the
 * result does not depend on how the bytes are split.
 */
export class TextStream {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #stops: readonly string[];
  /** Certain to be text, not certain to be shown. */
  #held = '';
  #stopped = false;
  /** UTF-16 code units decoded, shown or not. */
  #decoded = 0;
  #shown = 0;

  constructor(stops: readonly string[] = []) {
    this.#stops = stops.filter((stop) => stop !== '');
  }

  /** UTF-16 code units decoded so far. */
  get decodedLength(): number {
    return this.#decoded;
  }

  /** UTF-16 code units given out so far. */
  get shownLength(): number {
    return this.#shown;
  }

  push(bytes: Uint8Array): TextPiece {
    return this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  /** The rest: what was held back, and U+FFFD for a character that was never finished. */
  end(): TextPiece {
    const piece = this.#take(this.#decoder.decode());
    const rest = this.#stopped ? '' : this.#held;
    this.#held = '';
    this.#shown += rest.length;
    return { text: piece.text + rest, stopped: this.#stopped };
  }

  #take(decoded: string): TextPiece {
    if (this.#stopped) return { text: '', stopped: true };
    this.#decoded += decoded.length;
    const pending = this.#held + decoded;
    const stop = this.#firstStop(pending);
    this.#stopped = stop !== null;
    const shownTo = stop ?? pending.length - this.#heldBack(pending);
    this.#held = stop === null ? pending.slice(shownTo) : '';
    this.#shown += shownTo;
    return { text: pending.slice(0, shownTo), stopped: this.#stopped };
  }

  /** Where the stop string begins that is completed first; null when none is. */
  #firstStop(text: string): number | null {
    let start: number | null = null;
    let end = Number.POSITIVE_INFINITY;
    for (const stop of this.#stops) {
      const at = text.indexOf(stop);
      if (at < 0) continue;
      if (at + stop.length < end || (at + stop.length === end && at < start!)) {
        start = at;
        end = at + stop.length;
      }
    }
    return start;
  }

  /** Length of the longest tail that begins a stop string. */
  #heldBack(text: string): number {
    let longest = 0;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
        if (text.endsWith(stop.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}
