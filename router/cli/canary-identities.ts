// Synthetic people of many locales, each with the values that a prompt could hold of them, and the sentences they stand in.
import type { Faker } from '@faker-js/faker';

export const LOCALES = [
  'en_US',
  'en_GB',
  'de',
  'fr',
  'es',
  'it',
  'pt_BR',
  'nl',
  'pl',
  'sv',
  'cs_CZ',
  'tr',
  'ru',
  'ja',
  'zh_CN',
  'ko',
  'ar',
] as const;

export interface Canary {
  locale: string;
  /** Type of finding that it should be. */
  type: string;
  value: string;
  /** The prompt in which it stands. */
  prompt: string;
}

/** Sentences in the language of the locale, where there are some; else in English, which is what gateways mostly see. */
const FRAMES: Record<string, Record<string, string>> = {
  en: {
    PERSON: 'Please write a short letter to {} about the delivery.',
    ADDRESS: 'The parcel goes to {}, by Friday.',
    EMAIL: 'Write to {} when it is done.',
    PHONE: 'Call me on my phone: {} after lunch.',
    IBAN: 'Pay the invoice to IBAN {} today.',
    CREDIT_CARD: 'Charge the card {} once.',
    IP_ADDRESS: 'The server at {} does not answer.',
  },
  de: {
    PERSON: 'Schreibe bitte einen kurzen Brief an {} wegen der Lieferung.',
    ADDRESS: 'Das Paket geht an {}, bis Freitag.',
    PHONE: 'Ruf mich an, Telefon {}, nach dem Mittag.',
  },
  fr: {
    PERSON: 'Écris une courte lettre à {} au sujet de la livraison.',
    ADDRESS: 'Le colis part au {}, avant vendredi.',
    PHONE: 'Appelle-moi, téléphone {}, après midi.',
  },
  es: {
    PERSON: 'Escribe una carta breve a {} sobre la entrega.',
    ADDRESS: 'El paquete va a {}, antes del viernes.',
    PHONE: 'Llámame al teléfono {} después de comer.',
  },
  it: {
    PERSON: 'Scrivi una breve lettera a {} per la consegna.',
    ADDRESS: 'Il pacco va a {}, entro venerdì.',
  },
  pt: {
    PERSON: 'Escreva uma carta curta para {} sobre a entrega.',
    ADDRESS: 'O pacote vai para {}, até sexta.',
  },
  nl: {
    PERSON: 'Schrijf een korte brief aan {} over de levering.',
    ADDRESS: 'Het pakket gaat naar {}, voor vrijdag.',
  },
  pl: { PERSON: 'Napisz krótki list do {} w sprawie dostawy.', ADDRESS: 'Paczka jedzie na {}, do piątku.' },
  sv: {
    PERSON: 'Skriv ett kort brev till {} om leveransen.',
    ADDRESS: 'Paketet ska till {}, senast på fredag.',
  },
  cs: { PERSON: 'Napiš krátký dopis pro {} kvůli dodávce.', ADDRESS: 'Balík jede na {}, do pátku.' },
  tr: {
    PERSON: 'Teslimat için {} adına kısa bir mektup yaz.',
    ADDRESS: 'Paket şuraya gidiyor: {}, cumaya kadar.',
  },
  ru: {
    PERSON: 'Сообщите, пожалуйста, {} время прибытия груза.',
    ADDRESS: 'Курьер приедет сюда: {}, завтра утром.',
  },
  ja: {
    PERSON: '見積もりの件で {} に返事をしたいので、丁寧な文面を考えて。',
    ADDRESS: '引っ越し先は {} なので、来週までに手続きをお願いします。',
  },
  zh: { PERSON: '我想感谢 {} 帮忙搬家，怎么说比较好？', ADDRESS: '新办公室在 {}，下周开始营业。' },
  ko: {
    PERSON: '이사를 도와준 {} 선배에게 감사 인사를 적어 줘.',
    ADDRESS: '새 사무실은 {} 이고 다음 주에 문을 엽니다.',
  },
  ar: {
    PERSON: 'أريد أن أشكر {} على المساعدة في نقل الأثاث.',
    ADDRESS: 'المكتب الجديد يقع في {}، ويفتح صباح الأحد.',
  },
};

const valuesOf = (faker: Faker): Record<string, string> => ({
  PERSON: faker.person.fullName(),
  ADDRESS: `${faker.location.streetAddress()}, ${faker.location.zipCode()} ${faker.location.city()}`,
  EMAIL: faker.internet.email(),
  PHONE: faker.phone.number({ style: 'international' }),
  IBAN: faker.finance.iban(),
  CREDIT_CARD: faker.finance.creditCardNumber('visa'),
  IP_ADDRESS: faker.internet.ipv4(),
});

/** `count` people of a locale, the same for the same seed. */
export function canariesOf(faker: Faker, locale: string, count: number, seed: number): Canary[] {
  faker.seed(seed);
  const frames = FRAMES[locale.slice(0, 2)] ?? {};
  return Array.from({ length: count }, () => valuesOf(faker)).flatMap((values) =>
    Object.entries(values).map(([type, value]) => {
      const frame = frames[type] ?? (FRAMES['en'] as Record<string, string>)[type] ?? '{}';
      return { locale, type, value, prompt: frame.replace('{}', () => value) };
    }),
  );
}
