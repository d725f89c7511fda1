// Ages of persons, in words around a number of one to three digits.
import { defineRecognizer, type Recognizer } from '../../../contract/recognizer.ts';
import { gapBefore, wordBefore } from '../digit-places.ts';

const UNIT_WORDS =
  'years?|yrs?|y/?o|años?|ans?|anni|anno|anos?|jahren?|jahre?|jaar|lat|months?|mes(?:es)?(?: y medio)?|mois|mesi|monaten?|monate?|maanden|weeks?|semanas?|wochen|days?|d[ií]as?|jours?|giorni|tagen?|a(?= )';

const WORDS = new Set('age aged edad alter âge età idade leeftijd wiek'.split(' '));
/** Between such a word and its number: `the age of 34`, `mi edad es 34`. */
const LINKS = new Set('is of von de es ist est è'.split(' '));
/** 1 for each of these characters, in both cases; all are below 256. */
const unitSet = (chars: string): Uint8Array =>
  chars.split('').reduce((set, char) => {
    set[char.charCodeAt(0)] = 1;
    set[char.toUpperCase().charCodeAt(0)] = 1;
    return set;
  }, new Uint8Array(256));

/** How these words end: most words before a number are known not to be one by this alone. */
const LAST = unitSet([...WORDS, ...LINKS].map((word) => word.at(-1)).join(''));
/** How `years`, `y/o`, `años`, `Jahre`, `meses` and the others begin: not as `ms`. */
const UNITS = new Set([
  'ye',
  'yr',
  'y/',
  'yo',
  'añ',
  'an',
  'ja',
  'me',
  'mo',
  'we',
  'se',
  'da',
  'dí',
  'di',
  'wo',
  'ta',
]);
const [FIRST_OF_UNITS, SECOND_OF_UNITS] = [unitSet('yajmwsdt'), unitSet('er/oñnaíi')];
/** How they begin. */
const FIRST = unitSet([...WORDS, ...LINKS].map((word) => word[0]).join(''));
/** What may stand before the blank before a number, or before it: such a last letter, or more of a gap. */
const MAY_END_GAP = LAST.slice();
for (const char of ' \t\n\v\f\r\u00a0"\':=*|') MAY_END_GAP[char.charCodeAt(0)] = 1;
const LONGEST_GAP = 11;

/** The word that says `age` before a number, over a link or not; -1 when there is none. */
function labelBefore(index: Parameters<typeof gapBefore>[0], start: number): number {
  let gap = gapBefore(index, start, LONGEST_GAP);
  for (let words = 0; words < 2; words += 1) {
    if (gap === 0 || LAST[index.units[gap - 1] as number] !== 1) return -1;
    const word = wordBefore(index, gap, 8);
    if (word < 0 || FIRST[index.units[word] as number] !== 1) return -1;
    const text = index.text.slice(word, gap).toLowerCase();
    if (WORDS.has(text)) return word;
    if (!LINKS.has(text)) return -1;
    gap = gapBefore(index, word, LONGEST_GAP);
    if (gap === word) return -1;
  }
  return -1;
}

/** A number before a unit, and the word before a number. */
const places: Recognizer['places'] = (index) => {
  const { units, runs, runStarts, runEnds } = index;
  const places: number[] = [];
  let last = -1;
  for (let i = 0; i < runs; i += 1) {
    const start = runStarts[i] as number;
    const end = runEnds[i] as number;
    if (end - start > 3) continue;
    const before = start > 0 ? (units[start - 1] as number) : 32;
    if (before >= 44 && before <= 47) continue; // 12.5, 3-4, 1/2
    const near = before === 32 ? (units[start - 2] as number) : before;
    const word = MAY_END_GAP[near] === 1 ? labelBefore(index, start) : -1;
    if (word > last) places.push(word);
    const after = units[end] === 32 || units[end] === 45 ? end + 1 : end;
    if (
      FIRST_OF_UNITS[units[after] as number] === 1 &&
      SECOND_OF_UNITS[units[after + 1] as number] === 1 &&
      UNITS.has(index.text.slice(after, after + 2).toLowerCase())
    )
      places.push(start);
    last = start;
  }
  return places;
};

/** What `20 años` is the length of. */
const LASTING_BEFORE =
  'hace|hac[ií]a|durante|tras|últimos|próximos|cada|unos|depuis|pendant|durant|dans|y a|ogni|entro|dopo|per|fa|há|plazo de|largo de|evolución de|historia de|supervivencia de|seguimiento de|experiencia de|per[ií]odo de';
const LASTING_BEHIND =
  "de (?:evolución|duración|seguimiento|tratamiento|experiencia|antigüedad|historia|vida media|trabajo|supervivencia)|después|antes|más tarde|atrás|plus tard|après|auparavant|d'expérience|d'ancienneté|dopo|fa|prima|di esperienza|depois";
/** Somebody who is so old: `niña de 14 meses`. */
const SOMEBODY =
  '(?:niñ[oa]|lactante|bebé|nacid[oa]|varón|mujer|hombre|paciente|hij[oa]|herman[oa]|menor|joven|criança|menin[oa]|bebê|enfant|fille|garçon|fils|nourrisson|bambin[oa]|neonato|figli[oa]),? (?:de |di )?';

export default defineRecognizer({
  name: 'age',
  type: 'AGE',
  minDigits: 1,
  places,
  patterns: [
    // 45 years old, 45-year-old, 53 años, 45 y/o; but a text that is to be simple is for any child: `explain it to a 5 year old`
    {
      regex:
        /(?<![\w.,/-]|(?:explain|like|as if|as to)\b[^.!?\n]{0,40} an? (?=[4-9]|1[0-2]))\d{1,3}[- ]?(?:(?:years?|yrs?)[- ]old|y\/?o)(?!\w)/gi,
      score: 0.9,
    },
    {
      regex: new RegExp(
        `(?=\\d)(?<![\\w.,/-]|(?<!\\p{L})(?:${LASTING_BEFORE}) )\\d{1,3} (?:años(?: y (?:medio|\\d{1,2} meses))?|Jahre alt|ans(?= |,|\\.)|anni(?= |,|\\.)|anos(?= de idade)|jaar oud)(?!\\p{L}| (?:${LASTING_BEHIND}))`,
        'giu',
      ),
      score: 0.55,
    },
    {
      regex:
        /(?<![\w.,/-])\d{1,2} (?:(?:meses|días)(?= de (?:edad|vida))|mesi(?= di età)|(?:months?|weeks?|days?) old|mois(?= d'âge)|(?:Monate|Wochen|Tage) alt)(?!\p{L})/giu,
      score: 0.7,
    },
    {
      regex: new RegExp(
        `(?=\\d)(?<=${SOMEBODY})\\d{1,2} (?:mes(?:es)?(?: y (?:medio|\\d{1,2} días))?|semanas|días|mois|semaines|mesi|settimane)(?!\\p{L})`,
        'giu',
      ),
      score: 0.6,
    },
    {
      regex: new RegExp(
        `(?<!\\p{L})(?:aged?|edad|alter|âge|età|idade|leeftijd|wiek)["'*]{0,3}\\s{0,2}[:=|]?[*]{0,2}\\s{0,2}(?:(?<!\\p{L})(?:is|of|von|de|es|ist|est|è) )?["']?(?<value>\\d{1,3}(?:\\s{0,2}(?:${UNIT_WORDS}))?)(?![\\p{L}\\d.,%:/-](?!\\s|$))(?![%:/-])`,
        'giu',
      ),
      score: 0.7,
    },
  ],
  validate: (value) => (Number.parseInt(value, 10) <= 120 ? null : false),
  examples: {
    match: [
      ['a 45-year-old man', '45-year-old'],
      ['Edad: 53 años Sexo: H', '53 años'],
      ['{"age": 37}', '37'],
      ['she is 62 years old', '62 years old'],
      ['Mujer de 62 años de edad', '62 años'],
      ['Edad: 18 meses Sexo: M', '18 meses'],
      ['niña de 14 meses, a los 3 meses de vida', '14 meses', '3 meses'],
      ['my age is 34, the age of 29.', '34', '29'],
      ['| **Age** | 41 |', '41'],
    ],
    noMatch: [
      'page 12',
      '450 years old',
      'explain deep learning to a 5 year old',
      'storage: 20',
      'average 12.5',
      'image: 3',
      'fumador durante 20 años, operado hace 7 años',
      '5 años después, con 3 años de evolución',
      'stage of 3',
      'a los 6 meses de la intervención',
    ],
  },
});
