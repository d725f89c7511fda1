// IBANs: the country's length (SWIFT IBAN registry, release 99) and mod 97 (ISO 13616).
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { isMod97Valid } from '../checksums.ts';

/** Countries by the length of their IBAN; with those that use it without being in the registry (Iran, Algeria, much of Africa). */
const COUNTRIES: Readonly<Record<number, string>> = {
  15: 'NO',
  16: 'BE',
  18: 'DK FI FK FO GL NL SD',
  19: 'MK SI',
  20: 'AT BA EE KZ LT LU MN XK',
  21: 'CH HR LI LV',
  22: 'BG BH CR DE GB GE IE ME RS VA',
  23: 'AE GI IL IQ OM SO TL',
  24: 'AD CZ ES MD PK RO SA SE SK TN VG',
  25: 'LY PT ST AO CV GW MZ',
  26: 'IS TR DZ IR',
  27: 'BI DJ FR GR IT MC MR SM CF CG CM GA GQ KM MG TD',
  28: 'AL AZ BY CY DO GT HN HU LB NI PL SV BF BJ CI MA ML NE SN TG',
  29: 'BR EG PS QA UA',
  30: 'JO KW MU YE',
  31: 'MT SC',
  32: 'LC',
  33: 'RU',
};

/** The printed form has groups of four, the first one being country and check digits. */
const SEPARATOR = '[ \\u00a0-]?';
const shapes = Object.entries(COUNTRIES).map(([length, countries]) => {
  const rest = Number(length) - 4;
  return `(?:${countries.replaceAll(' ', '|')})\\d\\d(?:${SEPARATOR}[A-Z0-9]){${rest}}`;
});

export default defineRecognizer({
  name: 'iban',
  type: 'IBAN',
  anchors: Object.values(COUNTRIES).flatMap((codes) =>
    codes.split(' ').map((code) => ({ text: `${code}00`, starts: true })),
  ),
  lead: 0,
  patterns: [
    {
      regex: new RegExp(`(?<![A-Za-z0-9\\u00c0-\\u02ff])(?:${shapes.join('|')})(?![A-Za-z0-9])`, 'gi'),
      score: 0.5,
    },
  ],
  validate: (value) => isMod97Valid(value.replace(/[ \u00a0-]/g, '').toUpperCase()),
  examples: {
    // The registry's own examples.
    match: [
      ['IBAN: GB29 NWBK 6016 1331 9268 19.', 'GB29 NWBK 6016 1331 9268 19'],
      ['DE89370400440532013000', 'DE89370400440532013000'],
      ['to FR14 2004 1010 0505 0001 3M02 606 AND no more', 'FR14 2004 1010 0505 0001 3M02 606'],
      ['mt84malt011000012345mtlcast001s', 'mt84malt011000012345mtlcast001s'],
      ['NO93 8601 1117 947', 'NO93 8601 1117 947'],
    ],
    noMatch: [
      'GB28 NWBK 6016 1331 9268 19',
      'DE8937040044053201300',
      'ZZ89370400440532013000',
      'XDE89370400440532013000',
    ],
  },
});
