// Characters that are written as other ones: percent encoding, HTML references, \\u escapes.

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  commat: '@',
  period: '.',
  colon: ':',
  sol: '/',
  lowbar: '_',
  hyphen: '-',
  dash: '-',
  plus: '+',
  num: '#',
  lpar: '(',
  rpar: ')',
  shy: '',
};
const MAX_PERCENT_RUN = 12;

const hex = (text: string, at: number, length: number): number => {
  const digits = text.slice(at, at + length);
  return digits.length === length && /^[0-9a-f]+$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
};

/** A decoded piece and the length of what it stands for. */
export type Decoded = [piece: string, length: number] | null;

/** `%C3%BC`: one character, as UTF-8. */
export function percent(text: string, at: number): Decoded {
  const first = hex(text, at + 1, 2);
  if (first < 0) return null;
  if (first < 0x80) return [String.fromCharCode(first), 3];
  const bytes = [first];
  while (bytes.length < MAX_PERCENT_RUN / 3 && text[at + 3 * bytes.length] === '%') {
    const next = hex(text, at + 3 * bytes.length + 1, 2);
    if (next < 0x80 || next > 0xbf) break;
    bytes.push(next);
  }
  const piece = Buffer.from(bytes).toString('utf8');
  return [...piece].length === 1 ? [piece, 3 * bytes.length] : null;
}

const ENTITY = /&(?:#(\d{2,7})|#x([0-9a-f]{2,6})|([a-z]{2,8}));/iy;
/** `&#64;`, `&#x40;`, `&commat;`. */
export function entity(text: string, at: number): Decoded {
  ENTITY.lastIndex = at;
  const match = ENTITY.exec(text);
  if (match === null) return null;
  const [all, decimal, hexadecimal, name] = match;
  if (name !== undefined) {
    const piece = ENTITIES[name.toLowerCase()];
    return piece === undefined ? null : [piece, all.length];
  }
  const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hexadecimal as string, 16);
  return code <= 0x10ffff ? [String.fromCodePoint(code), all.length] : null;
}

const LINE_ESCAPE = /\\+[ux](?:00)?0[9adAD]/y;
/** A line end or a tab by its number, with one backslash or several: `\u000a`, `\\x0a`. */
export function lineEscape(text: string, at: number): Decoded {
  LINE_ESCAPE.lastIndex = at;
  const match = LINE_ESCAPE.exec(text);
  return match === null ? null : ['\n', match[0].length];
}

/** An order to a terminal, most often a colour, as it is or as programs write it (ECMA-48, 5.4). */
export const TERMINAL_ORDER = '(?:\\u001b|\\\\+(?:x1[bB]|u001[bB]|e|033))\\[[\\d;?]{0,16}[A-Za-z]';
const TERMINAL = new RegExp(TERMINAL_ORDER, 'y');
/** Nothing of it is seen. */
export function terminalOrder(text: string, at: number): Decoded {
  TERMINAL.lastIndex = at;
  const match = TERMINAL.exec(text);
  return match === null ? null : ['', match[0].length];
}

/** `https:\/\/`, as some programs write JSON. */
export const escapedSlash = (text: string, at: number): Decoded => (text[at + 1] === '/' ? ['/', 2] : null);

/** `\u0040`, not of a control character. */
export function unicodeEscape(text: string, at: number): Decoded {
  const code = text[at + 1] === 'u' ? hex(text, at + 2, 4) : -1;
  return code >= 0x20 ? [String.fromCharCode(code), 6] : null;
}
