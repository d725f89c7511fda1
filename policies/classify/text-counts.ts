// One pass over a text: an estimate of its tokens and the counts that task, difficulty and language are read from.
// Linear, no allocation per character; long texts are sampled, so that the time is bounded for any size.
import { codeUnits } from '../code-units.ts';

export interface TextCounts {
  /** UTF-16 code units of everything that was added. */
  chars: number;
  tokens: number;
  words: number;
  /** Words of more than eight letters. */
  longWords: number;
  digits: number;
  lines: number;
  questions: number;
  /** Lines that begin with -, *, a bullet or a number with a dot or bracket. */
  bullets: number;
  /** Pairs of ``` (each fence line counts one half). */
  fences: number;
  /** Brackets, ; = < > _ | and backslash: what code and formulas are made of. */
  codeMarks: number;
  /** = + ^ \ and mathematical symbols. */
  mathMarks: number;
  latin: number;
  han: number;
  kana: number;
  hangul: number;
  cyrillic: number;
  greek: number;
  arabic: number;
  hebrew: number;
  devanagari: number;
  thai: number;
}

export const emptyCounts = (): TextCounts => ({
  chars: 0,
  tokens: 0,
  words: 0,
  longWords: 0,
  digits: 0,
  lines: 0,
  questions: 0,
  bullets: 0,
  fences: 0,
  codeMarks: 0,
  mathMarks: 0,
  latin: 0,
  han: 0,
  kana: 0,
  hangul: 0,
  cyrillic: 0,
  greek: 0,
  arabic: 0,
  hebrew: 0,
  devanagari: 0,
  thai: 0,
});

/** Texts up to this length are read whole. */
const WHOLE_CHARS = 24_576;
const SAMPLES = 12;
const SAMPLE_CHARS = 2048;

/** Adds a text's counts; a text longer than 24 K code units is sampled at twelve places and scaled up. */
export function addText(counts: TextCounts, text: string): void {
  if (text.length <= WHOLE_CHARS) {
    scan(counts, text, text.length);
    return;
  }
  const sampled = emptyCounts();
  const stride = (text.length - SAMPLE_CHARS) / (SAMPLES - 1);
  for (let i = 0; i < SAMPLES; i += 1) {
    const start = Math.floor(i * stride);
    // One more: what ends a sample may depend on what follows.
    scan(sampled, text.slice(start, start + SAMPLE_CHARS + 1), SAMPLE_CHARS);
  }
  const scale = text.length / (SAMPLES * SAMPLE_CHARS);
  for (const key of COUNT_KEYS) counts[key] += sampled[key] * scale;
}

const COUNT_KEYS = Object.keys(emptyCounts()) as (keyof TextCounts)[];

// Kinds of ASCII characters.
const OTHER = 0;
const LETTER = 1;
const DIGIT = 2;
const SPACE = 3;
const NEWLINE = 4;
const MARK = 5;

const KIND = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const char = String.fromCharCode(code);
  KIND[code] = /[A-Za-z]/.test(char)
    ? LETTER
    : /\d/.test(char)
      ? DIGIT
      : char === '\n' || char === '\r'
        ? NEWLINE
        : char === ' ' || char === '\t'
          ? SPACE
          : /[\x21-\x7e]/.test(char)
            ? MARK
            : OTHER;
}
const CODE_MARK = new Uint8Array(128);
for (const char of '{}[]();=<>_|\\') CODE_MARK[char.charCodeAt(0)] = 1;
const MATH_MARK = new Uint8Array(128);
for (const char of '=+^\\') MATH_MARK[char.charCodeAt(0)] = 1;

// Fitted to o200k_base over English prose, German, code and CJK (test/unit/policies/rules-tokens.test.ts).
/** Letters that one token of a common word covers; each further piece of a long word covers PIECE_LETTERS. */
const FIRST_LETTERS = 8;
const PIECE_LETTERS = 4.5;
const ACCENTED_WORD_TOKENS = 1.1;
const TOKENS_PER_HAN = 0.72;
const TOKENS_PER_KANA = 0.78;
const TOKENS_PER_HANGUL = 0.68;
const TOKENS_PER_CYRILLIC = 0.3;
const TOKENS_PER_ARABIC = 0.36;
const TOKENS_PER_OTHER_LETTER = 0.45;
const TOKENS_PER_SYMBOL = 1.2;

const wordTokens = (letters: number): number =>
  letters <= FIRST_LETTERS ? 1 : 1 + (letters - FIRST_LETTERS) / PIECE_LETTERS;

function scan(counts: TextCounts, text: string, end: number): void {
  const units = codeUnits(text);
  let tokens = 0;
  let words = 0;
  let longWords = 0;
  let digits = 0;
  let latin = 0;
  let codeMarks = 0;
  let mathMarks = 0;
  let questions = 0;
  let lines = 1;
  let bullets = 0;
  let i = 0;
  let lineStart = true;
  let afterMark = false;
  while (i < end) {
    const code = units[i]!;
    const kind = code < 128 ? KIND[code]! : code < 0x250 && code >= 0xc0 ? LETTER : OTHER;
    switch (kind) {
      case LETTER: {
        const from = i;
        let accented = 0;
        let humps = 0;
        do {
          const letter = units[i]!;
          if (letter >= 128) {
            if (letter < 0xc0 || letter >= 0x250) break;
            accented = 1;
          } else if (KIND[letter] !== LETTER) break;
          // camelCase: a capital after a small letter starts a new piece.
          else if (letter <= 90 && i > from && units[i - 1]! >= 97) humps += 1;
          i += 1;
        } while (i < end);
        const letters = i - from;
        afterMark = false;
        words += 1;
        if (letters > 8) longWords += 1;
        latin += letters;
        tokens += wordTokens(letters) + humps * 0.5 + accented * ACCENTED_WORD_TOKENS;
        lineStart = false;
        break;
      }
      case DIGIT: {
        const from = i;
        while (i < end && units[i]! < 128 && KIND[units[i]!] === DIGIT) i += 1;
        digits += i - from;
        afterMark = false;
        tokens += Math.ceil((i - from) / 3);
        if (lineStart && i - from <= 2 && (units[i]! === 46 || units[i]! === 41)) bullets += 1;
        lineStart = false;
        break;
      }
      case SPACE: {
        const from = i;
        while (i < end && units[i]! < 128 && KIND[units[i]!] === SPACE) i += 1;
        // One space belongs to the word after it; a longer run is a token of its own.
        if (i - from > 1) tokens += 1;
        afterMark = false;
        break;
      }
      case NEWLINE: {
        while (i < end && units[i]! < 128 && KIND[units[i]!] === NEWLINE) {
          lines += units[i]! === 10 ? 1 : 0;
          i += 1;
        }
        // A line break straight after punctuation belongs to its token: `;` and the break are one.
        tokens += afterMark ? 0.3 : 1;
        afterMark = false;
        lineStart = true;
        break;
      }
      case MARK: {
        const from = i;
        while (i < end && units[i]! < 128 && KIND[units[i]!] === MARK) {
          const mark = units[i]!;
          codeMarks += CODE_MARK[mark]!;
          mathMarks += MATH_MARK[mark]!;
          if (mark === 63) questions += 1;
          if (lineStart && (mark === 45 || mark === 42) && units[i + 1]! === 32) bullets += 1;
          lineStart = false;
          i += 1;
        }
        if (i - from >= 3 && text.startsWith('```', from)) counts.fences += 0.5;
        tokens += 1 + (i - from - 1) / 4;
        afterMark = true;
        break;
      }
      default: {
        tokens += countOther(counts, code);
        if (code === 0x2022 && lineStart) bullets += 1;
        lineStart = false;
        afterMark = false;
        i += 1;
      }
    }
  }
  counts.chars += end;
  counts.tokens += tokens;
  counts.words += words;
  counts.longWords += longWords;
  counts.digits += digits;
  counts.latin += latin;
  counts.codeMarks += codeMarks;
  counts.mathMarks += mathMarks;
  counts.questions += questions;
  counts.lines += lines;
  counts.bullets += bullets;
}

/** Counts one code unit outside ASCII and accented Latin; its share of a token. */
function countOther(counts: TextCounts, code: number): number {
  if (code < 0x80) return 1;
  if ((code >= 0x4e00 && code <= 0x9fff) || (code >= 0x3400 && code <= 0x4dbf)) {
    counts.han += 1;
    return TOKENS_PER_HAN;
  }
  if (code >= 0x3040 && code <= 0x30ff) {
    counts.kana += 1;
    return TOKENS_PER_KANA;
  }
  if ((code >= 0xac00 && code <= 0xd7af) || (code >= 0x1100 && code <= 0x11ff)) {
    counts.hangul += 1;
    return TOKENS_PER_HANGUL;
  }
  if (code >= 0x400 && code <= 0x52f) {
    counts.cyrillic += 1;
    return TOKENS_PER_CYRILLIC;
  }
  if (code >= 0x370 && code <= 0x3ff) {
    counts.greek += 1;
    return TOKENS_PER_OTHER_LETTER;
  }
  if (code >= 0x600 && code <= 0x6ff) {
    counts.arabic += 1;
    return TOKENS_PER_ARABIC;
  }
  if (code >= 0x590 && code <= 0x5ff) {
    counts.hebrew += 1;
    return TOKENS_PER_OTHER_LETTER;
  }
  if (code >= 0x900 && code <= 0x97f) {
    counts.devanagari += 1;
    return TOKENS_PER_OTHER_LETTER;
  }
  if (code >= 0xe00 && code <= 0xe7f) {
    counts.thai += 1;
    return TOKENS_PER_OTHER_LETTER;
  }
  if (code >= 0x2200 && code <= 0x22ff) counts.mathMarks += 1;
  if (code === 0xff1f || code === 0x61f) counts.questions += 1;
  // A low surrogate is the second half of a symbol that has been counted.
  if (code >= 0xdc00 && code <= 0xdfff) return 0;
  if (code >= 0x2010 && code <= 0x203a) return 0.8;
  const widePunctuation = (code >= 0x3000 && code <= 0x303f) || (code >= 0xff00 && code <= 0xffef);
  return widePunctuation ? 0.7 : TOKENS_PER_SYMBOL;
}
