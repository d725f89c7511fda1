// The tagger's word lists: names and places from @faker-js/faker's locales and the name lists by country, and words that the
// training texts often have in lower case.
import { allLocales } from '@faker-js/faker';
import { buildGazetteer, type Gazetteer, LIST, USAGE_SHIFT } from '../tagger/gazetteer.ts';
import { LANGUAGES } from './generate.ts';
import type { LabelledText } from './labelled.ts';
import { SHORT_NAMES } from './people.ts';
import type { RealValues } from './slots.ts';
import { usages } from './usage.ts';

const STREET_WORDS =
  'street st road rd avenue ave av boulevard blvd lane ln drive dr court ct place pl square sq terrace way close crescent ' +
  'highway hwy parkway pkwy circle trail loop suite apt apartment unit floor box straße strasse str weg platz allee gasse ' +
  'ring ufer damm rue chemin impasse quai allée route place cours calle avenida avda plaza paseo camino carretera ronda ' +
  'via viale corso piazza vicolo largo strada rua travessa praça alameda estrada rodovia straat laan plein gracht kade weg ' +
  'ulica ul aleja al plac os osiedle';
const COMPANY_WORDS =
  'inc llc ltd plc corp corporation company co gmbh ag kg ohg mbh se sa sas sarl sàrl srl spa s.p.a sl bv nv oy ab as a/s ' +
  'sp z.o.o limitada ltda eireli group holdings bank university universität université universidad università universidade ' +
  'universiteit uniwersytet hospital klinik hôpital college institute institut instituto ministry ministerium ministère ' +
  'ministerio ministério council court gericht tribunal association verein foundation stiftung fondation trust union llp lp';
const TITLES =
  'mr mrs ms miss dr prof professor sir lady lord herr frau monsieur madame mme mlle señor señora sr sra don doña signor ' +
  'signora sig dott senhor senhora dom dona meneer mevrouw dhr mevr pan pani patient patientin paciente paziente patiënt';
const MIN_COMMON = 6;
const MIN_NOUN = 3;

const wordsOf = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => text.split(/[^\p{L}\p{M}]+/u)).filter((word) => word.length > 1);

/** Every string in a locale's definitions below `path`. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  if (typeof value === 'object' && value !== null) {
    return 'value' in value ? strings(value.value) : Object.values(value).flatMap(strings);
  }
  return [];
}

function localeWords(part: string, keys: readonly string[]): string[] {
  const found: string[] = [];
  for (const locale of Object.values(allLocales) as Record<string, Record<string, unknown>>[]) {
    for (const key of keys) found.push(...strings(locale[part]?.[key]));
  }
  return wordsOf(found.filter((text) => !/[{#]/.test(text)));
}

/** Words outside of the spans that are usual: written small, or with a capital within a sentence (German nouns, products). */
function usualWords(texts: readonly LabelledText[]): { common: string[]; nouns: string[] } {
  const small = new Map<string, number>();
  const capital = new Map<string, number>();
  const count = (counts: Map<string, number>, word: string, by: number): void => {
    counts.set(word, (counts.get(word) ?? 0) + by);
  };
  for (const { text, spans } of texts) {
    let rest = '';
    let at = 0;
    for (const { start, end } of spans) {
      rest += `${text.slice(at, start)} `;
      at = end;
      for (const word of wordsOf([text.slice(start, end)])) count(capital, word.toLowerCase(), -MIN_COMMON);
    }
    rest += text.slice(at);
    for (const word of wordsOf([rest])) {
      if (word === word.toLowerCase()) count(small, word, 1);
    }
    for (const [, word] of rest.matchAll(/(?<=[\p{Ll},;] )(\p{Lu}\p{Ll}+)/gu))
      count(capital, (word as string).toLowerCase(), 1);
  }
  const often = (counts: Map<string, number>, least: number): string[] =>
    [...counts].filter(([, times]) => times >= least).map(([word]) => word);
  return { common: often(small, MIN_COMMON), nouns: often(capital, MIN_NOUN) };
}

/** What the frames themselves say, but their slots. */
const frameWords = (): string[] =>
  wordsOf(
    LANGUAGES.flatMap(({ prose, plain, fields }) => [...prose, ...plain, ...fields.map(([key]) => key)]).map(
      (frame) => frame.replace(/\{[A-Z]+\}/g, ' '),
    ),
  ).filter((word) => word === word.toLowerCase());

/** Countries in the languages of Europe, and the cities that time zones are named after, as Node's ICU knows them. */
function knownPlaces(): string[] {
  const places = Intl.supportedValuesOf('timeZone').map((zone) =>
    (zone.split('/').at(-1) ?? '').replaceAll('_', ' '),
  );
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  for (const language of 'en de fr es it pt nl pl sv da fi cs ro hu tr'.split(' ')) {
    const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
    for (const a of letters) for (const b of letters) places.push(names.of(a + b) ?? '');
  }
  return places;
}

export function buildLists(real: RealValues, corpora: readonly LabelledText[]): Gazetteer {
  const entries: [string, number][] = [];
  const add = (words: readonly string[], bits: number): void => {
    for (const word of words) entries.push([word, bits]);
  };
  add(localeWords('person', ['first_name']), LIST.forename);
  add(localeWords('person', ['last_name', 'last_name_pattern']), LIST.surname);
  add(localeWords('location', ['city_name', 'state', 'country', 'county', 'continent']), LIST.place);
  add(wordsOf(knownPlaces()), LIST.place);
  add(wordsOf(real.nations.flatMap(({ forenames }) => forenames)), LIST.forename);
  add(wordsOf(real.nations.flatMap(({ surnames }) => surnames)), LIST.surname);
  add(SHORT_NAMES, LIST.forename);
  add(wordsOf([STREET_WORDS]), LIST.street);
  add(wordsOf([COMPANY_WORDS]), LIST.company);
  add(wordsOf([TITLES]), LIST.title);
  const { common, nouns } = usualWords(corpora);
  add(common, LIST.common);
  add(nouns, LIST.noun);
  add(frameWords(), LIST.common);
  add(
    localeWords('word', ['adjective', 'adverb', 'conjunction', 'interjection', 'preposition', 'verb']),
    LIST.common,
  );
  add(localeWords('word', ['noun']), LIST.noun);
  for (const [word, usage] of usages()) entries.push([word, usage << USAGE_SHIFT]);
  return buildGazetteer(entries);
}
