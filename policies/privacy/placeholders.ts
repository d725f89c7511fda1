// A placeholder is `[EMAIL_1]`: typed, numbered, closed by a bracket (so that none is the beginning of another), ASCII without
// anything that JSON must escape. Another way to write the same value is `[EMAIL_1b]`, `[EMAIL_1c]` ...
//
// On the way back what models make of it is accepted: other case, spacing, escapes and markup (`\[email\_1\]`, `[**EMAIL 1**]`,
// `&lbrack;EMAIL_1&rbrack;`), full-width characters, other brackets (`<EMAIL_1>`, `【EMAIL_1】`, `«EMAIL_1»`), a possessive inside
// them (`[PERSON_1's]`) and a translated word (`[ПЕРСОНА_1]`). Without brackets only `EMAIL_1` exactly as it was issued, standing
// alone in prose: code is full of such words.
import { type Encoding, type LogicalChar, readLogical } from './logical-text.ts';
import { foldLetter, lettersOf, translationsOf, wordOf } from './placeholder-words.ts';
import { nextStart, startPattern } from './start-pattern.ts';

/** No accepted form is longer, so no more than this is ever held back in a stream. */
export const MAX_PLACEHOLDER_LENGTH = 40;
const MAX_DIGITS = 6;
/** Between two letters, or a word and its number. */
const MAX_FILLERS = 3;

export const formatPlaceholder = (type: string, number: number, variant = ''): string =>
  `[${wordOf(type)}_${number}${variant}]`;

/** What identifies a placeholder however it is written: `[us ssn-2]` and `[US_SSN_2]` are both `USSSN2`. */
export function placeholderKey(type: string, number: number, variant = ''): string {
  let letters = lettersByType.get(type);
  if (letters === undefined) {
    letters = lettersOf(wordOf(type));
    if (lettersByType.size >= MAX_MADE) lettersByType.clear();
    lettersByType.set(type, letters);
  }
  return `${letters}${number}${variant}`;
}
/** Normalising a word takes longer than all else that a placeholder needs. */
const lettersByType = new Map<string, string>();

interface WordNode {
  next: Map<string, WordNode>;
  /** Letters of the issued word that ends here. */
  word: string | null;
  isTranslation: boolean;
}

/** The words of issued placeholders and their translations, letter by letter: `[see` is known early to be none. */
export interface PlaceholderWords {
  root: WordNode;
  /** First letters that a form without brackets can have. */
  initials: ReadonlySet<number>;
  /** Code units with which a placeholder could begin, and a pattern for them. */
  startCodes: readonly number[];
  starts: RegExp;
}

const createNode = (): WordNode => ({ next: new Map(), word: null, isTranslation: false });

function addWord(root: WordNode, letters: string, word: string, isTranslation: boolean): void {
  let node = root;
  for (const letter of letters) {
    const child = node.next.get(letter) ?? createNode();
    node.next.set(letter, child);
    node = child;
  }
  if (node.word === null) Object.assign(node, { word, isTranslation });
}

/** By the types' names: there are as few combinations as kinds of findings that come together. */
const made = new Map<string, PlaceholderWords>();
const MAX_MADE = 1000;

export function placeholderWords(types: Iterable<string>): PlaceholderWords {
  const names: string[] = [];
  for (const type of types) {
    const name = wordOf(type);
    if (!names.includes(name)) names.push(name);
  }
  const key = names.join();
  const known = made.get(key);
  if (known !== undefined) return known;
  const root = createNode();
  for (const name of names) addWord(root, lettersOf(name), lettersOf(name), false);
  for (const name of names)
    for (const letters of translationsOf(name)) addWord(root, letters, lettersOf(name), true);
  const initials = new Set(names.map((name) => name.charCodeAt(0)));
  const startCodes = [...OPENERS, ...initials];
  const words = { root, initials, startCodes, starts: startPattern(startCodes) };
  if (made.size >= MAX_MADE) made.clear();
  made.set(key, words);
  return words;
}

export interface PlaceholderMatch {
  end: number;
  /** Without the variant. */
  key: string;
  /** '' or a letter. */
  variant: string;
  /** What the model wrote behind the number, inside the brackets: `'s`. */
  suffix: string;
}

const CLOSERS: ReadonlyMap<number, number> = new Map([
  [91, 93],
  [60, 62],
  [0x3010, 0x3011],
  [0x3014, 0x3015],
  [0x27e6, 0x27e7],
  [0xab, 0xbb],
  [0x2039, 0x203a],
  [0x300c, 0x300d],
]);
const ANGLE = 60;
const AMPERSAND = 38;
const BACKSLASH = 92;
const EQUALS = 61;
/** JSON's escapes and HTML references begin with a character of their own. */
const OPENERS = [BACKSLASH, AMPERSAND, 0xff3b, 0xff1c, ...CLOSERS.keys()];

/** space, `-`, `_`, backslash */
const isSeparator = (code: number): boolean =>
  code === 32 || code === 45 || code === 95 || code === BACKSLASH;
/** `*`, backtick, `~`, zero-width characters */
const isMarkup = (code: number): boolean =>
  code === 42 ||
  code === 96 ||
  code === 126 ||
  (code >= 0x200b && code <= 0x200f) ||
  code === 0x2060 ||
  code === 0xfeff;

const OTHER_ZEROS = [0x660, 0x6f0, 0x966, 0x9e6];
function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const zero = code < 0x660 ? undefined : OTHER_ZEROS.find((one) => code >= one && code < one + 10);
  return zero === undefined ? -1 : code - zero;
}
const isAsciiLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122;
const isLower = (code: number): boolean => code >= 97 && code <= 122;
const isApostrophe = (code: number): boolean => code === 39 || code === 0x2019;

const BEFORE_BARE = /^[\s"'“‘(*>|:,;—–-]?$/;
const AFTER_BARE = /^[^\p{L}\p{N}\p{M}_$(=[{@]$/u;

/** The text ended, or ends too early. */
const CUT = -1;
/** More than a placeholder's length was read. */
const OVER = -2;

class Cursor {
  readonly #text: string;
  readonly #encoding: Encoding;
  readonly #limit: number;
  /** Index of `code`. */
  at: number;
  #end = 0;
  /** The character here; negative where there is none. */
  code = CUT;

  constructor(text: string, at: number, encoding: Encoding) {
    this.#text = text;
    this.#encoding = encoding;
    this.#limit = at + MAX_PLACEHOLDER_LENGTH;
    this.at = at;
    this.#read();
  }

  #read(): void {
    if (this.at >= this.#limit || this.at >= this.#text.length) {
      this.code = this.at >= this.#limit ? OVER : CUT;
      return;
    }
    const char: LogicalChar | 'partial' = readLogical(this.#text, this.at, this.#encoding);
    this.code = char === 'partial' ? CUT : char.end > this.#limit ? OVER : char.code;
    this.#end = char === 'partial' ? this.at : char.end;
  }

  next(): void {
    this.at = this.#end;
    this.#read();
  }

  /** What the end of the text means for the match. */
  get stopped(): 'partial' | null {
    return this.code === CUT ? 'partial' : null;
  }
}

/**
 * Is there a placeholder with one of the words at `at`? 'partial': the text ends before that can be said. Reads at most
 * MAX_PLACEHOLDER_LENGTH characters.
 * @param before the character in front of `at`, '' at the beginning
 * @param isLast nothing comes after this text
 */
export function matchPlaceholder(
  text: string,
  at: number,
  words: PlaceholderWords,
  {
    encoding = 'text',
    before = '',
    isLast = true,
  }: { encoding?: Encoding; before?: string; isLast?: boolean } = {},
): PlaceholderMatch | 'partial' | null {
  const cursor = new Cursor(text, at, encoding);
  const isEscaped = cursor.code === BACKSLASH;
  if (isEscaped) cursor.next();
  const closer = CLOSERS.get(cursor.code);
  const isBare = closer === undefined;
  if (isBare) {
    if (cursor.code < 0) return cursor.stopped;
    if (isEscaped || encoding === 'json' || !words.initials.has(cursor.code) || !BEFORE_BARE.test(before))
      return null;
  }
  /** Not to be taken for a tag or for a name of a program. */
  const isStrict = isBare || cursor.code === ANGLE;
  if (!isBare) cursor.next();

  let node = words.root;
  let fillers = 0;
  for (; digitOf(cursor.code) < 0; cursor.next()) {
    if (cursor.code < 0) return cursor.stopped;
    if (isSeparator(cursor.code) || (!isBare && isMarkup(cursor.code))) {
      fillers += 1;
      if (fillers > MAX_FILLERS) return null;
      continue;
    }
    if (isStrict && isLower(cursor.code)) return null;
    for (const letter of foldLetter(cursor.code) || ' ') {
      const child = node.next.get(letter);
      if (child === undefined) return null;
      node = child;
    }
    fillers = 0;
  }
  const { word } = node;
  if (word === null || (isStrict && (fillers === 0 || node.isTranslation))) return null;

  let number = 0;
  for (let count = 0; digitOf(cursor.code) >= 0; cursor.next()) {
    count += 1;
    if (count > MAX_DIGITS) return null;
    number = number * 10 + digitOf(cursor.code);
  }
  let variant = '';
  if (isAsciiLetter(cursor.code)) {
    variant = String.fromCharCode(cursor.code | 32);
    cursor.next();
  }
  const key = `${word}${number}`;
  if (isBare) {
    const end = cursor.at;
    if (cursor.code === 32) cursor.next(); // `EMAIL_1 = ...` is a program's
    const isAlone =
      cursor.code < 0
        ? isLast
        : AFTER_BARE.test(String.fromCharCode(cursor.code)) || (cursor.at > end && cursor.code !== EQUALS);
    return isAlone ? { end, key, variant, suffix: '' } : isLast ? null : cursor.stopped;
  }

  let suffix = '';
  if (isApostrophe(cursor.code)) {
    const from = cursor.at;
    cursor.next();
    if ((cursor.code | 32) === 115) cursor.next();
    suffix = text.slice(from, cursor.at);
  }
  let hasBackslash = false;
  for (fillers = 0; isSeparator(cursor.code) || isMarkup(cursor.code); cursor.next()) {
    hasBackslash = cursor.code === BACKSLASH;
    fillers += 1;
    if (fillers > MAX_FILLERS) return null;
  }
  if (cursor.code < 0) return cursor.stopped;
  // An escaped opening belongs to the placeholder only when the closing one is escaped as well.
  if (cursor.code !== closer || (isEscaped && !hasBackslash)) return null;
  cursor.next();
  return { end: cursor.at, key, variant, suffix };
}

/** Keys of all texts that would be taken for placeholders with these words. */
export function findPlaceholderKeys(text: string, words: PlaceholderWords, keys: Set<string>): void {
  const { starts } = words;
  for (let at = nextStart(text, 0, starts); at < text.length; at = nextStart(text, at + 1, starts)) {
    const match = matchPlaceholder(text, at, words, { before: text[at - 1] ?? '' });
    if (match !== null && match !== 'partial') keys.add(match.key);
  }
}
