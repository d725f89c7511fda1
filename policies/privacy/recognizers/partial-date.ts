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
const JOINS = words('de del of do di dell von año ano');
const BEFORE_YEAR = words(
  'in since until year years en año años desde hasta seit jahr jahre jahren anno depuis année nel dal em ano anos sinds jaar',
);

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
    if (!JOINS.has(text.slice(start, end).toLowerCase())) break;
    end = start - 1;
    start = wordBefore(index, end, LONGEST);
  }
  if (start < 0 || (start > 0 && !mayStart(units[start - 1] as number))) return -1;
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

function findDay(index: TextIndex, start: number, end: number): FoundSpan | null {
  const { text, units } = index;
  const before = start > 0 ? (units[start - 1] as number) : SPACE;
  const behind = MONTH_BEHIND.exec(text.slice(end, end + LONGEST_TAIL));
  const day = Number(text.slice(start, end));
  if (
    behind !== null &&
    day > 0 &&
    day <= 31 &&
    MONTHS.has(behind[1] as string) &&
    !isDigitUnit(before) &&
    !isLetterUnit(before)
  ) {
    const isPart =
      before === DOT || before === COMMA || before === HYPHEN || before === SLASH || before === 36;
    return isPart || isNamed(text, start, behind[0]) ? null : [start, end + behind[0].length, SCORE];
  }
  if (!isJoint(before)) return null;
  const ordinal = /^(?:st|nd|rd|th)(?!\p{L})/u.test(text.slice(end, end + 3)) ? 2 : 0;
  if (!mayEnd(units, end + ordinal)) return null;
  const month = monthBefore(index, start, end - start === 2 && before !== SPACE);
  return month < 0 || (day > 31 && before === SPACE) ? null : [month, end + ordinal, SCORE];
}

function findDates(text: string, index: TextIndex): FoundSpan[] {
  const { units, runs, runStarts, runEnds } = index;
  const found: FoundSpan[] = [];
  let lastYear = -9;
  for (let i = 0; i < runs; i += 1) {
    const start = runStarts[i] as number;
    const end = runEnds[i] as number;
    const length = end - start;
    if (length > 2 && length !== 4) continue;
    // Most numbers have no letter near: two characters before, or behind a space or point.
    const near = start > 1 ? (units[start - 2] as number) : 0;
    const hasWord =
      isLetterUnit(near) || near === DOT || near === COMMA || (length === 4 && start - lastYear < 6);
    if (
      !hasWord &&
      (length === 4 ||
        (!isLetterUnit(units[end + 1] as number) &&
          !isLetterUnit(units[end + 2] as number) &&
          units[end + 1] !== 0xe9 &&
          units[end + 1] !== SPACE))
    )
      continue;
    const span = length === 4 ? findYear(index, start, end, lastYear) : findDay(index, start, end);
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
