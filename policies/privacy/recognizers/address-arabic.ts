// Postal addresses in Arabic and Persian: a street's word and its name with the number in front or behind, and the code with its town.
import { defineRecognizer } from '../../../contract/recognizer.ts';

const LETTER = '[\\u0621-\\u065f\\u0671-\\u06d3\\u06d5\\u200c]';
/** Words that no name of a street goes on with. */
const STOP = `(?!(?:في|من|إلى|الى|على|عن|عند|قرب|بعد|قبل|هو|هي|أو|ثم|از|در|به|تا|را|که|است|و)(?!${LETTER}))`;
const WORD = `${STOP}${LETTER}{2,20}`;
const NAME = `${WORD}(?: ${WORD}){0,2}`;
const NUMBER = '[\\d٠-٩۰-۹]{1,6}';
const CODE = '[\\d٠-٩۰-۹]{5}(?:-[\\d٠-٩۰-۹]{4,5})?(?![\\d٠-٩۰-۹])';
const STREET = '(?:شارع|طريق|جادة|ميدان|ساحة|نهج|زنقة|خیابان|کوچه|بلوار)';
/** Words of more meanings: only behind a number. */
const STREET_BEHIND = '(?:شارع|طريق|جادة|ميدان|ساحة|نهج|زنقة|درب|سبيل|رصيف|مَ?مَ?ر|حي)';
const HOUSE = '(?:رقم|مبنى|عمارة|فيلا|شقة|منزل|بناية|پلاک|واحد)';
const TOWN = `(?:[,،]?[ \\n](?:${CODE}[,،]? ${WORD}(?: ${WORD})?|${WORD}(?: ${WORD})? ${CODE}))?`;

export default defineRecognizer({
  name: 'address-arabic',
  type: 'ADDRESS',
  anchors: [
    'شارع',
    'طريق',
    'جادة',
    'ميدان',
    'ساحة',
    'نهج',
    'زنقة',
    'درب',
    'سبيل',
    'رصيف',
    'مَمَر',
    'ممر',
    'مَمر',
    'ممَر',
    'حي ',
    'خیابان',
    'کوچه',
    'بلوار',
  ].map((text) => ({ text, starts: true })),
  lead: 10,
  tail: 180,
  patterns: [
    {
      regex: new RegExp(
        `(?<![\\p{L}\\p{N}.,-])${NUMBER}[,،]? (?:درب، )?${STREET_BEHIND} ${NAME}${TOWN}(?!${LETTER})`,
        'gu',
      ),
      score: 0.85,
    },
    {
      regex: new RegExp(
        `(?<![\\p{L}\\p{N}]|عن )${STREET} ${NAME}[,،]? (?:${HOUSE} )?${NUMBER}(?![\\d٠-٩۰-۹.:٪%])${TOWN}(?!${LETTER})`,
        'gu',
      ),
      score: 0.8,
    },
  ],
  examples: {
    match: [
      ['العنوان: 241 ساحة فاطمة, 07080-6139 العريش', '241 ساحة فاطمة, 07080-6139 العريش'],
      ['يقع في شارع طلعت حرب 15، القاهرة 11511، ويفتح', 'شارع طلعت حرب 15، القاهرة 11511'],
      ['أسكن في شارع الملك فيصل، عمارة ١٢، في الجيزة', 'شارع الملك فيصل، عمارة ١٢'],
      ['نشانی: خیابان ولیعصر، پلاک ۴۰، تهران', 'خیابان ولیعصر، پلاک ۴۰'],
      ['63754 درب، طريق البشيري, 58539 أبو ظبي', '63754 درب، طريق البشيري, 58539 أبو ظبي'],
    ],
    noMatch: [
      'عن طريق البريد 3 مرات',
      'على سبيل المثال 5 كتب',
      'كان في الشارع 20 شخصا',
      'طريق طويل جدا في 2020',
      'ازدحام شارع التحرير بعد 15 دقيقة',
    ],
  },
});
