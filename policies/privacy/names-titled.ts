// Persons with a title in front (`Ms. Toy`, `Dhr. van der Pol`, `Srta. Costa`), which the tagger takes for words where the surname is
// one: a title says that it is none. A role behind a title (`Frau Ministerin`, `Mr. President`) is nobody's name.
import type { Finding } from '../../contract/recognizer.ts';
import { addAround } from './overlaps.ts';

/** What the lists say of a word. */
export interface TitledLists {
  isName(word: string): boolean;
  isUsualWord(word: string): boolean;
}

const SCORE = 0.85;

/** Titles that are no other word: those with a full stop need it where the letters alone could be one. */
const TITLES = [
  'Mrs?\\.?|Ms\\.?|Dr\\.?|Prof\\.?|Professor',
  'Herrn?|Frau|Hr\\.',
  'Mme\\.?|Mlle\\.?|Madame|Monsieur|Mademoiselle',
  'Sra?\\.|Srta\\.?|Dra\\.|Señora?|Señorita|Senhora?|Doña',
  'Sig\\.(?:ra|na)?|Signora?|Signorina|Dott\\.(?:ssa)?|Dottor(?:essa)?|Avv\\.',
  'Dhr\\.|Mevr\\.|Mw\\.|Meneer|Mevrouw',
].join('|');
const PARTICLES =
  "(?:(?:van(?: de[rn]?| 't)?|von(?: der| dem)?|de(?: la| las| los)?|del(?:la)?|d[aio]s?|du|le|ter?|ten|zu[mr]?) ){0,2}";
const WORD =
  "\\p{Lu}[\\p{Ll}\\p{M}]+(?:[-'’]\\p{Lu}[\\p{Ll}\\p{M}]+)*|[DO]['’]\\p{Lu}[\\p{Ll}\\p{M}]+|M[a]?c\\p{Lu}[\\p{Ll}\\p{M}]+";
/** A title, titles after it (`Prof. Dr.`), and up to three words with capitals. */
const TITLED = new RegExp(
  `(?<![\\p{L}\\p{M}\\p{N}_@#/.-])(?:${TITLES})(?: (?:${TITLES}|Dr\\.|Ing\\.|med\\.))* (${PARTICLES}(?:${WORD}))((?: ${PARTICLES}(?:${WORD})){0,2})(?![\\p{L}\\p{M}\\p{N}_@(])`,
  'gu',
);
/** Most texts have none, which is told at a fraction of the whole pattern's cost. */
const HAS_TITLE = new RegExp(`(?:${TITLES}) \\p{L}`, 'u');
const NEXT_WORD = new RegExp(` ${PARTICLES}(?:${WORD})`, 'gu');

/** Whom or what a title stands before without a name. */
const ROLES = new Set(
  (
    'dr prof ing med mr mrs ms who and or president chairman chairwoman chair chairperson speaker minister chancellor secretary mayor ' +
    'director ambassador justice judge general commissioner universe world right pepper martens ' +
    'präsident präsidentin ministerin kanzler kanzlerin bundeskanzler bundeskanzlerin bundespräsident bürgermeister bürgermeisterin ' +
    'doktor doktorin professor professorin direktor direktorin rechtsanwalt rechtsanwältin kollege kollegen kollegin richter richterin ' +
    'vorsitzende vorsitzender vorsitzenden staatsanwalt staatsanwältin abgeordnete abgeordneter pfarrer pastor lehrer lehrerin oberst ' +
    'président présidente ministre directeur directrice juge maire ambassadeur ' +
    'presidente presidenta ministro ministra juez jueza alcalde directora señor señora juiz juíza diretor diretora prefeito deputado ' +
    'senador relator governador desembargador vereador gobernador cliente direttore direttrice sindaco giudice avvocato onorevole ' +
    'voorzitter burgemeester'
  ).split(' '),
);

const lower = (word: string): string => word.trim().split(' ').at(-1)?.toLowerCase() ?? '';

const overlap = (a: Finding, b: Finding): boolean => a.start < b.end && b.start < a.end;

/**
 * Adds persons behind titles to what was found; a part of one that was found alone gives way to the whole, and one that has a part
 * of an address or a company in it is left to those.
 */
export function addTitled(found: Finding[], titled: readonly Finding[], text: string): Finding[] {
  const persons = titled.filter(
    (whole) => !found.some((other) => other.type !== 'PERSON' && overlap(other, whole)),
  );
  if (persons.length === 0) return found;
  const isPart = ({ type, start, end }: Finding): boolean =>
    type === 'PERSON' &&
    persons.some(
      (whole) => whole.start <= start && end <= whole.end && whole.end - whole.start > end - start,
    );
  return addAround(
    found.filter((finding) => !isPart(finding)),
    persons,
    text,
  );
}

/**
 * Persons behind titles; sorted, disjoint. The title is no part of them, as who is meant does not hang on it.
 * @param text any text
 */
export function titledNames(text: string, { isName, isUsualWord }: TitledLists): Finding[] {
  if (!HAS_TITLE.test(text)) return [];
  const found: Finding[] = [];
  for (const match of text.matchAll(TITLED)) {
    const [whole, first, rest] = match as unknown as [string, string, string];
    if (ROLES.has(lower(first))) continue;
    const start = match.index + whole.length - rest.length - first.length;
    let end = start + first.length;
    // What follows the first is of the name unless it is a word: `Dr. King Monday`.
    for (const [next] of rest.matchAll(NEXT_WORD)) {
      const word = lower(next);
      if (ROLES.has(word) || (isUsualWord(word) && !isName(word))) break;
      end += next.length;
    }
    found.push({ type: 'PERSON', start, end, score: SCORE, recognizer: 'names-titled' });
  }
  return found;
}
