// Ages of persons whose number is a word: `five years old`, `niño de tres años`, `fünf Jahre alt`.
import { defineRecognizer } from '../../../contract/recognizer.ts';

const ES =
  'un|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieci[a-zé]{3,6}|veinte|veinti[a-zúé]{2,6}|(?:treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa)(?: y [a-z]{3,6})?';
const PT =
  'um|uma|dois|duas|três|quatro|seis|sete|oito|nove|dez|onze|doze|treze|catorze|quinze|deze[a-z]{4,5}|dezoito|(?:vinte|trinta|quarenta|cinquenta|sessenta|setenta|oitenta|noventa)(?: e [a-zê]{2,6})?';
const FR =
  'un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix-(?:sept|huit|neuf)|(?:vingt|trente|quarante|cinquante|soixante|quatre-vingts?)(?:(?:-| et )[a-z-]{2,9})?';
const IT =
  'un|due|tre|quattro|cinque|sei|sette|otto|nove|dieci|undici|dodici|tredici|quattordici|quindici|sedici|dicia[a-z]{5,6}|diciotto|(?:vent|trent|quarant|cinquant|sessant|settant|ottant|novant)[a-zé]{1,8}';
const EN =
  '(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen';
const DE =
  '(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)(?:und[a-zß]{5,8}|zehn)?|zehn|elf|zwölf|sechzehn|siebzehn|zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig';

/** Somebody of whom it is said: an age without `de edad`. */
const CHILD =
  'niñ[oa]|lactante|bebé|varón|mujer|hombre|paciente|hij[oa]|herman[oa]|menor|joven|chic[oa]|criança|menin[oa]|bebê|homem|mulher|enfant|fille|garçon|fils|nourrisson|femme|homme|bambin[oa]|neonato|figli[oa]|donna|uomo|edad|femenino|masculino|femenina|masculina';

export default defineRecognizer({
  name: 'age-in-words',
  type: 'AGE',
  anchors: [
    ...[
      'years',
      'year-old',
      'year old',
      'month-old',
      'month old',
      'months old',
      'week-old',
      'week old',
      'weeks old',
      'months-old',
      'weeks-old',
      'jahre alt',
      'monate alt',
      'wochen alt',
    ],
    ...['año', 'años', 'mes', 'meses', 'días', 'ano', 'anos', 'ans', 'mois', 'anni', 'mesi'].map((text) => ({
      text,
      starts: true,
      ends: true,
    })),
  ],
  lead: 64,
  tail: 48,
  patterns: [
    {
      regex: new RegExp(
        `(?<![\\p{L}\\d-])(?:${EN})[- ](?:(?:years?|months?|weeks?)[- ]old|years of age)(?!\\p{L})`,
        'giu',
      ),
      score: 0.8,
    },
    {
      regex: new RegExp(`(?<![\\p{L}\\d-])(?:${DE}) (?:Jahre|Monate|Wochen) alt(?!\\p{L})`, 'giu'),
      score: 0.8,
    },
    {
      regex: new RegExp(
        `(?<!\\p{L})(?:${CHILD}),? (?:de |di )?(?<value>(?:(?:${ES}) (?:años?|mes(?:es)?|días)(?: y (?:medio|(?:${ES}) meses))?|(?:${PT}) (?:anos?|meses)|(?:${FR}) (?:ans|mois)|(?:${IT}) (?:anni|mesi)))(?!\\p{L})`,
        'giu',
      ),
      score: 0.7,
    },
    {
      regex: new RegExp(
        `(?<![\\p{L}\\d-])(?:(?:${ES}) (?:años?|mes(?:es)?|días)(?: y (?:medio|(?:${ES}) meses))?(?= de (?:edad|vida))|(?:${PT}) (?:anos?|meses)(?= de idade)|(?:${FR}) (?:ans|mois)(?= d['’]âge)|(?:${IT}) (?:anni|mesi)(?= di età)|(?<=(?<!\\p{L})âgée? de )(?:${FR}) (?:ans|mois)|(?<=\\ba los )(?:${ES}) años(?! de)|(?<=à l['’]âge de )(?:${FR}) ans)(?!\\p{L})`,
        'giu',
      ),
      score: 0.7,
    },
  ],
  examples: {
    match: [
      ['a boy, five years old', 'five years old'],
      ['her twenty-three-year-old son', 'twenty-three-year-old'],
      ['niño de tres años y medio con fiebre', 'tres años y medio'],
      ['a partir de los cuatro meses de edad', 'cuatro meses'],
      ['er ist fünf Jahre alt', 'fünf Jahre alt'],
      ['une femme âgée de soixante-deux ans', 'soixante-deux ans'],
      ['bambina di sette anni', 'sette anni'],
    ],
    noMatch: [
      'hace tres años',
      'for five years',
      'dos años después',
      'zwei Jahre lang',
      'pendant deux ans',
      'many years old',
    ],
  },
});
