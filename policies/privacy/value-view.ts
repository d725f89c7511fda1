// One form for all the ways in which a value can be written: lower case without accents, compatibility characters (full width,
// ligatures) as plain ones, look-alikes of other scripts as Latin letters, percent encoding, HTML references and backslash escapes
// decoded, white space as one space, zero-width characters, markdown emphasis and the `>` of quoted mail left out. Values are
// looked for in this view, by redaction and by the check at the door alike: what one of them finds, the other does.

import { type Decoded, entity, percent } from './encoded-characters.ts';
import { confusableOf } from './look-alikes.ts';

export interface ValueView {
  text: string;
  /** Index in the original of each character; null: the same. */
  starts: Uint32Array | null;
  /** Index behind it. */
  ends: Uint32Array | null;
}

const IS_NOT_PLAIN = /[^\x20-\x7e]|[%&\\*`]| {2}/;

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

/** Linear in the text's length. */
export function valueView(text: string): ValueView {
  if (!IS_NOT_PLAIN.test(text)) return { text: text.toLowerCase(), starts: null, ends: null };
  const out: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  /** White space since the last character, and whether a line ended in it: then `>` is a quotation's. */
  let space: { start: number; end: number; isLine: boolean } | null = null;

  const put = (char: string, start: number, end: number): void => {
    if (SPACE.test(char)) {
      const isLine = char === '\n' || char === '\r' || space?.isLine === true;
      space = { start: space?.start ?? start, end, isLine };
      return;
    }
    if (char === '*' || char === '`') return;
    if (char === '>' && space?.isLine === true) {
      space.end = end;
      return;
    }
    if (space !== null) {
      out.push(' ');
      starts.push(space.start);
      ends.push(space.end);
      space = null;
    }
    for (let i = 0; i < char.length; i += 1) {
      starts.push(start);
      ends.push(end);
    }
    out.push(char);
  };

  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    const decoded = code === 92 || code === 37 || code === 38 ? decodeAt(text, at, code) : null;
    if (decoded !== null) {
      const [plain, length] = decoded;
      for (const char of plain) put(foldOne(char), at, at + length);
      at += length;
    } else if (code < 128) {
      put(code >= 65 && code <= 90 ? String.fromCharCode(code | 32) : (text[at] as string), at, at + 1);
      at += 1;
    } else {
      const char = String.fromCodePoint(text.codePointAt(at) as number);
      const plain = foldCharacter(char);
      if (plain !== '') put(plain, at, at + char.length);
      at += char.length;
    }
  }
  if (space !== null) {
    out.push(' ');
    starts.push((space as { start: number }).start);
    ends.push((space as { end: number }).end);
  }
  return { text: out.join(''), starts: Uint32Array.from(starts), ends: Uint32Array.from(ends) };
}

const foldOne = (char: string): string =>
  char.charCodeAt(0) < 128 ? char.toLowerCase() : foldCharacter(char);

/** The original's span of a span of the view. */
export const originalSpan = (view: ValueView, start: number, end: number): { start: number; end: number } =>
  view.starts === null || view.ends === null
    ? { start, end }
    : { start: view.starts[start] as number, end: view.ends[end - 1] as number };

/** Between the groups of a number: `4111 1111-1111.1111`. */
const isGrouping = (char: string): boolean => ' -./()_'.includes(char);
const IS_ALPHANUMERIC = /[\p{L}\p{N}]/u;

export interface CompactView {
  text: string;
  /** Index in the normal view of each character. */
  places: Uint32Array;
}

/** The view with the groups of numbers joined: letters and digits alone, other signs as line ends. */
export function compactView({ text }: ValueView): CompactView {
  let out = '';
  const places: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    const code = char.charCodeAt(0);
    const isKept =
      code < 128 ? (code >= 48 && code <= 57) || (code >= 97 && code <= 122) : IS_ALPHANUMERIC.test(char);
    if (!isKept && isGrouping(char)) continue;
    out += isKept ? char : '\n';
    places.push(at);
  }
  return { text: out, places: Uint32Array.from(places) };
}

export interface ValueForms {
  normal: string;
  /** A number without its grouping; '' for what is none. */
  compact: string;
}

const MIN_DIGITS = 7;

/** The forms in which a value is looked for. */
export function valueForms(value: string): ValueForms {
  const view = valueView(value);
  const compact = compactView(view).text.trim();
  const digits = compact.replace(/\D/g, '').length;
  const isNumber = digits >= MIN_DIGITS && digits * 2 >= compact.length && !compact.includes('\n');
  return { normal: view.text.trim().replace(/\\+$/, ''), compact: isNumber ? compact : '' };
}
