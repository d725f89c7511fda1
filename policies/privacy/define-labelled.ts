// A recognizer of values that only their label tells: `MRN: 2569870`, `Passport No. X1234567`, `"pin": "4711"`, a cell of a table.
import { type Anchor, defineRecognizer, type Recognizer } from '../../contract/recognizer.ts';

export interface LabelledDefinition
  extends Pick<Recognizer, 'name' | 'type' | 'examples' | 'validate' | 'minDigits'> {
  /** Lower case; what stands for a space may be `_`, `-` or nothing. At least three letters each. */
  labels?: readonly string[];
  /** What the value is the number of: a label with a word for "number" behind or before it, `employee_id`, `número de empleado`. */
  nouns?: readonly string[];
  /** A regular expression of bounded length for the value. */
  value: string;
  /** Default 0.75. */
  score?: number;
}

/** Letters, digits and signs with a digit near the beginning, or groups of digits. */
export const ID_VALUE =
  '(?:(?:[A-Z]{1,3} )?\\d{1,8}(?: \\d{2,8}){1,4}(?![-/.:,]\\d)|#?(?=[A-Z/_-]{0,8}\\d)[A-Z0-9](?:[A-Z0-9/_-]|\\.(?=[A-Z0-9])){2,39}(?<![/_-]))';

/** A `validate` for values with so many digits. */
export const hasDigits =
  (least: number) =>
  (value: string): false | null =>
    (value.match(/\d/g) ?? []).length >= least ? null : false;

const TAGS = '(?:</?[a-z]{1,8}>\\s?){0,2}';
/** `No.`, `number`, `nº`, `is`, quotes, signs, the edges of cells, bold type and tags between the label and its value. */
export const LABEL_GAP = `(?:[ _-]?(?:numbers?|numero|número|nummer|num|code|id|nos?|nrs?|is|was|n))?(?: \\([^()\\n]{1,20}\\))?[\\\\"'.ºª°*_\`”’»]{0,3}\\s{0,3}${TAGS}(?:[:=#|：]|,(?=["'“])|>(?!\\s)|is|was|ist|es|est|:{1,3}=|\\?=|=>|\\|\\||-|—|–|→)?[*_\`]{0,2}\\s{0,3}${TAGS}[\\\\"'\`*“„«‘”]{0,2}(?:\\((?=[^()\\n]{2,40}\\)))?`;

const NUMBER_BEHIND =
  "(?:s|en|n|e|'s)?[ _.-]{0,2}(?:#|(?:ids?|identifier|identification|numbers?|nummer|num|nos?|nr|nbr|code|kennung)(?![a-z]))";
const NUMBER_BEFORE =
  "(?:n[uú]mero|numéro|n[uú]m\\.?|n[º°]|c[oó]digo|codice|identificador|identifiant)[ _-]{1,2}(?:d(?:e[ _-]l'|e[ _-]la[ _-]|el[ _-]|es[ _-]|e[ _-]|u[ _-]|'|i[ _-]|o[ _-]|a[ _-]|ell')|van[ _-])?";
const BEFORE_ANCHORS: readonly Exclude<Anchor, string>[] = [
  ...['numero', 'número', 'numéro', 'num', 'núm', 'nº ', 'n° ', 'nº_', 'n°_', 'nº-', 'n°-'],
  ...['codigo', 'código', 'codice', 'identificador', 'identifiant'],
].map((text) => ({ text, starts: true, ends: /[a-z]$/.test(text) }));

/** In every text, and beginnings of other words. */
const USUAL = /^(?:number|code|date|name|user|file|valid|record|card|national|hospital|group|driver)$/;
/** Shorter first words begin too many others. */
const MIN_FIRST = 5;

/**
 * What is looked for to find a label, in any case: its first word, or its first two where that is short or usual. A space of the label
 * may be missing or another sign in the text.
 */
function anchorsOf(label: string): Exclude<Anchor, string>[] {
  const [first = '', ...others] = label.split(/[ '’]/);
  if (others.length > 0 && first.length >= MIN_FIRST && !USUAL.test(first))
    return [{ text: first, starts: true, ends: false }];
  const two = /^\S+ \S+(?= )/.exec(label)?.[0] ?? label;
  return [...new Set([' ', '_', '-', '.', ''].map((sign) => two.replace(' ', sign)))].map((text) => ({
    text,
    starts: true,
    ends: two === label && /[a-z]$/.test(text),
  }));
}

/** The number of `[PASSWORD_1]` is no value. */
const NOT_IN_PLACEHOLDER = '(?:(?<!_)|(?!\\d+[a-z]?\\]))(?!_\\d+[a-z]?\\])';

const anyOf = (labels: readonly string[]): string =>
  labels.map((text) => text.replace(/[.()]/g, '\\$&').replaceAll(' ', '[ _.-]?')).join('|');

export function defineLabelled({
  labels = [],
  nouns = [],
  value,
  score = 0.75,
  ...rest
}: LabelledDefinition): Recognizer {
  const wholes = labels.length > 0 ? [`(?:${anyOf(labels)})(?![a-z])`] : [];
  const numbers =
    nouns.length > 0
      ? [`(?:${anyOf(nouns)})${NUMBER_BEHIND}`, `${NUMBER_BEFORE}(?:${anyOf(nouns)})(?![a-z])`]
      : [];
  const anchors = [
    ...labels.flatMap(anchorsOf),
    ...nouns.map((noun) => ({ text: noun.split(' ')[0] as string, starts: true, ends: false })),
    ...(nouns.length > 0 ? BEFORE_ANCHORS : []),
  ];
  return defineRecognizer({
    ...rest,
    anchors: [...new Map(anchors.map((anchor) => [JSON.stringify(anchor), anchor])).values()],
    lead: 0,
    patterns: [
      {
        regex: new RegExp(
          `(?<![A-Za-z\\d\\u00c0-\\u02ff])(?:${[...wholes, ...numbers].join('|')})${LABEL_GAP}${NOT_IN_PLACEHOLDER}(?<value>${value})(?![A-Za-z\\d_\\u00c0-\\u02ff])`,
          'gi',
        ),
        score,
      },
    ],
  });
}
