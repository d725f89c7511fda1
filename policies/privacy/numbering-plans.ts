// The numbering plans of all countries: is this a number that could be called? The facts are libphonenumber's metadata, read
// when the first number in question is met (about 5 ms), not at the start.
import { createRequire } from 'node:module';

/** One kind of numbers of a country: its pattern. 0 where the country has none, "" where it is that of fixed lines. */
type Kind = [pattern: string, lengths?: number[]] | 0;
type Format = [pattern: string, format: string, leading?: string[], nationalPrefixRule?: string | 0];

/** A country as libphonenumber-js packs it (its metadata's version 4). */
interface PackedCountry {
  2: string; // all numbers
  4?: Format[] | 0;
  /** National prefix. */
  5?: string | 0;
  11?: Kind[] | 0;
}

interface Metadata {
  country_calling_codes: Record<string, string[]>;
  countries: Record<string, PackedCountry>;
  nonGeographic: Record<string, PackedCountry>;
}

interface Plan {
  /** Whole national numbers, of any kind. */
  number: RegExp;
  /** Fixed lines and mobiles. */
  usual: RegExp;
  prefix: string;
  /** How numbers are grouped, as in `3-3-4`, without the national prefix. */
  groupings: readonly RegExp[];
}

const whole = (patterns: readonly string[]): RegExp => new RegExp(`^(?:${patterns.join('|')})$`);

/** `(\d{3})(\d{3,4})` as a pattern of the groups' lengths in unary, `###-####?`. */
function groupingOf([pattern]: Format): RegExp | null {
  const groups = [...pattern.matchAll(/\(\\d(?:\{(\d+)(?:,(\d+))?\})?((?:\\d)*)\)/g)];
  if (groups.length < 2 || groups.map(([all]) => all).join('') !== pattern) return null;
  const lengths = groups.map(([, min = '1', max = min, more = '']) => {
    const extra = more.length / 2;
    return `#{${Number(min) + extra},${Number(max) + extra}}`;
  });
  return whole([lengths.join('-')]);
}

function planOf(country: PackedCountry): Plan {
  const { 2: general, 4: formats, 5: prefix, 11: kinds = [] } = country;
  const patternOf = (kind: Kind | undefined): string[] => (kind && kind[0] !== '' ? [kind[0]] : []);
  const usual = (kinds || []).slice(0, 2).flatMap(patternOf);
  const all = (kinds || []).flatMap(patternOf);
  return {
    number: whole(all.length > 0 ? all : [general]),
    usual: whole(usual.length > 0 ? usual : [general]),
    prefix: prefix || '',
    groupings: (formats || []).flatMap((format) => groupingOf(format) ?? []),
  };
}

let metadata: Metadata | undefined;
const readMetadata = (): Metadata => {
  metadata ??= createRequire(import.meta.url)('libphonenumber-js/metadata.max.json') as Metadata;
  return metadata;
};

const plansOfCode = new Map<string, Plan[]>();
/** The plans of the countries behind a calling code; none when no country has it. */
function plansOf(callingCode: string): Plan[] {
  let plans = plansOfCode.get(callingCode);
  if (plans === undefined) {
    const { country_calling_codes: codes, countries, nonGeographic } = readMetadata();
    const packed = [
      ...(codes[callingCode] ?? []).map((country) => countries[country]),
      nonGeographic[callingCode],
    ];
    plans = packed.filter((country) => country !== undefined).map(planOf);
    plansOfCode.set(callingCode, plans);
  }
  return plans;
}

/**
 * Is this the number of some plan, calling code first?
 * @param digits without `+`, `00` and separators
 * @returns null where no country has such a calling code
 */
export function isInternationalNumber(digits: string): boolean | null {
  for (let length = 1; length <= 3; length += 1) {
    const plans = plansOf(digits.slice(0, length));
    if (plans.length === 0) continue;
    const national = digits.slice(length);
    return plans.some(
      ({ number, prefix }) =>
        number.test(national) ||
        (prefix !== '' && national.startsWith(prefix) && number.test(national.slice(prefix.length))),
    );
  }
  return null;
}

let countriesByGrouping: Map<string, Plan[]> | undefined;
/** More groupings than texts have in earnest are not kept. */
const MAX_GROUPINGS = 500;

/**
 * Is this a fixed line or mobile of some country, written in groups as that country writes it?
 * @param groups the digits of each group; the first may begin with the national prefix, `02`
 */
export function isGroupedNationally(groups: readonly string[]): boolean {
  const digits = groups.join('');
  const grouping = groups.map(({ length }) => '#'.repeat(length)).join('-');
  countriesByGrouping ??= new Map();
  // The prefix is one or two digits of the first group.
  for (const [prefixLength, shape] of [grouping, grouping.slice(1), grouping.slice(2)].entries()) {
    let plans = countriesByGrouping.get(shape);
    if (plans === undefined) {
      if (countriesByGrouping.size >= MAX_GROUPINGS) countriesByGrouping.clear();
      plans = Object.keys(readMetadata().country_calling_codes)
        .flatMap(plansOf)
        .filter(({ groupings }) => groupings.some((pattern) => pattern.test(shape)));
      countriesByGrouping.set(shape, plans);
    }
    const national = digits.slice(prefixLength);
    for (const { prefix, usual } of plans)
      if (
        digits.startsWith(prefix) &&
        (prefix.length === prefixLength || prefixLength === 0) &&
        usual.test(national)
      )
        return true;
  }
  return false;
}
