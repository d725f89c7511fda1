// A text as a reader means it: full-width and other digits as ASCII, invisible characters left out, letters of other alphabets
// that look like Latin ones among Latin ones, %40, &#64;, \u0040 and %0A decoded. Each place of it knows
// the place of the text that it comes from. A text that has none of that costs a glance.
import {
  type Decoded,
  entity,
  escapedSlash,
  lineEscape,
  percent,
  terminalOrder,
  unicodeEscape,
} from './encoded-characters.ts';
import { confusableOf, isInvisible, isNumberSign, plainOf } from './look-alikes.ts';

export interface NormalView {
  text: string;
  /** Where in the original the unit at this place begins; one more place for the end. */
  starts: Int32Array;
  /** Where what the unit at this place comes from ends. */
  ends: Int32Array;
}

/** `%40`, `%0A`, `&#64;`, `&commat;`, `\u0040`. */
const ENCODED =
  /%(?:[2-7cdef][0-9a-f]|0[9ad])|&(?:#\d{2,7}|#x[0-9a-f]{2,6}|[a-z]{2,8});|\\(?:u[0-9a-f]{4}|x(?:0[9ad]|1b)|e\[|033\[)|[\w:]\\\/[\w\\]/i;
/** One of these is in what is encoded: cheaper to ask for. */
const HINTS = ['%', '&', '\\u', '\\x', '\\e[', '\\033[', '\\/'];
/** Could the text have another view? @param unitsOr all its code units, or-ed */
export const mayHaveView = (text: string, unitsOr: number): boolean =>
  unitsOr > 0xff ||
  (unitsOr > 0x7f && text.includes('\u00ad')) ||
  text.includes('\u001b[') ||
  (HINTS.some((hint) => text.includes(hint)) && ENCODED.test(text));

const isLatin = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122 && code < 128;
const isShown = (piece: string): boolean => !/[\p{Cc}\p{Cs}\ufffd]/u.test(piece.replace(/[\t\n\r]/g, ''));

/** What stands encoded at `at`. */
function decodeAt(text: string, at: number): Decoded {
  const code = text.charCodeAt(at);
  const decoded =
    code === 37
      ? percent(text, at)
      : code === 38
        ? entity(text, at)
        : code === 92
          ? (lineEscape(text, at) ??
            terminalOrder(text, at) ??
            escapedSlash(text, at) ??
            unicodeEscape(text, at))
          : code === 27
            ? terminalOrder(text, at)
            : null;
  return decoded !== null && isShown(decoded[0]) ? decoded : null;
}

/** `@`, `.`, `_`, `-` and digits: a name before `@` may have no Latin letter of its own. */
const isInAddress = (code: number): boolean =>
  code === 64 || code === 46 || code === 95 || code === 45 || (code >= 48 && code <= 57);

const isAlphanumeric = (code: number): boolean => isLatin(code) || (code >= 48 && code <= 57);
/** A dash or dot is one of a number or code only between its parts. */
const joinsNumber = (text: string, at: number): boolean => {
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at + 1)];
  return isAlphanumeric(before) && isAlphanumeric(after) && (before <= 57 || after <= 57);
};

/** Is a letter of another alphabet one of a word with Latin letters in it, all of whose others look Latin? */
function isAmongLatin(text: string, at: number): boolean {
  let hasLatin = false;
  for (const step of [-1, 1]) {
    for (
      let place = at + step, seen = 0;
      place >= 0 && place < text.length && seen < 64;
      place += step, seen += 1
    ) {
      const code = text.charCodeAt(place);
      if (isLatin(code)) hasLatin = true;
      else if (code > 0x7f) {
        if (confusableOf(code) !== 0) continue;
        if (/\p{L}/u.test(text[place] as string)) return false;
        break;
      } else if (!isInAddress(code)) break;
    }
  }
  return hasLatin;
}

/** The normal view of a text; null when it is the text itself. */
export function normalView(text: string): NormalView | null {
  const pieces: string[] = [];
  let starts: number[] | null = null;
  const ends: number[] = [];
  let copied = 0;
  /** What stands from `at` for `length` units is `piece`. */
  const put = (at: number, length: number, piece: string): void => {
    starts ??= [];
    copyTo(at);
    pieces.push(piece);
    for (let i = 0; i < piece.length; i += 1) {
      starts.push(at);
      ends.push(at + length);
    }
    copied = at + length;
  };
  const copyTo = (at: number): void => {
    if (copied === at) return;
    pieces.push(text.slice(copied, at));
    for (let i = copied; i < at; i += 1) {
      (starts as number[]).push(i);
      ends.push(i + 1);
    }
  };
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x80) {
      if (code !== 37 && code !== 38 && code !== 92 && code !== 27) continue;
      const decoded = decodeAt(text, at);
      if (decoded === null) continue;
      put(at, decoded[1], decoded[0]);
      at += decoded[1] - 1;
      continue;
    }
    if (code < 0x100 && code !== 0xad) continue;
    const isPair = code >= 0xd800 && code <= 0xdbff && at + 1 < text.length;
    const point = isPair ? (text.codePointAt(at) as number) : code;
    const length = point > 0xffff ? 2 : 1;
    if (isInvisible(point)) put(at, length, '');
    else {
      const plain = plainOf(point);
      const look = plain === 0 ? confusableOf(point) : 0;
      if (plain !== 0 && (!isNumberSign(point) || joinsNumber(text, at)))
        put(at, length, String.fromCharCode(plain));
      else if (look !== 0 && isAmongLatin(text, at)) put(at, length, String.fromCharCode(look));
    }
    at += length - 1;
  }
  if (starts === null) return null;
  copyTo(text.length);
  return { text: pieces.join(''), starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
}
