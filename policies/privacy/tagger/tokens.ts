// A text as tokens for the tagger: runs of letters, runs of digits, single other characters, each with the hashes that its
// features are made of. Linear, one pass; what it returns is reused by the next call.

import { codeUnits } from '../../code-units.ts';

/** Classes of UTF-16 code units. */
const LOWER = 1;
const UPPER = 2;
const CASELESS = 3;
const DIGIT = 4;
const SPACE = 5;
const LINE_END = 6;
const OTHER = 7;
/** Scripts written without spaces, and Korean, which glues its particles to names: each character is a token. */
const IDEOGRAPH = 8;

/** What a token looks like at a glance. */
export const SHAPE = {
  lower: 1,
  capitalised: 2,
  upper: 3,
  mixed: 4,
  initial: 5,
  caseless: 6,
  digits: 7,
  other: 8,
} as const;

/** By UTF-16 code unit. Made when first needed: it takes some milliseconds. */
interface Characters {
  classes: Uint8Array;
  lowered: Uint16Array;
}
let made: Characters | undefined;

function characters(): Characters {
  if (made !== undefined) return made;
  const classes = new Uint8Array(0x10000);
  const lowered = new Uint16Array(0x10000);
  for (let code = 0; code < 0x10000; code += 1) {
    const char = String.fromCharCode(code);
    const low = char.toLowerCase();
    lowered[code] = low.length === 1 ? low.charCodeAt(0) : code;
    classes[code] = classOf(char);
  }
  made = { classes, lowered };
  return made;
}

function classOf(char: string): number {
  if (char === '\n' || char === '\r') return LINE_END;
  if (/\s/u.test(char)) return SPACE;
  if (/\p{Nd}/u.test(char)) return DIGIT;
  if (!/\p{L}|\p{M}/u.test(char)) return OTHER;
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(char)) return IDEOGRAPH;
  return /\p{Lu}|\p{Lt}/u.test(char) ? UPPER : /\p{Ll}/u.test(char) ? LOWER : CASELESS;
}

/** Tokens as columns; the first `length` entries count. */
export interface Tokens {
  length: number;
  start: Int32Array;
  end: Int32Array;
  /** Hash of the lower-cased word; of digits only how many there are. */
  word: Int32Array;
  /** One of SHAPE. */
  shape: Uint8Array;
  /** SHAPE and length, finer. */
  form: Int32Array;
  /** 0: glued to the token before, 1: after a space, 2: first of its line. */
  gap: Uint8Array;
  /** Hash of the label that the line begins with (`Name: …`, `"city": …`), 0: none. */
  label: Int32Array;
  /** The text's code units, until the next text is copied there. */
  units: Uint16Array;
}

function columns(size: number): Tokens {
  const ints = (): Int32Array => new Int32Array(size);
  return {
    length: 0,
    start: ints(),
    end: ints(),
    word: ints(),
    shape: new Uint8Array(size),
    form: ints(),
    gap: new Uint8Array(size),
    label: ints(),
    units: new Uint16Array(0),
  };
}

let tokens = columns(1024);

export const mix = (hash: number, value: number): number => {
  const mixed = Math.imul(hash ^ value, 0x5bd1e995);
  return mixed ^ (mixed >>> 15);
};

/** As the words of `tokenize` are hashed. */
export function wordHash(word: string): number {
  const { lowered } = characters();
  let hash = 17;
  for (let at = 0; at < word.length; at += 1) hash = mix(hash, lowered[word.charCodeAt(at)] as number);
  return hash;
}

/** Labels are short: a colon far into a line ends a sentence's first half. */
const MAX_LABEL_TOKENS = 6;

const isHigh = (code: number): boolean => (code & 0xfc00) === 0xd800;
const isLow = (code: number): boolean => (code & 0xfc00) === 0xdc00;

/** Hashes of a token's beginning and end; of anything but letters the token's own. */
export interface Affixes {
  prefix2: number;
  prefix3: number;
  suffix2: number;
  suffix3: number;
  suffix4: number;
}

/** Of token `i`, from its text alone: training hides words, not these. Few tokens are asked for, so they are no columns. */
export function affixesOf({ start, end, word, units }: Tokens, i: number, out: Affixes): void {
  const { classes, lowered } = characters();
  const from = start[i] as number;
  const to = end[i] as number;
  const length = to - from;
  const first = units[from] as number;
  const kind = classes[first] as number;
  if (kind > CASELESS) {
    const hash = kind === DIGIT ? digitsHash(length) : mix(17, first);
    out.prefix2 = hash;
    out.prefix3 = hash;
    out.suffix2 = hash;
    out.suffix3 = hash;
    out.suffix4 = hash;
    return;
  }
  const one = mix(17, lowered[first] as number);
  const two = length < 2 ? one : mix(one, lowered[units[from + 1] as number] as number);
  const three = length < 3 ? two : mix(two, lowered[units[from + 2] as number] as number);
  // 0 stood for none when the model was trained.
  out.prefix2 = two || (word[i] as number);
  out.prefix3 = three || (word[i] as number);
  // By position, without a function of its own: this runs for every token that is scored.
  const last = lowered[units[to - 1] as number] as number;
  const second = length < 2 ? 0 : (lowered[units[to - 2] as number] as number);
  const third = length < 3 ? 0 : (lowered[units[to - 3] as number] as number);
  out.suffix2 = mix(mix(29, second), last);
  out.suffix3 = mix(out.suffix2, third);
  out.suffix4 = length > 3 ? mix(out.suffix3, lowered[units[to - 4] as number] as number) : out.suffix3;
}

/** Of digits only how many there are is known. */
const digitsHash = (length: number): number => 1000 + Math.min(length, 9);

/** The text's tokens. The value is overwritten by the next call. */
export function tokenize(text: string): Tokens {
  if (text.length + 8 > tokens.start.length) tokens = columns(2 * text.length + 8);
  const out = tokens;
  const { classes, lowered } = characters();
  const units = codeUnits(text);
  out.units = units;
  const end = text.length;
  let count = 0;
  let gap = 2;
  let lineStart = 0;
  let label = 0;
  for (let at = 0; at < end; ) {
    const code = units[at] as number;
    const kind = classes[code] as number;
    if (kind === SPACE || kind === LINE_END) {
      if (kind === LINE_END) {
        gap = 2;
        lineStart = count;
        label = 0;
      } else if (gap === 0) gap = 1;
      at += 1;
      continue;
    }
    const start = at;
    let hash = 17;
    let shape: number = SHAPE.other;
    let length = 1;
    if (kind <= CASELESS) {
      let uppers = 0;
      let lowers = 0;
      let kindAt = kind;
      let low = lowered[code] as number;
      do {
        if (kindAt === UPPER) uppers += 1;
        else if (kindAt === LOWER) lowers += 1;
        hash = mix(hash, low);
        at += 1;
        if (at >= end) break;
        const next = units[at] as number;
        kindAt = classes[next] as number;
        low = lowered[next] as number;
      } while (kindAt <= CASELESS);
      length = at - start;
      shape =
        uppers + lowers === 0
          ? SHAPE.caseless
          : uppers === 0
            ? SHAPE.lower
            : kind === UPPER && uppers === 1
              ? length === 1
                ? SHAPE.initial
                : SHAPE.capitalised
              : lowers === 0
                ? SHAPE.upper
                : SHAPE.mixed;
    } else {
      if (kind === DIGIT) {
        shape = SHAPE.digits;
        do at += 1;
        while (at < end && classes[units[at] as number] === DIGIT);
        length = at - start;
        hash = digitsHash(length);
      } else {
        at += isHigh(code) && isLow(units[at + 1] as number) ? 2 : 1;
        hash = mix(17, code);
        if (kind === IDEOGRAPH) shape = SHAPE.caseless;
      }
    }
    if (code === 58 && label === 0 && count > lineStart && count - lineStart <= MAX_LABEL_TOKENS)
      label = labelOf(out, lineStart, count);
    out.start[count] = start;
    out.end[count] = at;
    out.word[count] = hash;
    out.shape[count] = shape;
    out.form[count] = shape * 8 + (length < 6 ? length : length < 10 ? 6 : 7);
    out.gap[count] = gap;
    out.label[count] = label;
    gap = 0;
    count += 1;
  }
  out.length = count;
  return out;
}

/** The last word before a colon: `full_name`, `"name"` and `Name` are one label. */
function labelOf(out: Tokens, first: number, end: number): number {
  for (let at = end - 1; at >= first; at -= 1) {
    if ((out.shape[at] as number) < SHAPE.digits) return out.word[at] as number;
  }
  return 0;
}
