// Ages of persons, in words around a number of one to three digits.
import { defineRecognizer, type Recognizer } from '../../../contract/recognizer.ts';
import { gapBefore, wordBefore } from '../digit-places.ts';

const YEARS = 'years?|yrs?|y/?o|años|ans|anni|anos|jahren?|jaar|lat';

const WORDS = new Set('age aged edad alter âge età idade leeftijd wiek'.split(' '));
/** 1 for each of these characters, in both cases; all are below 256. */
const unitSet = (chars: string): Uint8Array =>
  chars.split('').reduce((set, char) => {
    set[char.charCodeAt(0)] = 1;
    set[char.toUpperCase().charCodeAt(0)] = 1;
    return set;
  }, new Uint8Array(256));

/** How these words end: most words before a number are known not to be one by this alone. */
const LAST = unitSet([...WORDS].map((word) => word.at(-1)).join(''));
/** How `years`, `y/o`, `años`, `Jahre`, `meses` and the others begin: not as `ms`. */
const UNITS = new Set(['ye', 'yr', 'y/', 'yo', 'añ', 'an', 'ja', 'me', 'mo']);
const [FIRST_OF_UNITS, SECOND_OF_UNITS] = [unitSet('yajm'), unitSet('er/oñna')];

/** A number before a unit, and the word before a number. */
const places: Recognizer['places'] = (index) => {
  const { units, runs, runStarts, runEnds } = index;
  const places: number[] = [];
  let last = -1;
  for (let i = 0; i < runs; i += 1) {
    const start = runStarts[i] as number;
    const end = runEnds[i] as number;
    if (end - start > 3) continue;
    const gap = gapBefore(index, start, 7);
    const word = gap > 0 && LAST[units[gap - 1] as number] === 1 ? wordBefore(index, gap, 8) : -1;
    if (word > last && WORDS.has(index.text.slice(word, gap).toLowerCase())) places.push(word);
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
      regex:
        /(?<![\w.,/-])\d{1,3} (?:años(?: de edad)?|Jahre alt|ans(?= |,|\.)|anni(?= |,|\.)|anos de idade|jaar oud)(?!\p{L})/giu,
      score: 0.55,
    },
    {
      regex: /(?<![\w.,/-])\d{1,2} (?:meses|months?|mois|mesi|Monate) (?:de edad|old|d'âge|alt)(?!\p{L})/giu,
      score: 0.7,
    },
    {
      regex: new RegExp(
        `(?<!\\p{L})(?:aged?|edad|alter|âge|età|idade|leeftijd|wiek)["']?\\s{0,2}[:=]?\\s{0,2}["']?(?<value>\\d{1,3}(?: (?:${YEARS}))?)(?![\\p{L}\\d.,%:/-])`,
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
    ],
    noMatch: [
      'page 12',
      '450 years old',
      'explain deep learning to a 5 year old',
      'storage: 20',
      'average 12.5',
      'image: 3',
    ],
  },
});
