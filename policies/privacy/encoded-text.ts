// Base64 in a text that decodes to text. Pictures, keys and hashes do not; a few characters at the beginning tell.
import type { TextIndex } from '../../contract/recognizer.ts';

export interface EncodedText {
  /** The whole run of Base64 in the text. */
  start: number;
  end: number;
  decoded: string;
}

/** Shorter ones hold hardly more than a word. */
const MIN_LENGTH = 16;
/** Decoded and looked at before the rest is. */
const HEAD_LENGTH = 64;
/** More than this is no longer looked at: a file, not a value. */
const MAX_LENGTH = 1 << 18;

const isBase64Unit = (unit: number): boolean =>
  (unit >= 48 && unit <= 57) ||
  ((unit | 32) >= 97 && (unit | 32) <= 122 && unit < 128) ||
  unit === 43 ||
  unit === 47 ||
  unit === 45 ||
  unit === 95;

/** UTF-8 text without control characters? */
const isText = (text: string): boolean => text.length >= 8 && !/[^\P{C}\t\n\r]|\ufffd/u.test(text);

/** Letters of both cases, as Base64 of text has: hashes and most identifiers have not. */
const hasBothCases = (token: string): boolean => /[a-z]/.test(token) && /[A-Z]/.test(token);

/** Could a group of letters and digits be (part of) Base64? */
export function mayHaveEncodedText({ groups, groupStarts, groupEnds }: TextIndex): boolean {
  for (let i = 0; i < groups; i += 1)
    if ((groupEnds[i] as number) - (groupStarts[i] as number) >= MIN_LENGTH - 4) return true;
  return false;
}

/** Every run of Base64 that decodes to text. */
export function encodedTexts({
  text,
  units,
  groups,
  groupStarts,
  groupEnds,
  length,
}: TextIndex): EncodedText[] {
  const found: EncodedText[] = [];
  let done = 0;
  for (let i = 0; i < groups; i += 1) {
    let start = groupStarts[i] as number;
    let end = groupEnds[i] as number;
    if (end - start < MIN_LENGTH - 4 || start < done) continue;
    while (start > done && isBase64Unit(units[start - 1] as number)) start -= 1;
    while (end < length && isBase64Unit(units[end] as number)) end += 1;
    done = end;
    if (end - start < MIN_LENGTH || end - start > MAX_LENGTH) continue;
    // Without the padding, whole groups of four characters or two or three at the end.
    const head = text.slice(start, Math.min(end, start + HEAD_LENGTH));
    if ((end - start) % 4 === 1 || !hasBothCases(head)) continue;
    const beginning = Buffer.from(head, 'base64').toString('utf8');
    // The head may end within a character.
    if (!isText(end - start > HEAD_LENGTH ? beginning.replace(/\ufffd$/, '') : beginning)) continue;
    const decoded = Buffer.from(text.slice(start, end), 'base64').toString('utf8');
    if (!isText(decoded)) continue;
    while (end < length && units[end] === 61) end += 1;
    found.push({ start, end, decoded });
  }
  return found;
}
