// A placeholder is `[EMAIL_1]`: typed, numbered, closed by a bracket (so that none is the beginning of another), ASCII
// without anything that JSON must escape. On the way back small changes that models make are accepted: `[email 1]`,
// `[EMAIL-1]`, `\[EMAIL\_1\]`, `[ EMAIL_1 ]`. Bare words (`EMAIL_1`) are not: code is full of them.

/** No accepted form is longer, so no more than this is ever held back in a stream. */
export const MAX_PLACEHOLDER_LENGTH = 40;

export const formatPlaceholder = (type: string, number: number): string => `[${type}_${number}]`;

/** What identifies a placeholder however it is written: `[us ssn-2]` and `[US_SSN_2]` are both `USSSN2`. */
export const placeholderKey = (type: string, number: number): string => `${lettersOf(type)}${number}`;

const lettersOf = (type: string): string => type.toUpperCase().replace(/[^A-Z]/g, '');

/** Types of interest, and every beginning of them, so that `[see` is known early not to be a placeholder. */
export interface PlaceholderTypes {
  complete: ReadonlySet<string>;
  beginnings: ReadonlySet<string>;
}

/** By the types' names: there are as few combinations as kinds of findings that come together. */
const made = new Map<string, PlaceholderTypes>();
const MAX_MADE = 1000;

export function placeholderTypes(types: Iterable<string>): PlaceholderTypes {
  const names = [...new Set(types)];
  const key = names.join();
  const known = made.get(key);
  if (known !== undefined) return known;
  const complete = new Set(names.map(lettersOf));
  const beginnings = new Set(
    [...complete].flatMap((type) => Array.from(type, (_, i) => type.slice(0, i + 1))),
  );
  if (made.size >= MAX_MADE) made.clear();
  made.set(key, { complete, beginnings });
  return { complete, beginnings };
}

export interface PlaceholderMatch {
  end: number;
  key: string;
}

const BACKSLASH = 92;
const OPEN = 91;
const CLOSE = 93;
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122;
/** space, `-`, `_`, backslash */
const isSeparator = (code: number): boolean =>
  code === 32 || code === 45 || code === 95 || code === BACKSLASH;

/**
 * Is there a placeholder of one of the types at `at`? 'partial': the text ends before that can be said.
 * Reads at most MAX_PLACEHOLDER_LENGTH characters.
 */
export function matchPlaceholder(
  text: string,
  at: number,
  types: PlaceholderTypes,
): PlaceholderMatch | 'partial' | null {
  const limit = Math.min(text.length, at + MAX_PLACEHOLDER_LENGTH);
  const cut = limit === text.length && limit < at + MAX_PLACEHOLDER_LENGTH ? 'partial' : null;
  let i = at;
  const escaped = text.charCodeAt(i) === BACKSLASH;
  if (escaped && ++i >= limit) return cut;
  if (text.charCodeAt(i) !== OPEN) return null;

  let letters = '';
  let separators = 0;
  for (i += 1; ; i += 1) {
    if (i >= limit) return cut;
    const code = text.charCodeAt(i);
    if (isLetter(code)) {
      letters += String.fromCharCode(code & ~32);
      separators = 0;
      if (!types.beginnings.has(letters)) return null;
    } else if (!isSeparator(code) || ++separators > 3) break;
  }
  if (!types.complete.has(letters)) return null;

  const digitsStart = i;
  while (i < limit && isDigit(text.charCodeAt(i))) i += 1;
  const digits = text.slice(digitsStart, i);
  if (digits.length > 6 || (digits === '' && i < limit)) return null;
  while (i < limit && (text.charCodeAt(i) === 32 || text.charCodeAt(i) === BACKSLASH)) i += 1;
  if (i >= limit) return cut;
  if (text.charCodeAt(i) !== CLOSE) return null;
  // An escaped opening belongs to the placeholder only when the closing one is escaped as well.
  if (escaped && text.charCodeAt(i - 1) !== BACKSLASH) return null;
  return { end: i + 1, key: `${letters}${Number(digits)}` };
}

/** Keys of all texts that would be taken for placeholders of these types. */
export function findPlaceholderKeys(text: string, types: PlaceholderTypes, keys: Set<string>): void {
  for (let at = text.indexOf('['); at >= 0; at = text.indexOf('[', at + 1)) {
    const match = matchPlaceholder(text, at, types);
    if (match !== null && match !== 'partial') keys.add(match.key);
  }
}
