// Keyword arguments as Python (or JSON) literals, f(a="text", b=[1, True], c=None), as the members of a JSON object.
import type { AnswerReader, Reading } from './answer-reader.ts';
import { ArgumentWriter } from './argument-writer.ts';

const NAMES: Record<string, string> = {
  True: 'true',
  False: 'false',
  None: 'null',
  true: 'true',
  false: 'false',
  null: 'null',
};
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '\n': '' };

/**
 * After the opening bracket, up to and over the closing one; each argument is told when it is complete. Where the text is
 * no list of arguments it stays unread, and the object stays open.
 */
export function* readPythonArguments(reader: AnswerReader): Reading {
  const writer = new ArgumentWriter(reader);
  const next = function* (): Reading<')' | ',' | null> {
    yield* reader.space();
    if ((yield* reader.accept(')')) !== null) return ')';
    let name = '';
    yield* reader.takeWhile(
      (character) => /[\w.$-]/.test(character),
      (text) => {
        name += text;
      },
    );
    yield* reader.space();
    if (name === '' || (yield* reader.accept('=')) === null) return null;
    const value = yield* readLiteral(reader);
    if (value === null) return null;
    yield* reader.space();
    const end = yield* reader.accept(',', ')');
    if (end !== null) writer.member(name, value);
    return end as ')' | ',' | null;
  };
  while (true) {
    const end = yield* reader.attempt(next);
    if (end === ')') return writer.end();
    if (end === null) return;
  }
}

const MAX_DEPTH = 100;

/** A literal as JSON text; null where there is none. */
function* readLiteral(reader: AnswerReader, depth = 0): Reading<string | null> {
  if (depth > MAX_DEPTH) return null;
  yield* reader.space();
  const first = yield* reader.peek();
  if (first === '"' || first === "'") return yield* readQuoted(reader);
  if (first === '[' || first === '(') return yield* readItems(reader, first === '[' ? ']' : ')', depth + 1);
  if (first === '{') return yield* readMembers(reader, depth + 1);
  let word = '';
  yield* reader.takeWhile(
    (character) => /[\w.+-]/.test(character),
    (text) => {
      word += text;
    },
  );
  if (Object.hasOwn(NAMES, word)) return NAMES[word]!;
  const number = Number(word.replaceAll('_', ''));
  return word === '' || !Number.isFinite(number) ? null : numberText(word, number);
}

/** As it is written where JSON writes it so too. */
const numberText = (word: string, number: number): string =>
  /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(word) ? word : JSON.stringify(number);

function* readQuoted(reader: AnswerReader): Reading<string | null> {
  const quote = (yield* reader.accept('"""', "'''", '"', "'"))!;
  if (quote.length === 1) {
    // An empty text looks like the beginning of three quotes.
    if ((yield* reader.accept(quote)) !== null) return '""';
  }
  let value = '';
  while (true) {
    const mark = yield* reader.until([quote, '\\'], (text) => {
      value += text;
    });
    if (mark === null) return null;
    if (mark === quote) return JSON.stringify(value);
    const character = yield* readEscape(reader);
    if (character === null) return null;
    value += character;
  }
}

function* readEscape(reader: AnswerReader): Reading<string | null> {
  const character = yield* reader.peek();
  if (character === '') return null;
  yield* reader.accept(character);
  const digits = { x: 2, u: 4, U: 8 }[character];
  if (digits === undefined)
    return ESCAPES[character] ?? (/[\\'"]/.test(character) ? character : `\\${character}`);
  let hex = '';
  yield* reader.takeWhile((each) => {
    const isDigit = hex.length < digits && /[\da-f]/i.test(each);
    if (isDigit) hex += each;
    return isDigit;
  });
  const code = Number.parseInt(hex, 16);
  return hex.length < digits || code > 0x10ffff ? `\\${character}${hex}` : String.fromCodePoint(code);
}

function* readItems(reader: AnswerReader, close: string, depth: number): Reading<string | null> {
  yield* reader.accept('[', '(');
  const items: string[] = [];
  while (true) {
    yield* reader.space();
    if ((yield* reader.accept(close)) !== null) return `[${items.join(', ')}]`;
    const item = yield* readLiteral(reader, depth);
    if (item === null) return null;
    items.push(item);
    yield* reader.space();
    if ((yield* reader.accept(',')) === null && (yield* reader.peek()) !== close) return null;
  }
}

function* readMembers(reader: AnswerReader, depth: number): Reading<string | null> {
  yield* reader.accept('{');
  const members: string[] = [];
  while (true) {
    yield* reader.space();
    if ((yield* reader.accept('}')) !== null) return `{${members.join(', ')}}`;
    const key = yield* readLiteral(reader, depth);
    if (key === null) return null;
    yield* reader.space();
    if ((yield* reader.accept(':')) === null) return null;
    const value = yield* readLiteral(reader, depth);
    if (value === null) return null;
    members.push(`${key.startsWith('"') ? key : JSON.stringify(key)}: ${value}`);
    yield* reader.space();
    if ((yield* reader.accept(',')) === null && (yield* reader.peek()) !== '}') return null;
  }
}
