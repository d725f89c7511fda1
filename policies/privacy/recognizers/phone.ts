// Phone numbers: international ones by the numbering plan of their country (E.123, E.164), national ones by the forms of North
// America, Britain, France, Germany, Italy, Spain and China, or grouped as some country writes its numbers. Plain runs of digits
// count only beside a word such as "phone".
import { defineRecognizer, type FoundSpan, type TextIndex } from '../../../contract/recognizer.ts';
import { isDigitUnit } from '../digit-places.ts';
import { isGroupedNationally, isInternationalNumber } from '../numbering-plans.ts';
import { isDash, isOutsideWord, isWordUnit } from '../word-units.ts';

/** Dates, timestamps and runs of one digit are no numbers to call. */
const DATES = [
  /^\(?(?:0?[1-9]|[12]\d|3[01])[ ./-](?:0?[1-9]|1[0-2])[ ./-](?:19|20)\d\d/,
  /^(?:19|20)\d\d[ ./-](?:0[1-9]|1[0-2])[ ./-]/,
  /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])$/,
];

function isPlausible(value: string): false | null {
  let digits = 0;
  let different = 0; // one bit for each digit
  for (let i = 0; i < value.length; i += 1) {
    const digit = value.charCodeAt(i) - 48;
    if (digit > 9 && digits > 0) break; // an extension
    if (digit < 0 || digit > 9) continue;
    digits += 1;
    different |= 1 << digit;
  }
  const hasThree = (different & (different - 1) & ((different & (different - 1)) - 1)) !== 0;
  return digits >= 7 && digits <= 15 && hasThree && !DATES.some((date) => date.test(value)) ? null : false;
}

interface Form {
  regex: RegExp;
  score: number;
}

/** With a calling code that no plan knows, or a number that its plan has not. */
const INTERNATIONAL: Form[] = [
  // +1 (415) 555-0132; North American numbers have ten digits after the 1
  {
    regex:
      /(?<![\w+])\+1[ .\u00a0-]?\(?[2-9]\d{2}\)?[ .\u00a0-]{0,2}[2-9]\d{2}[ .\u00a0-]?\d{4}(?!(?!x\d)\w|[.,]\d)/y,
    score: 0.8,
  },
  // +49 (0) 30 901820, +33 1 23 45 67 89
  { regex: /(?<![\w+])\+(?!1)[2-9](?:[ .\-/()\u00a0]{0,3}\d){6,14}(?!(?!x\d)\w|[.,]\d)/y, score: 0.7 },
];
/** With a calling code or a number that there is not, mistyped maybe: only beside a context word. */
const UNKNOWN_PLAN: Form[] = [{ regex: /(?<![\w+])\+\d{7,15}(?!\w|[.,]\d)/y, score: 0.16 }];
/** 0049 30 901820 */
const DIALLED: Form[] = [
  { regex: /(?<![\w+.-])001[ .-]\(?[2-9]\d{2}\)?[ .-][2-9]\d{2}[ .-]\d{4}(?!(?!x\d)\w|[.,]\d)/y, score: 0.7 },
  { regex: /(?<![\w+.-])00[1-9]\d(?:[ .\-/()\u00a0]{0,2}\d){6,12}(?!(?!x\d)\w|[.,]\d)/y, score: 0.4 },
];
/** (415) 555-0132 */
const BRACKETED: Form = {
  regex: /(?<![\w.])(?:1[ .-])?\([2-9]\d{2}\) ?[2-9]\d{2}[ .-]\d{4}(?!(?!x\d)[\w-]|[.,]\d)/y,
  score: 0.75,
};
const TRUNK_0: Form[] = [
  // France: 01 23 45 67 89
  { regex: /(?<![\w.+/-])0[1-9](?:([ .])\d{2})(?:\1\d{2}){3}(?![\w-]|[.,]\d)/y, score: 0.7 },
  // Britain: 020 7946 0958, 0121 496 0018, 07700 900123
  {
    regex:
      /(?<![\w.+/-])\(?0(?:2\d|1\d{2,3}|7\d{3})\)?[ -](?:\d{4}[ -]\d{4}|\d{3}[ -]\d{4}|\d{6}|\d{3}[ -]\d{3})(?![\w-]|[.,]\d)/y,
    score: 0.55,
  },
  // Germany, Italy and others: 030/901820, 0170 1234567
  {
    regex: /(?<![\w.+/-])\(?0[1-9]\d{1,4}\)?(?: ?[/-] ?| )\d{3,8}(?:[ -]\d{2,5}){0,2}(?![\w-]|[.,]\d)/y,
    score: 0.35,
  },
  // China: 010-65529988
  { regex: /(?<![\w.+/-])0(?:10|2\d|[3-9]\d{2})-\d{7,8}(?![\w-]|[.,]\d)/y, score: 0.55 },
];
/** China: mobile 138 0013 8000 */
const MOBILE_1: Form[] = [
  { regex: /(?<![\w.+/-])1[3-9]\d(?:([ -])\d{4}\1|(?:\d{4}))\d{4}(?![\w-]|[.,]\d)/y, score: 0.4 },
];
const THREE_GROUPS: Form[] = [
  // 415-555-0132, 1-800-555-0199
  {
    regex: /(?<![\w.+/-])(?:1([ .-]))?[2-9]\d{2}([ .-])[2-9]\d{2}\2\d{4}(?!(?!x\d)[\w-]|[.,]\d)/y,
    score: 0.6,
  },
  // Spain: 912 34 56 78, 612 345 678, 93 260 79 82
  {
    regex:
      /(?<![\w.+/-])[6789]\d{2}(?:([ .-])\d{2}\1\d{2}\1\d{2}|[ .-]\d{3}[ .-]\d{3})(?!(?!x\d)[\w-]|[.,]\d)/y,
    score: 0.4,
  },
  { regex: /(?<![\w.+/-])9\d[ .-]\d{3}[ .-]\d{2}[ .-]\d{2}(?!(?!x\d)[\w-]|[.,]\d)/y, score: 0.4 },
];
/** Beside a context word: 848 435000, 93 2607982, 555-0132 */
const TWO_GROUPS: Form[] = [
  { regex: /(?<![\w.,+/$€£#-])\d{2,4}[ .-]\d{5,7}(?![\w-]|[.,]\d)/y, score: 0.16 },
  { regex: /(?<![\w.,+/$€£#-])[2-9]\d{2}[ .-]\d{4}(?![\w-]|[.,]\d)/y, score: 0.16 },
];
/** Any plain run, only beside a context word. */
const PLAIN: Form[] = [{ regex: /(?<![\w.,+/$€£#-])\d{7,12}(?![\w-]|[.,]\d)/y, score: 0.16 }];

/** In a number of a plan; grouped as its country does, without a context word too weak for the balanced operating point. */
const CALLABLE = 0.9;
const GROUPED = 0.45;
const LOOSELY_GROUPED = 0.16;
const MAX_DIGITS = 15;

const [PLUS, OPEN, CLOSE, DOT, HYPHEN, SLASH] = [...'+().-/'].map((char) => char.charCodeAt(0));
const isSeparator = (unit: number): boolean =>
  unit === 32 ||
  unit === HYPHEN ||
  unit === DOT ||
  unit === SLASH ||
  unit === OPEN ||
  unit === CLOSE ||
  unit === 0xa0 ||
  unit === 0x2011;

/** May a number end here? Not before a letter, `_`, decimals or another part of a code. */
function mayEnd(units: Uint16Array, end: number): boolean {
  const after = units[end] as number;
  if (after === 120 && isDigitUnit(units[end + 1] as number)) return true;
  if (after === 95 || ((after | 32) >= 97 && (after | 32) <= 122) || isWordUnit(after)) return false;
  return !isDigitUnit(units[end + 1] as number) || (after !== DOT && after !== 44 && after !== HYPHEN);
}

/** The last run of digits that belongs to a number which begins with run `i`. */
function lastRun({ units, runs, runStarts, runEnds }: TextIndex, i: number): number {
  let digits = (runEnds[i] as number) - (runStarts[i] as number);
  let last = i;
  while (last + 1 < runs) {
    const end = runEnds[last] as number;
    const next = runStarts[last + 1] as number;
    if (next - end > 3) break;
    let at = end;
    while (at < next && isSeparator(units[at] as number)) at += 1;
    digits += (runEnds[last + 1] as number) - next;
    if (at < next || digits > MAX_DIGITS + 1) break;
    last += 1;
  }
  return last;
}

/** How many digits follow run `i` behind a single space, dot or hyphen; 0 for anything else. */
function digitsBehind({ units, runs, runStarts, runEnds }: TextIndex, i: number): number {
  const end = runEnds[i] as number;
  if (i + 1 >= runs || runStarts[i + 1] !== end + 1) return 0;
  const unit = units[end] as number;
  return unit === 32 || unit === DOT || unit === HYPHEN ? (runEnds[i + 1] as number) - end - 1 : 0;
}

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** The longest callable number from run `i` on, up to the end of one of its runs; -1 when none is. */
function callableEnd({ text, runStarts, runEnds, units }: TextIndex, i: number, last: number): number {
  const start = runStarts[i] as number;
  for (let run = last; run >= i; run -= 1) {
    const end = runEnds[run] as number;
    if (run < last && units[end] !== 32 && units[end] !== 0xa0 && units[end] !== SLASH) continue;
    const digits = digitsOf(text.slice(start, end).replace(/\(0\)/, '')).replace(/^00/, '');
    if (digits.length < 7 || digits.length > MAX_DIGITS || !mayEnd(units, end)) continue;
    if (isInternationalNumber(digits) === true) return end;
  }
  return -1;
}

/** `ext. 12`, `x8842`, `Durchwahl 7` behind a number. */
const EXTENSION =
  /(?:x|[ ,;]{0,2}(?:ext(?:ension)?\.?|x\.?|extn\.?|durchwahl|dw|app\.?|poste|int\.?|interno|ramal)[ :.]{0,2})\d{1,6}(?![\w-]|[.,]\d)/iy;

/** How these words begin. */
const EXTENSION_START = /^[ ,;]{0,2}[xedapir]/i;

/** The end of a number with its extension. */
function withExtension(text: string, end: number): number {
  const next = text.charCodeAt(end);
  if (next !== 32 && next !== 44 && next !== 59 && (next | 32) !== 120) return end;
  if (!EXTENSION_START.test(text.slice(end, end + 3))) return end;
  EXTENSION.lastIndex = end;
  return EXTENSION.test(text) ? EXTENSION.lastIndex : end;
}

function tryForms(text: string, start: number, forms: readonly Form[], found: FoundSpan[]): void {
  for (const { regex, score } of forms) {
    regex.lastIndex = start;
    if (regex.test(text)) found.push([start, regex.lastIndex, score]);
  }
}

/** From each run of digits that a number can begin with. */
function findNumbers(text: string, index: TextIndex): FoundSpan[] {
  const { units, runs, runStarts, runEnds } = index;
  const found: FoundSpan[] = [];
  let done = -1; // groups up to here were looked at together
  for (let i = 0; i < runs; i += 1) {
    const start = runStarts[i] as number;
    const before = start > 0 ? (units[start - 1] as number) : 32;
    const first = units[start] as number;
    if (before === PLUS) {
      const last = lastRun(index, i);
      const outside = start > 1 ? (units[start - 2] as number) : 32;
      const isGlued = isDigitUnit(outside) || (outside | 32) >= 97 || outside === 95 || outside === PLUS;
      const end = isGlued && outside < 128 ? -1 : callableEnd(index, i, last);
      if (end > 0) found.push([start - 1, end, CALLABLE]);
      else tryForms(text, start - 1, [...INTERNATIONAL, ...UNKNOWN_PLAN], found);
      continue;
    }
    // In the middle of a word, a date or a decimal number: `x12`, `2.34`, `10-12`. `(` may be part of it.
    if (before > 127 ? !isOutsideWord(before) : before !== OPEN && !isBoundary(before)) continue;
    if (isDash(before) && start > 1 && isDigitUnit(units[start - 2] as number)) continue;
    const length = (runEnds[i] as number) - start;
    const next = units[runEnds[i] as number] as number;
    const at = before === OPEN ? start - 1 : start;
    if (before === OPEN) {
      if (length === 3) tryForms(text, at, [BRACKETED], found);
      if (first === 48) tryForms(text, at, TRUNK_0, found);
      if (first === 48) tryForms(text, start, TRUNK_0, found);
    }
    if (length > 12 || (length < 7 && !isSeparator(next))) continue;
    const last = lastRun(index, i);
    const digits = countDigits(index, i, last);
    if (digits < 7) continue;
    const behind = digitsBehind(index, i);
    if (first === 48 && units[start + 1] === 48) {
      const end = callableEnd(index, i, last);
      if (end > 0) found.push([start, end, CALLABLE]);
      else tryForms(text, start, DIALLED, found);
      continue;
    }
    if (first === 48) {
      if (at === start) tryForms(text, start, TRUNK_0, found);
    } else {
      if (first === 49) {
        if (length === 1) tryForms(text, start, [BRACKETED, ...THREE_GROUPS], found);
        else if (length === 3 || length === 11) tryForms(text, start, MOBILE_1, found);
      }
      if ((length === 2 || length === 3) && (behind === 2 || behind === 3))
        tryForms(text, start, THREE_GROUPS, found);
    }
    if (length >= 7) tryForms(text, start, PLAIN, found);
    else if (length >= 2 && length <= 4 && behind >= 4 && behind <= 7)
      tryForms(text, start, TWO_GROUPS, found);
    if (last > i && start > done) {
      done = runEnds[last] as number;
      if (digits <= 13 && last - i <= 5) addGrouped(index, i, last, at, found);
    }
  }
  return found;
}

const countDigits = ({ runStarts, runEnds }: TextIndex, from: number, to: number): number => {
  let digits = 0;
  for (let i = from; i <= to; i += 1) digits += (runEnds[i] as number) - (runStarts[i] as number);
  return digits;
};

/** Stands before a number: not a letter, digit, `_`, `.`, `,`, `+`, `-`, `/`, `#` or a currency's sign. */
const isBoundary = (unit: number): boolean =>
  unit === 32 ||
  (unit >= 9 && unit <= 13) ||
  unit === 34 ||
  unit === 39 ||
  unit === 58 ||
  unit === 59 ||
  unit === 60 ||
  unit === 61 ||
  unit === 62 ||
  unit === 91 ||
  unit === 96 ||
  unit === 123 ||
  unit === 124 ||
  unit === 126 ||
  unit === 33 ||
  unit === 63 ||
  unit === 42 ||
  unit === 0;

/** 2024-01-15, 15.01.2024. No function within: this runs for every group of numbers. */
const isLikeDate = (starts: Int32Array, ends: Int32Array, from: number, to: number): boolean => {
  if (to < from + 2) return false;
  const first = (ends[from] as number) - (starts[from] as number);
  const second = (ends[from + 1] as number) - (starts[from + 1] as number);
  const third = (ends[from + 2] as number) - (starts[from + 2] as number);
  return second <= 2 && (first === 4 ? third <= 2 : first <= 2 && third === 4);
};

/** Groups of two to five digits with separators between them. */
function addGrouped(
  { text, units, runStarts, runEnds }: TextIndex,
  from: number,
  to: number,
  start: number,
  found: FoundSpan[],
): void {
  const end = runEnds[to] as number;
  if (!mayEnd(units, end) || isLikeDate(runStarts, runEnds, from, to)) return;
  const groups: string[] = [];
  for (let i = from; i <= to; i += 1) groups.push(text.slice(runStarts[i], runEnds[i]));
  if (groups.some(({ length }, i) => length > 8 || (length < 2 && i > 0))) return;
  found.push([start, end, isGroupedNationally(groups) ? GROUPED : LOOSELY_GROUPED]);
}

/** With extensions, and without a bracket that nothing closes. */
function findWhole(text: string, index: TextIndex): FoundSpan[] {
  const found = findNumbers(text, index);
  for (const span of found) {
    if (text.charCodeAt(span[0]) === OPEN && !text.slice(span[0], span[1]).includes(')')) span[0] += 1;
    span[1] = withExtension(text, span[1]);
  }
  return found;
}

export default defineRecognizer({
  name: 'phone',
  type: 'PHONE',
  minDigits: 7,
  patterns: [],
  find: findWhole,
  context: [
    'phone',
    'telephone',
    'tel',
    'call',
    'mobile',
    'cell',
    'cellphone',
    'fax',
    'whatsapp',
    'sms',
    'text me',
    'hotline',
    'dial',
    'contact number',
    'reach me',
    'ring me',
    'telefon',
    'telef',
    'telf',
    'movil',
    'handy',
    'mobil',
    'rufnummer',
    'téléphone',
    'portable',
    'appelez',
    'teléfono',
    'telefono',
    'móvil',
    'tfno',
    'tlf',
    'cellulare',
    'telefone',
    'celular',
    'telefoon',
    '电话',
    '手机',
  ],
  validate: isPlausible,
  examples: {
    match: [
      ['Call +1 (415) 555-0132 now', '+1 (415) 555-0132'],
      ['Tel.: +49 (0)30 901820', '+49 (0)30 901820'],
      ['415-555-0132 or (212) 555-0187', '415-555-0132', '(212) 555-0187'],
      ['appelez le 01 23 45 67 89', '01 23 45 67 89'],
      ['London 020 7946 0958', '020 7946 0958'],
      ['my mobile is 4155550132', '4155550132'],
      ['Telefon 030/901820', '030/901820'],
      ['teléfono 912 34 56 78', '912 34 56 78'],
      ['+14155550132 2024', '+14155550132'],
      ['Call me on my phone: +11549968958 after lunch.', '+11549968958'],
      ['+49 30 901820 0A0', '+49 30 901820'],
      ['555-213-4471x8842, +1-555-213-4471 ext. 12', '555-213-4471x8842', '+1-555-213-4471 ext. 12'],
      ['Tfno: 986413144 ext 1530 - Fax', '986413144 ext 1530'],
      ['phone 001-555-213-4471x889', '001-555-213-4471x889'],
      ['(0731-88889999)', '0731-88889999'],
    ],
    noMatch: [
      'order 4155550132',
      '2024-01-15 10:20:30',
      '01.02.2024',
      'build 1.2.3456789',
      'id 123e4567-e89b-12d3-a456-426614174000',
      'pi 3.14159265358979',
      'ts 1700000000',
      '/usage/web_search_calls?start_time=1730419200&limit=1',
      'call on 20250320',
      'a sum of 1,234,567,890',
      '+1,000,000 users',
      'a balance of +11549968958',
      '800x600x1024',
    ],
  },
});
