// Reads a text as it is meant rather than as it is written: JSON escapes, HTML references and full-width forms are the
// characters that they stand for. A character that the text's end cuts off is told apart from one that is not there.

/** How a text is written: as it is, or as the inside of a JSON text. */
export type Encoding = 'text' | 'json';

export interface LogicalChar {
  /** UTF-16 code unit. */
  code: number;
  /** Index behind it. */
  end: number;
}

const BACKSLASH = 92;
const AMPERSAND = 38;

/** HTML references of what placeholders are made of. */
const REFERENCES: ReadonlyMap<string, number> = new Map([
  ['lbrack', 91],
  ['lsqb', 91],
  ['rbrack', 93],
  ['rsqb', 93],
  ['lowbar', 95],
  ['lt', 60],
  ['gt', 62],
  ['laquo', 0xab],
  ['raquo', 0xbb],
  ['quot', 34],
  ['apos', 39],
  ['amp', 38],
  ['commat', 64],
  ['nbsp', 32],
]);
const MAX_REFERENCE = 8;
const NUMERIC = /^#(?:x([0-9a-fA-F]{1,4})|(\d{1,5}))$/;
const NUMERIC_SO_FAR = /^#(?:x[0-9a-fA-F]{0,4}|\d{0,5})$/;

const JSON_ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, f: 12 };

/**
 * The character at `at`, which must be within the text; 'partial' when the text ends inside it.
 * @example readLogical('\\u005b', 0, 'json') // { code: 91, end: 6 }
 */
export function readLogical(text: string, at: number, encoding: Encoding): LogicalChar | 'partial' {
  const code = text.charCodeAt(at);
  if (code === BACKSLASH && encoding === 'json') return readJsonEscape(text, at);
  if (code === AMPERSAND) return readReference(text, at);
  // Full-width forms of ASCII.
  if (code >= 0xff01 && code <= 0xff5e) return { code: code - 0xfee0, end: at + 1 };
  return { code: code === 0xa0 || code === 0x3000 ? 32 : code, end: at + 1 };
}

function readJsonEscape(text: string, at: number): LogicalChar | 'partial' {
  const letter = text[at + 1];
  if (letter === undefined) return 'partial';
  if (letter !== 'u') return { code: JSON_ESCAPES[letter] ?? letter.charCodeAt(0), end: at + 2 };
  const hex = text.slice(at + 2, at + 6);
  if (hex.length < 4 && /^[0-9a-fA-F]*$/.test(hex)) return 'partial';
  return /^[0-9a-fA-F]{4}$/.test(hex)
    ? { code: Number.parseInt(hex, 16), end: at + 6 }
    : { code: letter.charCodeAt(0), end: at + 2 };
}

function readReference(text: string, at: number): LogicalChar | 'partial' {
  const rest = text.slice(at + 1, at + 1 + MAX_REFERENCE);
  const length = rest.indexOf(';');
  const name = length < 0 ? rest : rest.slice(0, length);
  if (length < 0) {
    const isCut = at + 1 + rest.length === text.length && rest.length < MAX_REFERENCE;
    return isCut && isReferenceSoFar(name) ? 'partial' : { code: AMPERSAND, end: at + 1 };
  }
  const [, hex, decimal] = NUMERIC.exec(name) ?? [];
  const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : (REFERENCES.get(name) ?? -1);
  return code >= 0 && code <= 0xffff ? { code, end: at + length + 2 } : { code: AMPERSAND, end: at + 1 };
}

const isReferenceSoFar = (name: string): boolean =>
  NUMERIC_SO_FAR.test(name) || [...REFERENCES.keys()].some((known) => known.startsWith(name));
