// Values for the slots of the sentence frames, from @faker-js/faker and the name lists.
import { allFakers, type Faker } from '@faker-js/faker';
import type { TaggedType } from '../tagger/labels.ts';
import { addressOf, roadOf } from './addresses.ts';
import { TECHNOLOGIES } from './frames/code.ts';
import { inventedName, type Nation, People } from './people.ts';
import type { Random } from './random.ts';
import { isInOtherScript, scriptName, scriptText } from './script-values.ts';

export const SLOT_TYPES: Record<string, TaggedType> = {
  NAME: 'PERSON',
  FIRST: 'PERSON',
  LAST: 'PERSON',
  INFORMAL: 'PERSON',
  CAPS: 'PERSON',
  INITIAL: 'PERSON',
  ADDRESS: 'ADDRESS',
  STREET: 'ADDRESS',
  ROAD: 'ADDRESS',
  CITY: 'LOCATION',
  REGION: 'LOCATION',
  COUNTRY: 'LOCATION',
  COMPANY: 'ORGANIZATION',
};

/** Locales whose names also stand in texts of other languages. */
const FOREIGN = [
  'af_ZA cs_CZ cy da de es es_MX fi fr hr hu id_ID it lv nb_NO nl pl pt_BR ro sk sl_SI sr_RS_latin sv tr vi yo_NG zu_ZA',
  'en_IN en_NG en_GH en_IE en_US en_GB',
]
  .join(' ')
  .split(' ');
const OTHER_SCRIPTS = 'ar el he hy ja ka_GE ko ru th uk zh_CN fa'.split(' ');

const fakerOf = (locale: string): Faker => (allFakers as Record<string, Faker>)[locale] as Faker;

/** Dates are counted back from here, so that a seed gives the same texts on every day. */
const TODAY = '2026-01-01T00:00:00.000Z';

/** Makes all generators of names start over from these seeds. */
export function seedFakers(seed: () => number): void {
  for (const faker of Object.values(allFakers)) {
    faker.seed(seed());
    faker.setDefaultRefDate(TODAY);
  }
}

/** Names of people and lines of addresses from elsewhere that stand in for the generator's now and then. */
export interface RealValues {
  nations: readonly Nation[];
  addresses: readonly string[];
}

const capitalised = (word: string): string => (word[0] as string).toUpperCase() + word.slice(1);

/** One to `most` words of a program. */
const words = (
  random: Random,
  most: number,
  shape: (word: string, index: number) => string = (word) => word,
): string[] =>
  Array.from({ length: random.between(1, most) }, (_, i) => {
    const { hacker, word, person, location } = fakerOf('en_US');
    const at = random.next();
    // Programs also have words in their names that are names elsewhere: `Port`, `Page`, `Mark`.
    const text =
      at < 0.45
        ? word.noun()
        : at < 0.7
          ? hacker.verb()
          : at < 0.92
            ? hacker.noun()
            : at < 0.97
              ? person.lastName()
              : location.city();
    return shape(text.toLowerCase().replace(/[^a-z]/g, '') || 'x', i);
  });

/** Learned words of Greek and Latin parts, as any language of Europe has them. */
const TERM_STARTS =
  'hemo cardio neuro gastro hepat nefr derm oste artr bronc tromb leuc hiper hypo peri endo poli fibr aden mio radi cist crani spondyl lymph pseudo strept staphyl metr tub angi'.split(
    ' ',
  );
const TERM_ENDS =
  'itis osis oma oma algia emia emie ismo ismus grafía graphie grama gramm patia pathie scopia ectomía plasty ina ine ol cillin statin azol coccus cocos cyte cito lisis genia genic ular al'.split(
    ' ',
  );

function abbreviation(random: Random): string {
  const letters = Array.from({ length: random.between(2, random.pick([2, 3, 4, 5])) }, () =>
    random.pick([...'AABCCDDEEFGHIIJKLLMMNNOOPPQRRSSTTUVWXZ']),
  ).join('');
  return random.chance(0.1) ? `${letters}-${random.between(1, 20)}` : letters;
}

const ORGANIZATIONS = [
  'University of {CITY}',
  '{CITY} University Hospital',
  'Bank of {CITY}',
  '{CITY} City Council',
  '{LAST} & {LAST} LLP',
  '{LAST} Inc.',
  '{LAST} GmbH',
  '{LAST} Ltd',
  '{LAST} Foundation',
  'Ministry of {WORD}',
  '{CITY} Chamber of Commerce',
  '{WORD} Systems',
  '{WORD} Labs',
  '{LAST} Logistics',
  'St. {FIRST} Hospital',
];

export class Slots {
  readonly #random: Random;
  readonly #real: RealValues;
  readonly #names: People;

  constructor(random: Random, real: RealValues) {
    this.#random = random;
    this.#real = real;
    this.#names = new People(random, real.nations);
  }

  /** Whose names a text of this locale has: mostly its own. */
  #people(locale: string): Faker {
    const random = this.#random;
    if (random.chance(0.6)) return fakerOf(locale);
    return fakerOf(random.pick(random.chance(0.08) ? OTHER_SCRIPTS : FOREIGN));
  }

  #company(faker: Faker, locale: string): string {
    if (this.#random.chance(0.65)) return faker.company.name();
    return this.#random
      .pick(ORGANIZATIONS)
      .replace(/\{(\w+)\}/g, (_, slot: string) => this.fill(slot, locale));
  }

  /** A value for a slot in a text of a locale; of `=a|b` one of both. */
  fill(slot: string, locale: string): string {
    const faker = fakerOf(locale);
    const random = this.#random;
    if (slot.startsWith('=')) return random.pick(slot.slice(1).split('|'));
    switch (slot) {
      case 'NAME':
        if (isInOtherScript(locale) && !random.chance(0.05)) return scriptName(faker, locale, random);
        return this.#names.whole(this.#people(locale));
      case 'FIRST':
        return this.#names.first(this.#people(locale));
      case 'LAST':
        if (isInOtherScript(locale)) return faker.person.lastName();
        return this.#names.last(this.#people(locale));
      case 'INFORMAL':
        return this.#names.informal(this.#people(locale));
      case 'CAPS':
        return this.#names.whole(this.#people(locale)).toUpperCase();
      case 'INITIAL':
        return random.pick([...'ABCDEFGHJKLMNPRSTW']) + random.pick(['.', '.', '.', '']);
      case 'ADDRESS':
        if (locale === 'en_US' && random.chance(0.25) && this.#real.addresses.length > 0)
          return random.pick(this.#real.addresses);
        return addressOf(faker, locale, random);
      case 'STREET':
        return random.chance(0.7) ? faker.location.streetAddress() : roadOf(faker, locale, random);
      case 'ROAD':
        return roadOf(faker, locale, random);
      case 'CITY':
        // A town with its state is no address: nobody lives at it alone.
        if (/^en_(?:US|CA|AU)/.test(locale) && random.chance(0.2))
          return `${faker.location.city()}, ${faker.location.state({ abbreviated: random.chance(0.8) })}`;
        return random.chance(0.75) ? faker.location.city() : fakerOf(random.pick(FOREIGN)).location.city();
      case 'REGION':
        return faker.location.state();
      case 'COUNTRY':
        return faker.location.country();
      case 'COMPANY':
        return this.#company(faker, locale);
      case 'EMAIL':
        return faker.internet.email();
      case 'PHONE':
        return faker.phone.number();
      case 'DATE': {
        const date = faker.date.past({ years: 40 });
        const text = date.toISOString().slice(0, 10);
        const [year, month, day] = text.split('-') as [string, string, string];
        return random.pick([
          text,
          `${day}.${month}.${year}`,
          `${month}/${day}/${year}`,
          `${Number(day)} ${faker.date.month()} ${year}`,
          `${faker.date.month()} ${Number(day)}, ${year}`,
        ]);
      }
      case 'TIME':
        return `${random.between(0, 23)}:${String(random.between(0, 59)).padStart(2, '0')}`;
      case 'NUM':
        return String(random.between(1, random.pick([9, 90, 2000, 70000])));
      case 'AMOUNT':
        return random.pick(['$', '€', 'EUR ', '£', '']) + faker.finance.amount();
      case 'ID':
        return faker.string.alphanumeric({ length: random.between(5, 12), casing: 'upper' });
      case 'JOB':
        return fakerOf('en_US').person.jobTitle();
      case 'PRODUCT':
        return fakerOf('en_US').commerce.productName();
      case 'MONTH':
        return faker.date.month();
      case 'LOREM':
        return isInOtherScript(locale)
          ? scriptText(faker, locale, random)
          : faker.lorem.words(random.between(2, 9));
      case 'WORD': {
        const word = fakerOf('en_US').word.noun();
        return random.chance(0.5) ? word : capitalised(word);
      }
      case 'ABBR':
        return abbreviation(random);
      case 'TERM': {
        const term = random.pick(TERM_STARTS) + random.pick(TERM_ENDS);
        return random.chance(0.6) ? term : capitalised(term);
      }
      case 'TECH':
        return random.chance(0.75) ? random.pick(TECHNOLOGIES) : inventedName(random);
      case 'IDENT':
        return words(random, 3, (word, i) => (i === 0 ? word : capitalised(word))).join('');
      case 'CLASS':
        return words(random, 3, capitalised).join('');
      case 'SNAKE':
        return words(random, 3).join('_');
      case 'CONST':
        return words(random, 3).join('_').toUpperCase();
      case 'FILE':
        return words(random, 3).join(random.pick(['/', '-', '/', '_', '.']));
      case 'HEX':
        return faker.string.hexadecimal({
          length: random.pick([6, 8, 12, 16, 40]),
          prefix: '',
          casing: 'lower',
        });
      default:
        throw new Error(`no such slot: ${slot}`);
    }
  }
}
