// Names and addresses of languages in other scripts than Latin, in the orders and with the words that their own letters have them.
import type { Faker } from '@faker-js/faker';
import type { Random } from './random.ts';
import { scriptWords } from './usage.ts';

/** Names of these are written as one word, the surname first. */
const JOINED = /^(?:ja|zh|ko)/;
const SCRIPT_LOCALES = /^(?:ar|fa|he|el|ru|uk|ja|zh|ko|th)/;

export const isInOtherScript = (locale: string): boolean => SCRIPT_LOCALES.test(locale);

/** A whole name, or in a tenth of the cases one part. */
export function scriptName(faker: Faker, locale: string, random: Random): string {
  const { person } = faker;
  if (random.chance(0.1)) return random.chance(0.5) ? person.firstName() : person.lastName();
  if (JOINED.test(locale)) return person.lastName() + (random.chance(0.12) ? ' ' : '') + person.firstName();
  // Patronymics, and whatever else belongs to a name there.
  if (/^(?:ru|uk)/.test(locale) && random.chance(0.5)) return person.fullName();
  return random.chance(0.85)
    ? `${person.firstName()} ${person.lastName()}`
    : `${person.lastName()} ${person.firstName()}`;
}

/** A few ordinary words in a row, which name nobody. */
export function scriptText(faker: Faker, locale: string, random: Random): string {
  const words = scriptWords(locale.slice(0, 2));
  if (words.length === 0) return faker.lorem.words(random.between(2, 9));
  const some = Array.from({ length: random.between(1, 5) }, () => random.pick(words));
  return some.join(locale === 'ko' ? ' ' : '');
}

const ARABIC_STREETS = [
  'شارع',
  'شارع',
  'شارع',
  'طريق',
  'جادة',
  'حي',
  'ميدان',
  'ساحة',
  'درب',
  'ممر',
  'رصيف',
  'نهج',
  'زنقة',
];
const HEBREW_STREETS = ['רחוב', 'רחוב', "רח'", 'שדרות', "שד'", 'דרך', 'סמטת', 'כיכר', 'שביל'];
const GREEK_STREETS = ['', '', 'οδός ', 'Λεωφόρος ', 'Λεωφ. ', 'Πλατεία '];
const PERSIAN_STREETS = ['خیابان', 'خیابان', 'کوچه', 'بلوار', 'میدان', 'بزرگراه'];
const THAI_STREETS = ['ถนน', 'ถ.', 'ซอย', 'ซ.'];

/** Digits of the script now and then. */
const digits = (text: string, zero: number, random: Random): string =>
  random.chance(0.25) ? text.replace(/\d/g, (digit) => String.fromCharCode(zero + Number(digit))) : text;

/** The lines of an address, to be joined as elsewhere; in Japan, China and Korea from large to small, as one. */
export function scriptAddress(faker: Faker, locale: string, random: Random): string[] {
  const { location, person } = faker;
  const no = String(random.between(1, random.pick([20, 150, 900])));
  const city = location.city();
  const isOwn = random.chance(0.4);
  switch (locale) {
    case 'ar': {
      const kind = random.pick(ARABIC_STREETS);
      const name = random.chance(0.5) ? person.lastName() : `${person.firstName()} ${person.lastName()}`;
      const code = random.chance(0.6) ? `${location.zipCode()} ` : '';
      if (isOwn) return [location.streetAddress(), code + city];
      const number = digits(no, 0x0660, random);
      const street = random.pick([
        `${number} ${kind} ${name}`,
        `${kind} ${name} ${number}`,
        `${kind} ${name}، ${random.pick(['مبنى', 'عمارة', 'رقم', 'فيلا', 'شقة'])} ${number}`,
        `${random.pick(['شقة', 'عمارة', 'منزل'])} ${number}، ${kind} ${name}`,
      ]);
      return [
        street,
        random.chance(0.5) ? code + city : `${city} ${digits(location.zipCode('#####'), 0x0660, random)}`,
      ];
    }
    case 'fa': {
      if (isOwn) return [location.streetAddress(), location.zipCode(), city];
      const street = `${random.pick(PERSIAN_STREETS)} ${person.lastName()}${random.pick(['، ', ', ', ' '])}پلاک ${digits(no, 0x06f0, random)}`;
      return random.chance(0.5) ? [city, street] : [street, city];
    }
    case 'he': {
      const street = isOwn
        ? location.streetAddress()
        : `${random.pick(HEBREW_STREETS)} ${random.chance(0.5) ? person.lastName() : person.firstName()} ${no}${random.chance(0.3) ? ` דירה ${random.between(1, 40)}` : ''}`;
      return [street, random.pick([`${city} ${location.zipCode()}`, `${location.zipCode()} ${city}`, city])];
    }
    case 'el':
      return [
        isOwn ? location.streetAddress() : `${random.pick(GREEK_STREETS)}${person.lastName()} ${no}`,
        random.chance(0.75) ? `${location.zipCode()} ${city}` : city,
      ];
    case 'th':
      return [
        `${no}${random.chance(0.4) ? `/${random.between(1, 99)}` : ''} ${random.pick(THAI_STREETS)}${person.lastName()}`,
        `${random.pick(['', 'อ.', 'เขต', 'แขวง'])}${city} ${location.zipCode()}`,
      ];
    case 'ru':
    case 'uk': {
      const street = location.streetAddress() + (random.chance(0.3) ? `, кв. ${random.between(1, 200)}` : '');
      const town = random.pick(['', 'г. ', '', locale === 'uk' ? 'м. ' : 'город ']) + city;
      return random.chance(0.5)
        ? [street, `${location.zipCode()} ${town}`]
        : [location.zipCode(), town, street];
    }
    case 'ja': {
      const block = random.pick([
        `${random.between(1, 9)}丁目${random.between(1, 40)}番${random.between(1, 20)}号`,
        `${random.between(1, 9)}-${random.between(1, 40)}-${random.between(1, 20)}`,
      ]);
      const town = person.lastName() + random.pick(['町', '', '区', '台', '']);
      const code = random.chance(0.4) ? `${random.pick(['〒', ''])}${location.zipCode()} ` : '';
      return isOwn
        ? [location.streetAddress(), `${location.zipCode()} ${city}`]
        : [
            `${code}${location.state()}${city}${town}${block}${random.chance(0.2) ? ` ${random.between(1, 12)}0${random.between(1, 9)}号室` : ''}`,
          ];
    }
    case 'zh_CN':
    case 'zh_TW': {
      const street = `${person.lastName()}${random.pick(['山', '阳', '民', '华', '安', ''])}${random.pick(['路', '街', '大道', '东路', '西街', '巷'])}${no}${random.pick(['号', '号', '號'])}`;
      const room = random.chance(0.4)
        ? `${random.between(1, 30)}${random.pick(['栋', '单元', '楼'])}${random.between(1, 30)}0${random.between(1, 6)}室`
        : '';
      return isOwn
        ? [location.streetAddress(), `${location.zipCode()} ${city}`]
        : [
            `${random.chance(0.6) ? location.state() : ''}${city}${random.chance(0.5) ? `${person.lastName()}${random.pick(['山', '江', '城', '安'])}区` : ''}${street}${room}`,
          ];
    }
    default: {
      const road = `${random.pick(['', '', '중앙', '새'])}${location.street().replace(/^\d+ /, '')}`;
      return isOwn
        ? [location.streetAddress(), `${location.zipCode()} ${city}`]
        : [
            `${location.state()} ${city} ${road} ${no}${random.chance(0.3) ? `, ${random.between(1, 30)}층` : ''}${random.chance(0.25) ? ` (${location.zipCode()})` : ''}`,
          ];
    }
  }
}
