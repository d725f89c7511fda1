// One form for all the ways in which a value can be written: lower case without accents, compatibility characters (full width,
// ligatures) as plain ones, look-alikes of other scripts as Latin letters, percent encoding, HTML references and backslash escapes
// decoded, white space as one space, zero-width characters, markdown emphasis and the `>` of quoted mail left out. Values are
// looked for in this view, by redaction and by the check at the door alike: what one of them finds, the other does.

import { type Decoded, entity, percent } from './encoded-characters.ts';
import { confusableOf } from './look-alikes.ts';
import { isBounded } from './value-search.ts';

export interface ValueView {
  text: string;
  /**
   * Where the view differs from the original, else null: its pieces in order, three numbers each: where the piece begins in the view,
   * where in the original, and where it ends there. A piece as long as its original maps to it character by character, another one
   * as a whole.
   */
  pieces: readonly number[] | null;
}

/** What does not stand as it is. */
const NOT_PLAIN = /[^ -$'-)+-[\]-_a-~]| {2}/g;

/** The first place at `from` or behind of what is not plain; the text's length when all is. */
function nextNotPlain(text: string, from: number): number {
  NOT_PLAIN.lastIndex = from;
  const found = NOT_PLAIN.exec(text);
  return found === null ? text.length : found.index;
}

const latinLook = (char: string): string => {
  const look = confusableOf(char.charCodeAt(0));
  return look === 0 ? char : String.fromCharCode(look).toLowerCase();
};
const MARKS = /[\p{M}\p{Cf}]/gu;

/** By character: what stands for it; '' for what is left out. Text repeats its characters. */
const folded = new Map<string, string>();
const MAX_FOLDED = 20_000;

function foldCharacter(char: string): string {
  const known = folded.get(char);
  if (known !== undefined) return known;
  const plain = char.normalize('NFKD').replace(MARKS, '').toLowerCase().normalize('NFKD').replace(MARKS, '');
  const out = Array.from(plain, (one) => latinLook(one))
    .join('')
    .replaceAll('ß', 'ss');
  if (folded.size >= MAX_FOLDED) folded.clear();
  folded.set(char, out);
  return out;
}

const ESCAPE = /\\+(?:u([0-9a-fA-F]{4})|([nrtbfv]))?/y;
/** What is written at `at` in an encoded way. Backslashes may stand several times before what they escape. */
function decodeAt(text: string, at: number, code: number): Decoded {
  if (code === 37) return percent(text, at);
  if (code === 38) return entity(text, at);
  ESCAPE.lastIndex = at;
  const [whole, hex, letter] = ESCAPE.exec(text) as RegExpExecArray;
  if (hex !== undefined) return [String.fromCharCode(Number.parseInt(hex, 16)), whole.length];
  if (letter !== undefined) return ['\n', whole.length];
  const next = text[at + whole.length];
  return [next === '"' || next === '/' ? '' : '\\', whole.length];
}

const SPACE = /\s/;
const SPACE_UNIT = 32;
const QUOTATION = 62;

/** Linear in the text's length. */
export function valueView(text: string): ValueView {
  let special = nextNotPlain(text, 0);
  if (special === text.length) return { text: text.toLowerCase(), pieces: null };
  let out = '';
  const pieces: number[] = [];
  /** White space since the last character, from where to where, and whether a line ended in it: then `>` is a quotation's. */
  let spaceStart = -1;
  let spaceEnd = 0;
  let isLine = false;

  const put = (view: string, start: number, end: number): void => {
    if (spaceStart >= 0) {
      pieces.push(out.length, spaceStart, spaceEnd);
      out += ' ';
      spaceStart = -1;
      isLine = false;
    }
    pieces.push(out.length, start, end);
    out += view;
  };
  const putCharacter = (char: string, start: number, end: number): void => {
    if (SPACE.test(char)) {
      if (spaceStart < 0) spaceStart = start;
      spaceEnd = end;
      isLine ||= char === '\n' || char === '\r';
    } else if (char === '>' && isLine) spaceEnd = end;
    else if (char !== '*' && char !== '`' && char !== '') put(char, start, end);
  };

  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (special < at) special = nextNotPlain(text, at);
    if (at < special && code !== SPACE_UNIT && !(isLine && code === QUOTATION)) {
      // White space in front of what is not plain may go on there.
      const end = text.charCodeAt(special - 1) === SPACE_UNIT ? special - 1 : special;
      put(text.slice(at, end).toLowerCase(), at, end);
      at = end;
      continue;
    }
    const decoded = code === 92 || code === 37 || code === 38 ? decodeAt(text, at, code) : null;
    if (decoded !== null) {
      const [plain, length] = decoded;
      for (const char of plain) putCharacter(foldOne(char), at, at + length);
      at += length;
    } else {
      const char = String.fromCodePoint(text.codePointAt(at) as number);
      putCharacter(foldOne(char), at, at + char.length);
      at += char.length;
    }
  }
  if (spaceStart >= 0) {
    pieces.push(out.length, spaceStart, spaceEnd);
    out += ' ';
  }
  return { text: out, pieces };
}

const foldOne = (char: string): string =>
  char.charCodeAt(0) < 128 ? char.toLowerCase() : foldCharacter(char);

/** The original's place of the character at `at` of the view: `[start, end]`. */
function originalPlace(
  { text, pieces }: { text: string; pieces: readonly number[] },
  at: number,
): [number, number] {
  let low = 0;
  let high = pieces.length / 3 - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[3 * middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  const [from, start, end] = pieces.slice(3 * low, 3 * low + 3) as [number, number, number];
  const length = (pieces[3 * low + 3] ?? text.length) - from;
  return length === end - start ? [start + at - from, start + at - from + 1] : [start, end];
}

/** The original's span of a span of the view. */
export function originalSpan(
  { text, pieces }: ValueView,
  start: number,
  end: number,
): { start: number; end: number } {
  if (pieces === null) return { start, end };
  const view = { text, pieces };
  return { start: originalPlace(view, start)[0], end: originalPlace(view, end - 1)[1] };
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

const isEmphasis = (code: number): boolean => code === 42 || code === 96;

/**
 * Does `at` of a text's view split a word? A letter that is no plain one does not go on with a number (`é219-09-9998`), nor does
 * anything behind markdown emphasis.
 * @param text the original
 */
export function splitsWord(text: string, view: ValueView, at: number): boolean {
  if (isBounded(view.text, at, at)) return false;
  if (view.pieces === null) return true;
  const { start, end: endOfFirst } = originalSpan(view, at - 1, at);
  const startOfNext = originalSpan(view, at, at + 1).start;
  if (startOfNext > endOfFirst && isEmphasis(text.charCodeAt(endOfFirst))) return false;
  const endsInDigit = isDigit(view.text.charCodeAt(at - 1));
  if (endsInDigit === isDigit(view.text.charCodeAt(at))) return true;
  return text.charCodeAt(endsInDigit ? startOfNext : start) < 128;
}

/** Between the groups of a number: `4111 1111-1111.1111`. */
const GROUPING = /[ \-./()_]+/g;

export interface CompactView {
  text: string;
  /** Index in the normal view of a character. */
  placeOf(at: number): number;
}

/** The view with the groups of numbers joined. */
export function compactView({ text }: ValueView): CompactView {
  let places: Uint32Array | undefined;
  return {
    text: text.replace(GROUPING, ''),
    placeOf(at) {
      places ??= keptPlaces(text);
      return places[at] as number;
    },
  };
}

function keptPlaces(text: string): Uint32Array {
  const places = new Uint32Array(text.length);
  let count = 0;
  let from = 0;
  const keep = (to: number): void => {
    while (from < to) places[count++] = from++;
  };
  for (const { index, 0: grouping } of text.matchAll(GROUPING)) {
    keep(index);
    from = index + grouping.length;
  }
  keep(text.length);
  return places;
}

export interface ValueForms {
  normal: string;
  /** A number without its grouping; '' for what is none. */
  compact: string;
}

const MIN_DIGITS = 7;
const OUTER_SIGNS = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;
const SIGN = /[^\p{L}\p{N}]/u;

/** `valueForms` that makes the forms of a value once. For one request: it holds the values. */
export function rememberedForms(): (value: string) => ValueForms {
  const known = new Map<string, ValueForms>();
  return (value) => {
    let forms = known.get(value);
    if (forms === undefined) {
      forms = valueForms(value);
      known.set(value, forms);
    }
    return forms;
  };
}

/** The forms in which a value is looked for. */
export function valueForms(value: string): ValueForms {
  const view = valueView(value);
  const normal = view.text.trim().replace(/\\+$/, '');
  const digits = countDigits(view.text);
  if (digits < MIN_DIGITS) return { normal, compact: '' };
  const compact = compactView(view).text.replace(OUTER_SIGNS, '');
  return { normal, compact: digits * 2 >= compact.length && !SIGN.test(compact) ? compact : '' };
}

function countDigits(text: string): number {
  let digits = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (isDigit(text.charCodeAt(at))) digits += 1;
  }
  return digits;
}
