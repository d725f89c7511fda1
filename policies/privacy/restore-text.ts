// Puts values back into one text, or into a text that arrives in pieces. What may be the beginning of a stand-in is held back,
// and nothing else.
import type { Encoding } from './logical-text.ts';
import { matchPlaceholder } from './placeholders.ts';
import { nextStart, startPattern } from './start-pattern.ts';
import type { Vault, VaultEntry } from './vault.ts';

export type { Encoding } from './logical-text.ts';

/** Counts for the ledger; filled while restoring. */
export interface RestoreReport {
  restored: number;
  /** Texts shaped like a placeholder of an issued type whose number was never issued. They are left as they are. */
  unknown: number;
}

/** A stretch of the text as the model wrote it, and as the client gets it. */
export interface Piece {
  source: string;
  out: string;
}

export interface TextKind {
  /** How the text is written, and therefore how values must be. */
  encoding: Encoding;
  /** Of a tool call: values that are for tools alone are put back as well. */
  isArguments: boolean;
}

const inJson = (value: string): string => JSON.stringify(value).slice(1, -1);

/** Knows at every place of a JSON text whether it is inside a string. */
class JsonPlace {
  #inString = false;
  #escaped = false;
  #last = '';

  advance(text: string): void {
    for (let i = 0; i < text.length; i += 1) {
      const char = text[i] as string;
      if (this.#escaped) this.#escaped = false;
      else if (char === '\\') this.#escaped = true;
      else if (char === '"') this.#inString = !this.#inString;
      if (char > ' ') this.#last = char;
    }
  }

  /** A value is expected here: `{"a": `, `[`. */
  get wantsValue(): boolean {
    return !this.#inString && (this.#last === '' || ':[,{'.includes(this.#last));
  }
}

const QUOTE = 34;

interface Found {
  end: number;
  entry: VaultEntry;
  suffix: string;
}

/** One text of an answer. Give it the pieces in order; it never gives out more than it was given, values aside. */
export class TextRestorer {
  readonly #vault: Vault;
  readonly #kind: TextKind;
  readonly #report: RestoreReport | undefined;
  readonly #place: JsonPlace | null;
  readonly #starts: RegExp;
  /** The end of the text so far that may be the beginning of a stand-in: at most MAX_PLACEHOLDER_LENGTH characters. */
  rest = '';
  /** The character in front of `rest`. */
  #before = '';

  constructor(vault: Vault, kind: TextKind, report?: RestoreReport) {
    this.#vault = vault;
    this.#kind = kind;
    this.#report = report;
    this.#place = kind.encoding === 'json' ? new JsonPlace() : null;
    this.#starts =
      this.#place !== null && vault.hasNumbers ? startPattern([...vault.startCodes, QUOTE]) : vault.starts;
  }

  /** The pieces that are settled by now; without `rest` all of the text when `isLast`. */
  push(piece: string, isLast = false): Piece[] {
    const text = this.rest === '' ? piece : this.rest + piece;
    const pieces: Piece[] = [];
    let copied = 0;
    const copyTo = (end: number): void => {
      if (end === copied) return;
      const source = text.slice(copied, end);
      this.#place?.advance(source);
      pieces.push({ source, out: source });
      copied = end;
    };
    let at = 0;
    while (at < text.length) {
      at = nextStart(text, at, this.#starts);
      if (at === text.length) break;
      const isQuote = text.charCodeAt(at) === QUOTE;
      if (isQuote) copyTo(at);
      const found = isQuote ? this.#findNumber(text, at, isLast) : this.#find(text, at, isLast);
      if (found === 'partial') break;
      if (found === null) {
        at += 1;
        continue;
      }
      if (typeof found === 'object') {
        copyTo(at);
        const source = text.slice(at, found.end);
        pieces.push({ source, out: this.#written(found) });
        copied = found.end;
        at = found.end;
      } else at = found;
    }
    copyTo(at);
    if (at > 0) this.#before = text[at - 1] as string;
    this.rest = text.slice(at);
    return pieces;
  }

  /** A number: go on there, this is nothing to restore. */
  #find(text: string, at: number, isLast: boolean): Found | number | 'partial' | null {
    const { words, literals, hasPlaceholders } = this.#vault;
    const { encoding } = this.#kind;
    const before = at > 0 ? (text[at - 1] as string) : this.#before;
    const options = { encoding, before, isLast };
    const match = hasPlaceholders ? matchPlaceholder(text, at, words, options) : null;
    const literal =
      literals === null || (typeof match === 'object' && match !== null)
        ? null
        : literals.match(text, at, options);
    if (match === 'partial' || literal === 'partial') return isLast ? null : 'partial';
    if (match !== null) {
      const entry = this.#vault.find(match.key, match.variant);
      if (entry !== undefined && this.#mayShow(entry)) {
        this.#count('restored');
        return { end: match.end, entry, suffix: match.suffix };
      }
      if (entry === undefined) this.#count('unknown');
      return match.end;
    }
    if (literal === null || !this.#mayShow(literal.found)) return literal?.end ?? null;
    this.#count('restored');
    return { end: literal.end, entry: literal.found, suffix: '' };
  }

  /** A JSON string that is nothing but the placeholder of a number: with its quotes. */
  #findNumber(text: string, at: number, isLast: boolean): Found | 'partial' | null {
    if (this.#place?.wantsValue !== true) return null;
    if (at + 1 >= text.length) return isLast ? null : 'partial';
    const match = matchPlaceholder(text, at + 1, this.#vault.words, {
      encoding: 'json',
      before: '"',
      isLast,
    });
    if (match === null) return null;
    if (match === 'partial' || match.end >= text.length) return isLast ? null : 'partial';
    const entry = this.#vault.find(match.key, match.variant);
    if (text.charCodeAt(match.end) !== QUOTE || entry?.isNumber !== true || !this.#mayShow(entry))
      return null;
    this.#count('restored');
    return { end: match.end + 1, entry, suffix: '' };
  }

  #mayShow({ reach }: VaultEntry): boolean {
    return reach === 'everywhere' || (reach === 'arguments' && this.#kind.isArguments);
  }

  #count(what: keyof RestoreReport): void {
    if (this.#report !== undefined) this.#report[what] += 1;
  }

  #written({ entry: { value, isNumber }, suffix }: Found): string {
    if (this.#place === null) return value + suffix;
    const written = this.#place.wantsValue
      ? isNumber
        ? value
        : JSON.stringify(value + suffix)
      : inJson(value) + suffix;
    this.#place.advance(written);
    return written;
  }
}

/** A whole text with its values back. */
export function restoreWhole(text: string, vault: Vault, kind: TextKind, report?: RestoreReport): Piece[] {
  return new TextRestorer(vault, kind, report).push(text, true);
}

export const written = (pieces: readonly Piece[]): string =>
  pieces.length === 1 ? (pieces[0] as Piece).out : pieces.map(({ out }) => out).join('');
