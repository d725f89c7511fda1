// Regular expressions as ECMA-262 writes them (section 22.2.1, read as with the `u` flag), without what no finite
// automaton can do: look-around, back references and word boundaries are refused by name.
import { ALL, asUtf8, type Characters, characters, complement, oneOf, type Writing } from './characters.ts';
import { byteRange, type Dfa, determinise, either, intersect, type Regular, seq, times } from './dfa.ts';

/** Why a pattern cannot be used. */
export class PatternRefused extends Error {}

/** Stand for the text's beginning and end while an automaton is made; UTF-8 has neither byte. */
const BEGIN = 0xfe;
const END = 0xff;

/**
 * The texts in which the pattern matches somewhere, written as `writing` says.
 * @throws {PatternRefused | LanguageTooLarge}
 */
export function matching(pattern: string, writing: Writing = asUtf8): Dfa {
  const anything = times(writing(ALL), 0, Number.POSITIVE_INFINITY);
  const [begin, end] = [byteRange(BEGIN, BEGIN), byteRange(END, END)];
  const found = new PatternParser(pattern, writing, begin, end).parse();
  const inner = betweenAnchors(found, begin, end);
  if (inner) return determinise(inner);
  const framed = determinise(
    seq(either(seq(begin, anything), seq()), found, either(seq(anything, end), seq())),
  );
  return unframed(intersect(framed, determinise(seq(begin, anything, end))));
}

/** The texts that the pattern matches as a whole. @throws {PatternRefused | LanguageTooLarge} */
export const matchingWhole = (pattern: string): Dfa => matching(`^(?:${pattern})$`);

/** Of `^…$` what stands between, if no other anchor does: most patterns, and far cheaper. */
function betweenAnchors(found: Regular, begin: Regular, end: Regular): Regular | null {
  const holds = (regular: Regular): boolean =>
    regular === begin ||
    regular === end ||
    (regular.op === 'sequence' && regular.parts.some(holds)) ||
    (regular.op === 'choice' && regular.options.some(holds)) ||
    (regular.op === 'repeat' && holds(regular.of));
  const only = found.op === 'choice' && found.options.length === 1 ? found.options[0]! : found;
  if (only.op !== 'sequence' || only.parts[0] !== begin || only.parts.at(-1) !== end) return null;
  const inner = only.parts.slice(1, -1);
  return inner.some(holds) ? null : seq(...inner);
}

function unframed(dfa: Dfa): Dfa {
  const begin = dfa.edges[0]!.find(([least]) => least === BEGIN)?.[2];
  if (begin === undefined) return { accepting: [false], edges: [[]] };
  // State 0 is not met again: its place is taken by the state after the beginning.
  const at = (state: number): number => (state === begin ? 0 : state === 0 ? begin : state);
  const out: Dfa = { accepting: [], edges: [] };
  for (const state of dfa.accepting.keys()) {
    const edges = dfa.edges[at(state)]!;
    out.accepting.push(edges.some(([least]) => least === END));
    out.edges.push(
      edges.flatMap(([least, greatest, to]) =>
        least < BEGIN ? [[least, greatest, at(to)] as [number, number, number]] : [],
      ),
    );
  }
  return out;
}

const DIGITS = characters([0x30, 0x39]);
const WORD = characters([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]);
const SPACE = characters(
  [9, 13],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
);
const LINE_ENDS = oneOf('\n\r\u2028\u2029');
const CLASSES: Record<string, Characters> = {
  d: DIGITS,
  w: WORD,
  s: SPACE,
  D: complement(DIGITS),
  W: complement(WORD),
  S: complement(SPACE),
};
const CONTROLS: Record<string, number> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

const properties = new Map<string, Characters>();

/** `\p{…}`: asked of JavaScript's own engine, code point by code point, once. */
function propertyOf(name: string, negated: boolean): Characters {
  const known = properties.get(name);
  if (known) return negated ? complement(known) : known;
  let test: RegExp;
  try {
    test = new RegExp(`\\p{${name}}`, 'u');
  } catch {
    throw new PatternRefused(`\\p{${name}} is no Unicode property`);
  }
  const ranges: [number, number][] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    if (!test.test(String.fromCodePoint(code))) continue;
    const last = ranges.at(-1);
    if (last && last[1] === code - 1) last[1] = code;
    else ranges.push([code, code]);
  }
  const found = characters(...ranges);
  properties.set(name, found);
  return negated ? complement(found) : found;
}

/** Copies of a repeated part past which a pattern is refused. */
const MAX_REPEAT = 5000;

class PatternParser {
  readonly #text: string[];
  readonly #writing: Writing;
  readonly #begin: Regular;
  readonly #end: Regular;
  #at = 0;

  constructor(pattern: string, writing: Writing, begin: Regular, end: Regular) {
    this.#text = [...pattern];
    this.#writing = writing;
    this.#begin = begin;
    this.#end = end;
  }

  parse(): Regular {
    const found = this.#alternatives();
    if (this.#at < this.#text.length) throw new PatternRefused('it has a ")" too many');
    return found;
  }

  #alternatives(): Regular {
    const options = [this.#terms()];
    while (this.#takes('|')) options.push(this.#terms());
    return either(...options);
  }

  #terms(): Regular {
    const parts: Regular[] = [];
    while (this.#at < this.#text.length && this.#text[this.#at] !== '|' && this.#text[this.#at] !== ')') {
      if (this.#takes('^')) parts.push(this.#begin);
      else if (this.#takes('$')) parts.push(this.#end);
      else parts.push(this.#quantified(this.#atom()));
    }
    return seq(...parts);
  }

  #atom(): Regular {
    if (this.#takes('(')) return this.#group();
    if (this.#takes('.')) return this.#writing(complement(LINE_ENDS));
    if (this.#takes('[')) return this.#writing(this.#characterClass());
    if (this.#takes('\\')) {
      if (this.#takes('b') || this.#takes('B'))
        throw new PatternRefused('a word boundary (\\b) is not supported');
      if (/[1-9]/.test(this.#text[this.#at] ?? ''))
        throw new PatternRefused('a back reference is not supported');
      if (this.#text[this.#at] === 'k' && this.#text[this.#at + 1] === '<')
        throw new PatternRefused('a back reference is not supported');
      return this.#writing(this.#escape());
    }
    const character = this.#next();
    if ('*+?'.includes(character)) throw new PatternRefused(`there is nothing that "${character}" repeats`);
    return this.#writing(oneOf(character));
  }

  #group(): Regular {
    if (this.#takes('?')) {
      const rest = this.#text.slice(this.#at, this.#at + 2).join('');
      if (rest.startsWith('=') || rest.startsWith('!'))
        throw new PatternRefused('look-ahead is not supported');
      if (rest === '<=' || rest === '<!') throw new PatternRefused('look-behind is not supported');
      if (this.#takes('<')) {
        while (this.#next() !== '>');
      } else if (!this.#takes(':')) throw new PatternRefused(`the group (?${rest} is not supported`);
    }
    const inner = this.#alternatives();
    if (!this.#takes(')')) throw new PatternRefused('it has a "(" that is never closed');
    return inner;
  }

  #quantified(atom: Regular): Regular {
    let out = atom;
    for (let count = 0; ; count++) {
      const bounds = this.#quantifier();
      if (bounds === null) return out;
      if (count > 0) throw new PatternRefused('a quantifier stands after another one');
      const [least, most] = bounds;
      if (least > most) throw new PatternRefused(`a repetition from ${least} to ${most} is out of order`);
      if (Math.max(least, most === Number.POSITIVE_INFINITY ? 0 : most) > MAX_REPEAT)
        throw new PatternRefused(`a repetition of more than ${MAX_REPEAT} is too long`);
      out = times(out, least, most);
      this.#takes('?'); // lazy: the same texts
    }
  }

  #quantifier(): [number, number] | null {
    if (this.#takes('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#takes('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#takes('?')) return [0, 1];
    const braces = /^\{(\d+)(,(\d*))?\}/.exec(this.#text.slice(this.#at, this.#at + 24).join(''));
    if (!braces) return null;
    this.#at += braces[0].length;
    const least = Number(braces[1]);
    if (braces[2] === undefined) return [least, least];
    return [least, braces[3] === '' ? Number.POSITIVE_INFINITY : Number(braces[3])];
  }

  #characterClass(): Characters {
    const negated = this.#takes('^');
    const ranges: (readonly [number, number])[] = [];
    while (!this.#takes(']')) {
      const first = this.#classMember();
      const isRange = this.#text[this.#at] === '-' && this.#text[this.#at + 1] !== ']';
      if (isRange && single(first) !== null) {
        this.#at++;
        const last = this.#classMember();
        const [from, to] = [single(first)!, single(last)];
        if (to === null) ranges.push(...first, [0x2d, 0x2d], ...last);
        else if (from > to) throw new PatternRefused('a range of characters is out of order');
        else ranges.push([from, to]);
      } else ranges.push(...first);
    }
    const set = characters(...ranges);
    return negated ? complement(set) : set;
  }

  #classMember(): Characters {
    if (this.#takes('\\')) {
      if (this.#takes('b')) return characters([8, 8]);
      return this.#escape();
    }
    const character = this.#next();
    const code = character.codePointAt(0)!;
    return [[code, code]];
  }

  /** What stands after a backslash. */
  #escape(): Characters {
    const character = this.#next();
    const set = CLASSES[character];
    if (set) return set;
    if (character === 'p' || character === 'P') {
      if (!this.#takes('{')) throw new PatternRefused(`\\${character} needs a property in braces`);
      let name = '';
      for (let next = this.#next(); next !== '}'; next = this.#next()) name += next;
      return propertyOf(name, character === 'P');
    }
    const code = this.#escapedCode(character);
    return [[code, code]];
  }

  #escapedCode(character: string): number {
    const control = CONTROLS[character];
    if (control !== undefined) return control;
    if (character === '0') return 0;
    if (character === 'c') return this.#next().charCodeAt(0) % 32;
    if (character === 'x') return this.#hex(2);
    if (character !== 'u') {
      if (/[A-Za-z]/.test(character)) throw new PatternRefused(`the escape \\${character} is not supported`);
      return character.codePointAt(0)!;
    }
    if (this.#takes('{')) {
      let digits = '';
      for (let next = this.#next(); next !== '}'; next = this.#next()) digits += next;
      const code = /^[0-9a-fA-F]+$/.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
      if (!(code <= 0x10ffff)) throw new PatternRefused(`\\u{${digits}} is no code point`);
      return code;
    }
    const high = this.#hex(4);
    const isPair =
      high >= 0xd800 && high < 0xdc00 && this.#text[this.#at] === '\\' && this.#text[this.#at + 1] === 'u';
    if (!isPair) return high;
    this.#at += 2;
    const low = this.#hex(4);
    return 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
  }

  #hex(length: number): number {
    let digits = '';
    for (let i = 0; i < length; i++) digits += this.#next();
    if (!/^[0-9a-fA-F]+$/.test(digits)) throw new PatternRefused(`"${digits}" is no hexadecimal number`);
    return Number.parseInt(digits, 16);
  }

  #next(): string {
    const character = this.#text[this.#at++];
    if (character === undefined) throw new PatternRefused('it ends too early');
    return character;
  }

  #takes(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }
}

const single = (set: Characters): number | null =>
  set.length === 1 && set[0]![0] === set[0]![1] ? set[0]![0] : null;
