// Phone numbers: international (E.123, E.164) and the national forms of North America, Britain, France, Germany, Italy,
// Spain and China. Plain runs of digits count only beside a word such as "phone".
import { defineRecognizer } from '../../../contract/recognizer.ts';

/** Dates, timestamps and runs of one digit are no numbers to call. */
const DATES = [
  /^\(?(?:0?[1-9]|[12]\d|3[01])[ ./-](?:0?[1-9]|1[0-2])[ ./-](?:19|20)\d\d/,
  /^(?:19|20)\d\d[ ./-](?:0[1-9]|1[0-2])[ ./-]/,
  /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])$/,
];

function isPlausible(value: string): false | null {
  const digits = value.replace(/\D/g, '');
  const lengthFits = digits.length >= 7 && digits.length <= 15;
  return lengthFits && new Set(digits).size > 2 && !DATES.some((date) => date.test(value)) ? null : false;
}

export default defineRecognizer({
  name: 'phone',
  type: 'PHONE',
  minDigits: 7,
  patterns: [
    // +1 (415) 555-0132; North American numbers have ten digits after the 1
    {
      regex:
        /(?<![\w+])\+1[ .\u00a0-]?\(?[2-9]\d{2}\)?[ .\u00a0-]{0,2}[2-9]\d{2}[ .\u00a0-]?\d{4}(?!\w|[.,]\d)/g,
      score: 0.8,
    },
    // +49 (0) 30 901820, +33 1 23 45 67 89
    { regex: /(?<![\w+])\+(?!1)[2-9](?:[ .\-/()\u00a0]{0,3}\d){6,14}(?!\w|[.,]\d)/g, score: 0.7 },
    // 0049 30 901820
    { regex: /(?<![\w+.-])00[1-9]\d(?:[ .\-/()\u00a0]{0,2}\d){6,12}(?!\w|[.,]\d)/g, score: 0.4 },
    // (415) 555-0132
    { regex: /(?<![\w.])(?:1[ .-])?\([2-9]\d{2}\) ?[2-9]\d{2}[ .-]\d{4}(?![\w-]|[.,]\d)/g, score: 0.75 },
    // 415-555-0132, 1-800-555-0199
    { regex: /(?<![\w.+/-])(?:1([ .-]))?[2-9]\d{2}([ .-])[2-9]\d{2}\2\d{4}(?![\w-]|[.,]\d)/g, score: 0.6 },
    // France: 01 23 45 67 89
    { regex: /(?<![\w.+/-])0[1-9](?:([ .])\d{2})(?:\1\d{2}){3}(?![\w-]|[.,]\d)/g, score: 0.7 },
    // Britain: 020 7946 0958, 0121 496 0018, 07700 900123
    {
      regex:
        /(?<![\w.+/-])\(?0(?:2\d|1\d{2,3}|7\d{3})\)?[ -](?:\d{4}[ -]\d{4}|\d{3}[ -]\d{4}|\d{6}|\d{3}[ -]\d{3})(?![\w-]|[.,]\d)/g,
      score: 0.55,
    },
    // Germany, Italy and others with a trunk 0: 030/901820, 0170 1234567
    {
      regex: /(?<![\w.+/-])\(?0[1-9]\d{1,4}\)?(?: ?[/-] ?| )\d{3,8}(?:[ -]\d{2,5}){0,2}(?![\w-]|[.,]\d)/g,
      score: 0.35,
    },
    // Spain: 912 34 56 78, 612 345 678
    {
      regex: /(?<![\w.+/-])[6789]\d{2}(?:([ .-])\d{2}\1\d{2}\1\d{2}|[ .-]\d{3}[ .-]\d{3})(?![\w-]|[.,]\d)/g,
      score: 0.4,
    },
    { regex: /(?<![\w.+/-])9\d[ .-]\d{3}[ .-]\d{2}[ .-]\d{2}(?![\w-]|[.,]\d)/g, score: 0.4 },
    // two groups, beside a context word: 848 435000, 93 2607982
    { regex: /(?<![\w.,+/$€£#-])\d{2,4}[ .-]\d{5,7}(?![\w-]|[.,]\d)/g, score: 0.16 },
    // China: mobile 138 0013 8000, area code 010-65529988
    { regex: /(?<![\w.+/-])1[3-9]\d(?:([ -])\d{4}\1|(?:\d{4}))\d{4}(?![\w-]|[.,]\d)/g, score: 0.4 },
    { regex: /(?<![\w.+/-])0(?:10|2\d|[3-9]\d{2})-\d{7,8}(?![\w-]|[.,]\d)/g, score: 0.55 },
    // any plain run, only beside a context word
    { regex: /(?<![\w.,+/$€£#-])\d{7,12}(?![\w-]|[.,]\d)/g, score: 0.16 },
    { regex: /(?<![\w.,+/$€£#-])[2-9]\d{2}[ .-]\d{4}(?![\w-]|[.,]\d)/g, score: 0.16 },
  ],
  context: [
    'phone',
    'telephone',
    'tel',
    'call',
    'mobile',
    'cell',
    'cellphone',
    'fax',
    'whatsapp',
    'sms',
    'text me',
    'hotline',
    'dial',
    'contact number',
    'reach me',
    'ring me',
    'telefon',
    'telef',
    'telf',
    'movil',
    'handy',
    'mobil',
    'rufnummer',
    'téléphone',
    'portable',
    'appelez',
    'teléfono',
    'telefono',
    'móvil',
    'tfno',
    'tlf',
    'cellulare',
    'telefone',
    'celular',
    'telefoon',
    '电话',
    '手机',
  ],
  validate: isPlausible,
  examples: {
    match: [
      ['Call +1 (415) 555-0132 now', '+1 (415) 555-0132'],
      ['Tel.: +49 (0)30 901820', '+49 (0)30 901820'],
      ['415-555-0132 or (212) 555-0187', '415-555-0132', '(212) 555-0187'],
      ['appelez le 01 23 45 67 89', '01 23 45 67 89'],
      ['London 020 7946 0958', '020 7946 0958'],
      ['my mobile is 4155550132', '4155550132'],
      ['Telefon 030/901820', '030/901820'],
      ['teléfono 912 34 56 78', '912 34 56 78'],
      ['+14155550132 2024', '+14155550132'],
    ],
    noMatch: [
      'order 4155550132',
      '2024-01-15 10:20:30',
      '01.02.2024',
      'build 1.2.3456789',
      'id 123e4567-e89b-12d3-a456-426614174000',
      'pi 3.14159265358979',
      'ts 1700000000',
      'call on 20250320',
      'a sum of 1,234,567,890',
      '+1,000,000 users',
      '800x600x1024',
    ],
  },
});
