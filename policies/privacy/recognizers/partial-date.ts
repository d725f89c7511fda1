// Dates without a day or without a year: `March 2004`, `12 de marzo`, `noviembre-06`, and years behind a word: `since 1998`. Only in
// prose; whole dates are date-time.ts.
import { defineRecognizer, type FoundSpan, type TextIndex } from '../../../contract/recognizer.ts';
import { blockKindAt } from '../block-kind.ts';
import { isDigitUnit, isLetterUnit, wordBefore } from '../digit-places.ts';

const words = (list: string): Set<string> => new Set(list.split(' '));
/** Written with a capital: words of other meaning, or of languages that write months so. */
const CAPITAL =
  'January February March April May June July August September October November December Januar Februar März Mai Juni Juli Oktober Dezember Jänner';
const SMALL =
  'enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre janvier février mars avril mai juin juillet août septembre octobre novembre décembre gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre janeiro fevereiro março maio junho julho setembro outubro novembro dezembro januari februari maart april mei juni juli augustus september oktober november december';
const MONTHS = new Set([
  ...words(CAPITAL),
  ...words(SMALL),
  ...capitalised(SMALL),
  ...upper(CAPITAL),
  ...upper(SMALL),
]);
/** Only before a year. */
const SHORT =
  'jan feb mar apr jun jul aug sep sept oct nov dec ene abr ago dic okt dez déc janv févr gen giu lug ott fev set out';
const SHORT_MONTHS = new Set([...words(SHORT), ...capitalised(SHORT), ...upper(SHORT)]);
/** Before a day: blanks, quotes and brackets. */
const MAY_STAND_BEFORE = new Uint8Array(1 << 16);
for (const char of ' \t\n\r\u00a0"\'([{<>“„«‘*|;’') MAY_STAND_BEFORE[char.charCodeAt(0)] = 1;

const JOINS = words('de del of do di dell von año ano');
const BEFORE_YEAR = words(
  'in since until year years en año años desde hasta seit jahr jahre jahren anno depuis année nel dal em ano anos sinds jaar',
);

/** The first two letters of all of these, in any case: most words are known to be none by this alone. */
const PREFIXES = new Uint8Array(26 * 32);
const prefixOf = (first: number, second: number): number => ((first | 32) - 97) * 32 + (second & 31);
/** Their last letters, and those of the words before a year. */
const LASTS = new Uint8Array(1 << 16);
for (const word of [...MONTHS, ...SHORT_MONTHS])
  PREFIXES[prefixOf(word.charCodeAt(0), word.charCodeAt(1))] = 1;
for (const word of [...MONTHS, ...SHORT_MONTHS, ...JOINS, ...BEFORE_YEAR]) {
  LASTS[word.charCodeAt(word.length - 1)] = 1;
  LASTS[word.toUpperCase().charCodeAt(word.length - 1)] = 1;
}
const mayBeMonth = (units: Uint16Array, start: number): boolean =>
  isLetterUnit(units[start] as number) &&
  PREFIXES[prefixOf(units[start] as number, units[start + 1] as number)] === 1;

function capitalised(list: string): string[] {
  return list.split(' ').map((word) => (word[0] as string).toUpperCase() + word.slice(1));
}
function upper(list: string): string[] {
  return list.split(' ').map((word) => word.toUpperCase());
}

const SPACE = 32;
const COMMA = 44;
const HYPHEN = 45;
const DOT = 46;
const SLASH = 47;
const LONGEST = 11;
const LONGEST_TAIL = 20;
const SCORE = 0.55;
const YEAR_SCORE = 0.5;

/** `de marzo`, ` March`, `th of May`, `. März`, `-dic` behind the day. */
const MONTH_BEHIND = /^(?:st|nd|rd|th|\.|º|°)?(?: of| de| di| d')?[ -](\p{L}{3,11})(?!\p{L})/u;

const isJoint = (unit: number): boolean =>
  unit === SPACE || unit === HYPHEN || unit === SLASH || unit === DOT || unit === 39 || unit === 0x2019;

/** Where a month's name begins that ends before `at`, `de` between them or not; -1 when there is none. */
function monthBefore(index: TextIndex, at: number, isYear: boolean): number {
  const { text, units } = index;
  let end = at;
  while (end > 0 && at - end < 3 && (isJoint(units[end - 1] as number) || units[end - 1] === COMMA)) end -= 1;
  if (end === at) return -1;
  let start = wordBefore(index, end, LONGEST);
  for (let joins = 0; joins < 2 && start > 1 && units[start - 1] === SPACE; joins += 1) {
    if (end - start > 3 || !JOINS.has(text.slice(start, end).toLowerCase())) break;
    end = start - 1;
    start = wordBefore(index, end, LONGEST);
  }
  if (start < 0 || !mayBeMonth(units, start) || (start > 0 && !mayStart(units[start - 1] as number)))
    return -1;
  const word = text.slice(start, end);
  return MONTHS.has(word) || (isYear && SHORT_MONTHS.has(word)) ? start : -1;
}

const mayStart = (unit: number): boolean => unit !== 95 && unit !== 64 && unit !== 35 && !isDigitUnit(unit);

/** Does a number end here, no code, fraction, time or amount? */
function mayEnd(units: Uint16Array, end: number): boolean {
  const after = units[end] as number;
  if (
    isLetterUnit(after) ||
    after === 95 ||
    after === 37 ||
    after === 0xba ||
    (after > 0xbf && after < 0x250)
  )
    return false;
  return (
    !isDigitUnit(units[end + 1] as number) ||
    (after !== DOT && after !== COMMA && after !== 58 && after !== SLASH && after !== HYPHEN)
  );
}

/** Between two years: `1980 a 1983`, `2001 and 2004`. */
const BETWEEN = /^(?: (?:y|e|a|al|o|and|und|et|to|bis|or|oder) |,? |[-–/]| [-–] )$/;

/** @param last where the year before it ended, which was one */
function findYear(index: TextIndex, start: number, end: number, last: number): FoundSpan | null {
  const { text, units } = index;
  const year = Number(text.slice(start, end));
  if (year < 1900 || year > 2099 || !mayEnd(units, end)) return null;
  const month = monthBefore(index, start, true);
  if (month >= 0) return [month, end, SCORE];
  if (start - last < 6 && BETWEEN.test(text.slice(last, start))) return [start, end, YEAR_SCORE];
  if (units[start - 1] !== SPACE) return null;
  const word = wordBefore(index, start - 1, 6);
  return word >= 0 && BEFORE_YEAR.has(text.slice(word, start - 1).toLowerCase())
    ? [start, end, YEAR_SCORE]
    : null;
}

/** `Hospital 12 de Octubre`, `Plaza 25 de Mayo`: named after a day. */
const NAMED = /\p{Lu}\p{L}{2,}["“«]?\s["“«]?$/u;
const WEEKDAY =
  /(?:d[ií]a|lunes|martes|miércoles|jueves|viernes|sábado|domingo|segunda|terça|quarta|quinta|sexta|feira|desde|hasta|entre|até)\s$/i;
const isNamed = (text: string, start: number, written: string): boolean => {
  if (!/ (?:de|di|d') ?/.test(written)) return false;
  const before = text.slice(Math.max(0, start - 16), start);
  return NAMED.test(before) && !WEEKDAY.test(before);
};

/** A month's name may follow a day: behind `th`, `.` or `º`, a space or hyphen, and `de` or `of`. */
function mayHaveMonthBehind(units: Uint16Array, end: number): boolean {
  let at = end;
  const first = units[at] as number;
  if (first === DOT || first === 0xba || first === 0xb0) at += 1;
  else if (isLetterUnit(first)) at += 2;
  if (units[at] !== SPACE && units[at] !== HYPHEN) return false;
  at += 1;
  if (mayBeMonth(units, at)) return true;
  const isJoin = isLetterUnit(units[at] as number) && units[at + 2] === SPACE;
  return (
    (isJoin && mayBeMonth(units, at + 3)) || (isLetterUnit(units[at] as number) && mayBeMonth(units, at + 2))
  );
}

function findDay(index: TextIndex, start: number, end: number): FoundSpan | null {
  const { text, units } = index;
  const before = start > 0 ? (units[start - 1] as number) : SPACE;
  const day = Number(text.slice(start, end));
  if (day > 0 && day <= 31 && mayHaveMonthBehind(units, end)) {
    const behind = MONTH_BEHIND.exec(text.slice(end, end + LONGEST_TAIL));
    if (behind !== null && MONTHS.has(behind[1] as string)) {
      const isPart =
        isDigitUnit(before) ||
        isLetterUnit(before) ||
        before === DOT ||
        before === COMMA ||
        before === HYPHEN ||
        before === SLASH ||
        before === 36;
      return isPart || isNamed(text, start, behind[0]) ? null : [start, end + behind[0].length, SCORE];
    }
  }
  if (!isJoint(before)) return null;
  const month = monthBefore(index, start, end - start === 2 && before !== SPACE);
  if (month < 0 || (day > 31 && before === SPACE)) return null;
  const ordinal = /^(?:st|nd|rd|th)(?!\p{L})/u.test(text.slice(end, end + 3)) ? 2 : 0;
  return mayEnd(units, end + ordinal) ? [month, end + ordinal, SCORE] : null;
}

/** 19.. or 20..? */
const mayBeYear = (units: Uint16Array, start: number): boolean => {
  const first = units[start] as number;
  const second = units[start + 1] as number;
  return (first === 49 && second === 57) || (first === 50 && second === 48);
};

function findDates(text: string, index: TextIndex): FoundSpan[] {
  const { units, runs, runStarts, runEnds } = index;
  const found: FoundSpan[] = [];
  let lastYear = -9;
  for (let i = 0; i < runs; i += 1) {
    const start = runStarts[i] as number;
    const end = runEnds[i] as number;
    const length = end - start;
    if (length > 2 && (length !== 4 || !mayBeYear(units, start))) continue;
    // Most numbers have no word near.
    const before = start > 0 ? (units[start - 1] as number) : SPACE;
    const near = start > 1 ? (units[start - 2] as number) : 0;
    const hasWord = (LASTS[near] === 1 || near === DOT || near === COMMA) && isJoint(before);
    let span: FoundSpan | null = null;
    if (length === 4) {
      if (hasWord || start - lastYear < 6) span = findYear(index, start, end, lastYear);
    } else if (hasWord || (MAY_STAND_BEFORE[before] === 1 && mayHaveMonthBehind(units, end)))
      span = findDay(index, start, end);
    if (span === null || blockKindAt(text, span[0], span[1]) !== 'prose') continue;
    found.push(span);
    if (length === 4) lastYear = end;
  }
  return found;
}

export default defineRecognizer({
  name: 'partial-date',
  type: 'DATE_TIME',
  minDigits: 1,
  patterns: [],
  find: findDates,
  examples: {
    match: [
      ['seen in March 2004 and again', 'March 2004'],
      ['desde septiembre de 2003, en Junio 04', 'septiembre de 2003', 'Junio 04'],
      ['the party is on March 12th', 'March 12th'],
      ['el 3 de mayo y en noviembre-06', '3 de mayo', 'noviembre-06'],
      ['am 12. März in Bonn', '12. März'],
      ['En 1998 ingresa', '1998'],
      ['sep-04: normal', 'sep-04'],
      ['desde 1980 a 1983', '1980', '1983'],
      ['enero del año 2001', 'enero del año 2001'],
    ],
    noMatch: [
      'the 300 march 2 abreast, we may 10 times',
      'version 2004, room 1998',
      'const may = 12;',
      'in 2500 cases',
      'Hospital 12 de Octubre, Plaza 25 de Mayo',
      'mayor 12',
      'march 12345',
    ],
  },
});
