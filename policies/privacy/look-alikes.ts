// Characters that stand for ASCII ones: other digits and widths (Unicode's decimal digits and compatibility forms), invisible
// ones, and letters that look Latin (the single-letter ones of Unicode TR 39 that occur in spoofed addresses).

const LOOKS: Readonly<Record<string, string>> = {
  // Cyrillic
  а: 'a',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  һ: 'h',
  і: 'i',
  ј: 'j',
  ӏ: 'l',
  о: 'o',
  р: 'p',
  ԛ: 'q',
  ѕ: 's',
  ѵ: 'v',
  ԝ: 'w',
  х: 'x',
  у: 'y',
  А: 'A',
  В: 'B',
  С: 'C',
  Е: 'E',
  Н: 'H',
  І: 'I',
  Ј: 'J',
  К: 'K',
  М: 'M',
  О: 'O',
  Р: 'P',
  Ѕ: 'S',
  Т: 'T',
  Х: 'X',
  У: 'Y',
  // Greek
  α: 'a',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  υ: 'u',
  Α: 'A',
  Β: 'B',
  Ε: 'E',
  Ζ: 'Z',
  Η: 'H',
  Ι: 'I',
  Κ: 'K',
  Μ: 'M',
  Ν: 'N',
  Ο: 'O',
  Ρ: 'P',
  Τ: 'T',
  Υ: 'Y',
  Χ: 'X',
  // Armenian, Latin
  օ: 'o',
  ո: 'n',
  ս: 'u',
  ı: 'i',
  ɑ: 'a',
  ɡ: 'g',
  ɩ: 'i',
  ʟ: 'l',
};
const looks = new Map(
  Object.entries(LOOKS).map(([char, latin]) => [char.charCodeAt(0), latin.charCodeAt(0)]),
);

/** The Latin letter that a letter looks like, 0 when none. */
export const confusableOf = (code: number): number => looks.get(code) ?? 0;

const DASHES = '‐‑‒–—―−﹣';
const SIGNS = new Map([
  ...[...DASHES].map((dash) => [dash.charCodeAt(0), 45] as const),
  ...[...'․'].map((dot) => [dot.charCodeAt(0), 46] as const),
  [0x2044, 47], // fraction slash
]);

/** Dashes and dots, which prose has too. */
export const isNumberSign = (code: number): boolean => SIGNS.has(code);

/** 0: not looked up yet; -1: none. */
const plain = new Int16Array(1 << 16);

function lookUp(code: number): number {
  const sign = SIGNS.get(code);
  if (sign !== undefined) return sign;
  const char = String.fromCodePoint(code);
  // Superscripts are footnotes, and a no-break space is a space to every recognizer.
  if (/[\p{No}\p{Zs}]/u.test(char)) return -1;
  const same = char.normalize('NFKC');
  if (same.length === 1 && same.charCodeAt(0) < 128) return same.charCodeAt(0);
  if (!/\p{Nd}/u.test(char)) return -1;
  // Decimal digits come in runs of ten, 0 first.
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return 48 + ((code - zero) % 10);
}

/** The ASCII character that a code point from 0x80 on is another form of, 0 when none. */
export function plainOf(code: number): number {
  if (code > 0xffff) {
    // Mathematical letters and digits.
    return code >= 0x1d400 && code <= 0x1d7ff ? Math.max(0, lookUp(code)) : 0;
  }
  // Surrogates by themselves.
  if (code >= 0xd800 && code <= 0xdfff) return 0;
  if (plain[code] === 0) plain[code] = lookUp(code);
  return Math.max(0, plain[code] as number);
}

/** Has it no width of its own: zero-width spaces and joiners, soft hyphens, marks of direction, variation selectors, tags? */
export const isInvisible = (code: number): boolean =>
  code === 0xad ||
  code === 0x34f ||
  code === 0x61c ||
  code === 0x180e ||
  (code >= 0x200b && code <= 0x200f) ||
  (code >= 0x202a && code <= 0x202e) ||
  (code >= 0x2060 && code <= 0x206f) ||
  (code >= 0xfe00 && code <= 0xfe0f) ||
  code === 0xfeff ||
  (code >= 0xe0000 && code <= 0xe01ef);
