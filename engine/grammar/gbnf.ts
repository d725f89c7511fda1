// Grammars in GBNF, as llama.cpp reads them (grammars/README.md and llama-grammar.cpp there): rules `name ::= …` with
// literals, character classes, `.`, groups, alternatives, and `*`, `+`, `?`, `{m,n}`.
import { ALL, asUtf8, type Characters, characters, complement } from './characters.ts';
import { determinise } from './dfa.ts';
import { choice, type Expression, type Rules, repeat, sequence } from './form.ts';

/** Why a grammar cannot be used, with the line. */
export class GrammarRefused extends Error {}

const ESCAPES: Record<string, number> = { n: 10, r: 13, t: 9, '\\': 92, '"': 34, '[': 91, ']': 93 };
const HEX_DIGITS: Record<string, number> = { x: 2, u: 4, U: 8 };
const MAX_REPEAT = 2000;

/** The expression of the rule `root`. @throws {GrammarRefused} */
export function gbnf(source: string, rules: Rules): Expression {
  return new GbnfParser(source, rules).parse();
}

class GbnfParser {
  readonly #text: string[];
  readonly #rules: Rules;
  readonly #numbers = new Map<string, number>();
  readonly #defined = new Map<string, Expression>();
  #at = 0;

  constructor(source: string, rules: Rules) {
    this.#text = [...source];
    this.#rules = rules;
  }

  parse(): Expression {
    this.#space(true);
    while (this.#at < this.#text.length) this.#rule();
    for (const name of this.#numbers.keys())
      if (!this.#defined.has(name)) throw new GrammarRefused(`the rule "${name}" is used but not defined`);
    const root = this.#numbers.get('root');
    if (root === undefined) throw new GrammarRefused('it has no rule "root"');
    this.#refuseLeftRecursion();
    return { op: 'rule', rule: root };
  }

  #rule(): void {
    const name = this.#name();
    this.#space(false);
    if (this.#text.slice(this.#at, this.#at + 3).join('') !== '::=') this.#refuse('"::=" should stand here');
    this.#at += 3;
    this.#space(true);
    const expression = this.#alternatives(false);
    this.#defined.set(name, expression);
    this.#rules.define(this.#number(name), expression);
    if (this.#text[this.#at] === '\r') this.#at++;
    if (this.#at < this.#text.length && this.#text[this.#at] !== '\n')
      this.#refuse('the rule should end here');
    this.#space(true);
  }

  #number(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#rules.declare();
      this.#numbers.set(name, number);
    }
    return number;
  }

  #alternatives(nested: boolean): Expression {
    const options = [this.#sequence(nested)];
    while (this.#text[this.#at] === '|') {
      this.#at++;
      this.#space(true);
      options.push(this.#sequence(nested));
    }
    return choice(...options);
  }

  #sequence(nested: boolean): Expression {
    const parts: Expression[] = [];
    for (;;) {
      const item = this.#item();
      if (item === null) return sequence(...parts);
      this.#space(nested);
      parts.push(this.#repeated(item, nested));
    }
  }

  #item(): Expression | null {
    const character = this.#text[this.#at];
    if (character === '"') {
      this.#at++;
      const codes: number[] = [];
      while (this.#text[this.#at] !== '"') codes.push(this.#character());
      this.#at++;
      return { op: 'bytes', bytes: codes.flatMap((code) => [...Buffer.from(String.fromCodePoint(code))]) };
    }
    if (character === '[') return this.#class();
    if (character === '.') {
      this.#at++;
      return oneOfSet(ALL);
    }
    if (character === '(') {
      this.#at++;
      this.#space(true);
      const inner = this.#alternatives(true);
      if (this.#text[this.#at] !== ')') this.#refuse('")" should stand here');
      this.#at++;
      return inner;
    }
    if (character !== undefined && /[a-zA-Z0-9-]/.test(character))
      return { op: 'rule', rule: this.#number(this.#name()) };
    return null;
  }

  #class(): Expression {
    this.#at++;
    const negated = this.#text[this.#at] === '^';
    if (negated) this.#at++;
    const ranges: [number, number][] = [];
    while (this.#text[this.#at] !== ']') {
      const first = this.#character();
      let last = first;
      if (this.#text[this.#at] === '-' && this.#text[this.#at + 1] !== ']') {
        this.#at++;
        last = this.#character();
      }
      if (first > last) this.#refuse('a range of characters is out of order');
      ranges.push([first, last]);
    }
    this.#at++;
    const set = characters(...ranges);
    return oneOfSet(negated ? complement(set) : set);
  }

  #repeated(item: Expression, nested: boolean): Expression {
    let out = item;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === '*') out = repeat(out, 0, -1);
      else if (character === '+') out = repeat(out, 1, -1);
      else if (character === '?') out = repeat(out, 0, 1);
      else if (character === '{') {
        const braces = /^\{\s*(\d+)\s*(,\s*(\d*)\s*)?\}/.exec(
          this.#text.slice(this.#at, this.#at + 40).join(''),
        );
        if (!braces) return this.#refuse('{m}, {m,} or {m,n} should stand here');
        const least = Number(braces[1]);
        const most = braces[2] === undefined ? least : braces[3] === '' ? -1 : Number(braces[3]);
        if (Math.max(least, most) > MAX_REPEAT)
          this.#refuse(`a repetition of more than ${MAX_REPEAT} is too long`);
        if (most >= 0 && most < least) this.#refuse('a repetition is out of order');
        out = repeat(out, least, most);
        this.#at += braces[0].length - 1;
      } else return out;
      this.#at++;
      this.#space(nested);
    }
  }

  /** One character of a literal or class. */
  #character(): number {
    const character = this.#text[this.#at++];
    if (character === undefined || character === '\n') this.#refuse('a literal or class is never closed');
    if (character !== '\\') return character!.codePointAt(0)!;
    const letter = this.#text[this.#at++] ?? '';
    const length = HEX_DIGITS[letter];
    if (length !== undefined) {
      const digits = this.#text.slice(this.#at, this.#at + length).join('');
      const code =
        /^[0-9a-fA-F]+$/.test(digits) && digits.length === length ? Number.parseInt(digits, 16) : -1;
      if (code < 0 || code > 0x10ffff) this.#refuse(`\\${letter}${digits} is no character`);
      this.#at += length;
      return code;
    }
    return ESCAPES[letter] ?? this.#refuse(`the escape \\${letter} is unknown`);
  }

  #name(): string {
    const from = this.#at;
    while (/[a-zA-Z0-9-]/.test(this.#text[this.#at] ?? '')) this.#at++;
    if (this.#at === from) this.#refuse('a rule name should stand here');
    return this.#text.slice(from, this.#at).join('');
  }

  /** Blanks and comments; line ends too where a rule goes on over them. */
  #space(lines: boolean): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === '#')
        while (this.#at < this.#text.length && !'\r\n'.includes(this.#text[this.#at]!)) this.#at++;
      else if (
        character === ' ' ||
        character === '\t' ||
        (lines && (character === '\n' || character === '\r'))
      )
        this.#at++;
      else return;
    }
  }

  #refuseLeftRecursion(): void {
    const names = new Map([...this.#numbers].map(([name, rule]) => [rule, name]));
    const nullable = new Set<number>();
    const isNullable = (expression: Expression): boolean =>
      expression.op === 'sequence'
        ? expression.parts.every(isNullable)
        : expression.op === 'choice'
          ? expression.options.some(isNullable)
          : expression.op === 'rule'
            ? nullable.has(expression.rule)
            : expression.op === 'repeat'
              ? expression.least === 0 || isNullable(expression.of)
              : expression.op === 'bytes' && expression.bytes.length === 0;
    for (let size = -1; size !== nullable.size; ) {
      size = nullable.size;
      for (const rule of names.keys()) if (isNullable(this.#rules.expressions[rule]!)) nullable.add(rule);
    }
    const firsts = (expression: Expression): number[] => {
      if (expression.op === 'rule') return [expression.rule];
      if (expression.op === 'choice') return expression.options.flatMap(firsts);
      if (expression.op === 'repeat') return firsts(expression.of);
      if (expression.op !== 'sequence') return [];
      const end = expression.parts.findIndex((part) => !isNullable(part));
      return expression.parts.slice(0, end < 0 ? undefined : end + 1).flatMap(firsts);
    };
    const done = new Set<number>();
    const visit = (rule: number, path: Set<number>): void => {
      if (path.has(rule))
        throw new GrammarRefused(
          `the rule "${names.get(rule)}" is left-recursive: it calls itself before it has read anything`,
        );
      if (done.has(rule)) return;
      path.add(rule);
      for (const first of firsts(this.#rules.expressions[rule]!)) visit(first, path);
      path.delete(rule);
      done.add(rule);
    };
    for (const rule of names.keys()) visit(rule, new Set());
  }

  #refuse(why: string): never {
    const line = this.#text.slice(0, this.#at).filter((character) => character === '\n').length + 1;
    throw new GrammarRefused(`${why} (line ${line})`);
  }
}

const oneOfSet = (set: Characters): Expression => ({ op: 'dfa', dfa: determinise(asUtf8(set)) });
