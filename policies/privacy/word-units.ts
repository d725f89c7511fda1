// Code units above ASCII beside a number or an id: letters are glued to it, quotes and dashes are not.

/** Chinese, Japanese and Korean stand beside numbers without a space. */
const FIRST_IDEOGRAPH = 0x2e80;
const FIRST = 0xa0;
const WORD = 1;
const SIGN = 2;
/** Numbers of paragraphs and the like follow on them. */
const NUMBER_SIGNS = new Set([...'§¶№'].map((char) => char.charCodeAt(0)));
const kindOf = (code: number): number => {
  if (code < FIRST || NUMBER_SIGNS.has(code)) return 0;
  const char = String.fromCharCode(code);
  if (code > 0xbf && /[\p{L}\p{M}\p{N}]/u.test(char)) return WORD;
  return /[\p{P}\p{Zs}\p{Cf}]/u.test(char) ||
    (code >= 0x2190 && code < 0x2200) ||
    (code >= 0x2300 && /\p{So}/u.test(char))
    ? SIGN
    : 0;
};
const KINDS = Uint8Array.from({ length: FIRST_IDEOGRAPH }, (_, code) => kindOf(code));

/** A letter, mark or number of an alphabet with spaces between words, above ASCII. */
export const isWordUnit = (code: number): boolean => code < FIRST_IDEOGRAPH && KINDS[code] === WORD;

/** Above ASCII, and nothing of a word, amount or numbering: quotes, dashes, bullets, arrows, ideographs. */
export const isOutsideWord = (code: number): boolean => code >= FIRST_IDEOGRAPH || KINDS[code] === SIGN;

/** Hyphens and dashes above ASCII. */
export const isDash = (code: number): boolean => code >= 0x2010 && code <= 0x2015;
