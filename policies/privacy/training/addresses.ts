// Addresses in the orders of many countries: on one line and on several, whole and in part, with flats, floors, boxes and without
// a number. Street, town and code come from @faker-js/faker; the order is ours.
import type { Faker } from '@faker-js/faker';
import type { Random } from './random.ts';
import { isInOtherScript, scriptAddress } from './script-values.ts';

type Part = (faker: Faker, random: Random) => string;

const number: Part = (_, random) => {
  const digits = String(random.between(1, random.pick([20, 120, 400, 9999])));
  return random.chance(0.12)
    ? digits + random.pick(['a', 'b', 'A', 'B', 'C', ' bis', '-3', '/2', '½'])
    : digits;
};
const street: Part = (faker) => faker.location.street();
const city: Part = (faker) => faker.location.city();
const zip: Part = (faker) => faker.location.zipCode();
const state: Part = (faker, random) => faker.location.state({ abbreviated: random.chance(0.75) });

const FLATS: Record<string, readonly string[]> = {
  en: [
    'Apt #',
    'Apt. #',
    'Unit #',
    'Suite #',
    'Ste #',
    'Floor #',
    '#th Floor',
    'Flat #',
    'Room #',
    'Bldg #',
    '# Floor',
    'Apartment #',
    'PO Box #',
  ],
  de: ['#. Stock', 'Hinterhaus', 'Whg. #', 'c/o Meyer', '#. OG links', 'App. #'],
  fr: ['Apt #', 'Bât. #', '#e étage', 'Résidence du Parc', 'Appartement #', 'BP #'],
  es: ['#º A', '#º izq.', 'Piso #', 'Depto. #', 'portal #', 'bajo B', 'int. #', 'Esc. #'],
  it: ['int. #', 'scala B', 'piano #', 'interno #'],
  pt: ['apto #', 'bloco #', '#º andar', '#º Dto', 'sala #', 'casa #'],
  nl: ['#-hoog', 'bus #', 'app. #'],
  pl: ['m. #', 'lok. #', 'mieszkanie #'],
};

/** Street words of places whose generator has none of their own. */
const ROADS = {
  in: ['Road', 'Main Road', 'Cross', 'Nagar', 'Marg', 'Street', 'Layout', 'Colony', 'Enclave', 'Lane'],
  sg: ['Road', 'Avenue 3', 'Street 21', 'Crescent', 'Drive', 'Lorong 8', 'Walk', 'Close'],
  ng: ['Street', 'Close', 'Crescent', 'Way', 'Avenue', 'Road'],
  cn: ['Road', 'East Road', 'Street', 'West Street', 'Avenue', 'Lane'],
} as const;

/** US streets as they are spoken of: `Euclid Avenue`, `the corner of 5th and Main St`. */
const US_TYPES =
  'St St. Street Ave Ave. Avenue Rd Road Blvd Boulevard Ln Lane Dr Drive Ct Court Pl Place Way Ter Terrace Cir Circle Trl Trail Pkwy Hwy Loop Pike Run Alley Sq Square Cres Crescent Close Mews Row Gardens Grove Hill Walk Rise View Parade Bend Path'.split(
    ' ',
  );
const UK_TYPES =
  'Road Street Lane Avenue Close Drive Way Crescent Gardens Grove Place Terrace Hill Mews Row Walk Park Court Green Rise'.split(
    ' ',
  );
const US_NAMES =
  'Oak Maple Elm Cedar Pine Main High Park Washington Lincoln Jefferson Madison Church Mill Station Victoria Queens Kings Green Spring River Lake Sunset Hillcrest Willow Birch Magnolia Euclid Broad Market Franklin Jackson Center Union Walnut Chestnut Cherry Meadow Forest Highland Ridge Valley Prospect Pleasant 2nd 3rd 5th 14th 42nd 105th'.split(
    ' ',
  );
const POINTS = ['N', 'S', 'E', 'W', 'N.', 'NW', 'SE', 'North', 'West', 'South', 'East'];

const capital = (word: string): string => (word[0] ?? '').toUpperCase() + word.slice(1);

/** A road of an English-speaking place, without a number. */
export function englishRoad(faker: Faker, random: Random, british: boolean): string {
  const at = random.next();
  const name =
    at < 0.35
      ? random.pick(US_NAMES)
      : at < 0.6
        ? faker.person.lastName()
        : at < 0.75
          ? `${random.pick(US_NAMES)} ${capital(faker.word.noun())}`
          : at < 0.9
            ? capital(faker.word.noun())
            : faker.person.firstName();
  const point = !british && random.chance(0.2) ? `${random.pick(POINTS)} ` : '';
  return `${point}${name} ${random.pick(british ? UK_TYPES : US_TYPES)}`;
}

/** A street without a number, of a locale. */
export const roadOf = (faker: Faker, locale: string, random: Random): string =>
  locale.startsWith('en')
    ? random.chance(0.6)
      ? englishRoad(faker, random, !/_(US|CA)/.test(locale))
      : faker.location.street()
    : faker.location.street();

const flat = (language: string, random: Random): string =>
  random
    .pick(FLATS[language] ?? (FLATS['en'] as readonly string[]))
    .replace('#', String(random.between(1, random.pick([9, 30, 900]))) + (random.chance(0.2) ? 'B' : ''));

/** The lines of an address: street first, then town; which may be one line. */
function lines(faker: Faker, locale: string, random: Random): string[] {
  const language = locale.slice(0, 2);
  const no = number(faker, random);
  const place = city(faker, random);
  const inner = random.chance(0.22) ? flat(language, random) : '';
  const withInner = (line: string, behind = true): string =>
    inner === '' ? line : behind ? `${line}${random.pick([', ', ' ', ', '])}${inner}` : `${inner}, ${line}`;
  switch (locale) {
    case 'en_US':
    case 'en_CA':
    case 'en_AU': {
      if (random.chance(0.04))
        return [
          `${random.pick(['PO Box', 'P.O. Box', 'P. O. Box', 'Box'])} ${random.between(10, 9999)}`,
          `${place}, ${state(faker, random)} ${zip(faker, random)}`,
        ];
      const code = random.chance(0.85) ? ` ${zip(faker, random)}` : '';
      return [
        withInner(`${no} ${roadOf(faker, locale, random)}`, random.chance(0.85)),
        `${place}${random.pick([', ', ', ', ' '])}${state(faker, random)}${code}`,
      ];
    }
    case 'en_IN':
      return [
        `${random.pick(['', 'No. ', '#', 'Plot ', 'H.No. ', 'Flat '])}${no}${random.pick([', ', ' '])}${faker.person.lastName()} ${random.pick(ROADS.in)}`,
        `${random.pick(['Near ', '', '', 'Opp. '])}${faker.person.lastName()} ${random.pick(ROADS.in)}`,
        `${place}${random.pick([' ', ' - ', ', '])}${random.between(110001, 855118)}`,
      ];
    case 'en_NG':
    case 'en_GH':
    case 'en_ZA':
      return [
        `${random.pick(['', 'Plot ', 'No ', 'Block '])}${no}${random.pick([' ', ', '])}${faker.person.lastName()} ${random.pick(ROADS.ng)}`,
        `${random.chance(0.4) ? `${faker.person.lastName()} ${random.pick(['Estate', 'Phase 1', 'Island', 'GRA', 'Layout'])}, ` : ''}${place}`,
      ];
    case 'en_GB':
    case 'en_IE':
      return [
        random.chance(0.15)
          ? `${capital(faker.word.noun())} ${random.pick(['Cottage', 'House', 'Farm', 'Lodge', 'Barn'])}, ${roadOf(faker, locale, random)}`
          : withInner(`${no} ${roadOf(faker, locale, random)}`, false),
        `${place}${random.pick([' ', ', ', ' '])}${zip(faker, random)}`,
      ];
    case 'fr':
    case 'fr_CA':
    case 'fr_BE':
      return [
        withInner(`${no}${random.pick([' ', ', ', ' '])}${street(faker, random)}`),
        `${zip(faker, random)} ${place}`,
      ];
    case 'pt_BR':
      return [
        withInner(`${street(faker, random)}, ${random.pick(['', 'nº ', 'n. '])}${no}`),
        `${random.chance(0.4) ? `${faker.person.lastName()}, ` : ''}${place}${random.pick([' - ', '/', ', '])}${faker.location.state({ abbreviated: true })}`,
        random.pick(['CEP ', '', '']) + zip(faker, random),
      ];
    default:
      return [
        withInner(
          `${street(faker, random)}${random.pick([' ', ' ', ', ', ' n.º ', ' nr '].slice(0, language === 'es' || language === 'pt' || language === 'it' ? 5 : 3))}${random.chance(0.03) ? 's/n' : no}`,
        ),
        `${random.chance(0.12) ? `${language.toUpperCase()}-` : ''}${zip(faker, random)} ${place}${random.chance(0.1) ? ` (${faker.location.state()})` : ''}`,
      ];
  }
}

/** Romanised addresses of places whose own generator writes another script, and of city states. */
function distantLines(faker: Faker, random: Random): string[] {
  const name = (): string => faker.person.lastName();
  const no = String(random.between(1, 300));
  switch (random.between(0, 6)) {
    case 0:
      return [
        `${random.pick(['Blk ', 'Block ', ''])}${no} ${name()} ${random.pick(ROADS.sg)}`,
        `#${random.between(2, 30)}-${random.between(10, 300)}`,
        `Singapore ${random.between(100000, 829999)}`,
      ];
    case 1:
      return [
        `${random.between(1, 9)}-${random.between(1, 30)}-${random.between(1, 30)} ${name()}`,
        `${name()}-ku, ${random.pick(['Tokyo', 'Osaka', 'Kyoto', 'Sapporo'])} ${random.between(100, 999)}-${random.between(1000, 9999)}`,
      ];
    case 2:
      return [
        `No. ${no}, ${name()} ${random.pick(ROADS.cn)}, ${name()} District`,
        `${random.pick(['Shanghai', 'Beijing', 'Shenzhen', 'Hangzhou', 'Chengdu'])}${random.chance(0.6) ? ` ${random.between(100000, 710000)}` : ''}`,
      ];
    case 3:
      return [
        `${random.pick(['Villa', 'Flat', 'Office'])} ${no}, ${random.pick(['Al ', 'Al-', ''])}${name()} ${random.pick(['Street', 'Road', 'Tower', 'Building'])}`,
        `${random.pick(['Dubai', 'Abu Dhabi', 'Doha', 'Riyadh', 'Amman', 'Cairo'])}`,
      ];
    case 4:
      return [
        `${no}/${random.between(1, 20)} ${name()} ${random.pick(['Road', 'Soi 4', 'Soi 21', 'Street'])}`,
        `${name()}, ${random.pick(['Bangkok', 'Chiang Mai', 'Phuket'])} ${random.between(10100, 96000)}`,
      ];
    case 5:
      return [
        `Jl. ${name()} No. ${no}`,
        `${random.pick(['Jakarta', 'Bandung', 'Surabaya', 'Denpasar'])} ${random.between(10110, 99999)}`,
      ];
    default:
      return [
        `${name()} ${random.pick(['Cad.', 'Caddesi', 'Sok.', 'Mah.', 'Bulvarı'])} No:${random.pick(['', ' '])}${no}${random.chance(0.5) ? ` D:${random.between(1, 20)}` : ''}`,
        `${random.pick(['', '34000 ', '06100 '])}${name()}/${random.pick(['İstanbul', 'Ankara', 'İzmir', 'Istanbul'])}`,
      ];
  }
}

/** An address of a locale; `lines` joined as letters, forms and talk have them. */
export function addressOf(faker: Faker, locale: string, random: Random): string {
  const isScript = isInOtherScript(locale);
  const isDistant = !isScript && random.chance(0.06);
  const parts = isScript
    ? scriptAddress(faker, locale, random)
    : isDistant
      ? distantLines(faker, random)
      : lines(faker, locale, random);
  const at = random.next();
  const separator = random.pick([', ', ', ', ', ', ', ', '\n', ' ', ' - ', ',\n']);
  if (at < 0.2) return parts[0] as string;
  if (at < 0.28) return `${parts[0]}${separator}${city(faker, random)}`;
  const country = random.chance(0.12) ? [faker.location.country()] : [];
  return [...parts, ...country].join(separator);
}
