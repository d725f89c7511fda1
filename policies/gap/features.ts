// What the gap model sees of a prompt: its task, counts of its shape and of groups of words, no n-grams (those do not carry over
// from one kind of traffic to another). One pass over the first 3 KB and the last 1 KB.

import { TASKS, type Task } from '../../contract/policy.ts';
import { Lexicon, mixLetter } from '../classify/lexicon.ts';
import { codeUnits } from '../code-units.ts';
import { CUE_GROUP_NAMES, CUE_WORDS } from './cues.ts';

const HEAD_CHARS = 3072;
const TAIL_CHARS = 1024;

const SHAPE_FEATURES = [
  'logChars',
  'logWords',
  'logLines',
  'logSentences',
  'wordLength',
  'longWords',
  'wordVariety',
  'logNumbers',
  'longestNumber',
  'digits',
  'options',
  'optionLength',
  'numericOptions',
  'askLength',
  'fences',
  'codeMarks',
  'mathMarks',
  'backslashes',
  'dollars',
  'blanks',
  'brackets',
  'quotes',
  'commas',
  'upperCase',
  'properNames',
  'otherScripts',
  'questionMarks',
  'endsWithQuestion',
  'endsWithColon',
  'startsWithQuestionWord',
  'startsLower',
  'shortestOption',
] as const;

export const GAP_FEATURES: readonly string[] = [
  ...SHAPE_FEATURES,
  ...CUE_GROUP_NAMES,
  ...TASKS.map((task) => `task ${task}`),
];
const SHAPES = SHAPE_FEATURES.length;
/** Where the tasks begin: one of them is 1. */
const TASKS_AT = SHAPES + CUE_GROUP_NAMES.length;
const index = (name: (typeof SHAPE_FEATURES)[number]): number => SHAPE_FEATURES.indexOf(name);
const AT = Object.fromEntries(SHAPE_FEATURES.map((name) => [name, index(name)])) as Record<
  (typeof SHAPE_FEATURES)[number],
  number
>;

const LEXICON = new Lexicon(CUE_WORDS);
const QUESTION_WORDS = new Lexicon(
  new Map(
    'what who whom whose when where which why how is are was were do does did can could will would should'
      .split(' ')
      .map((word) => [word, 1] as const),
  ),
);
/** Hashes of words seen, for their variety; a clash makes a word count as seen. */
const VARIETY_SLOTS = 1024;
const seen = new Uint32Array(VARIETY_SLOTS);
let round = 0;

const log = (value: number): number => Math.log2(1 + value);

/** The features of a prompt in the order of GAP_FEATURES. Linear, capped, pure. @param task as `guessTask` says of the request */
export function gapFeatures(prompt: string, task: Task): number[] {
  const text =
    prompt.length <= HEAD_CHARS + TAIL_CHARS
      ? prompt
      : `${prompt.slice(0, HEAD_CHARS)}\n${prompt.slice(-TAIL_CHARS)}`;
  const units = codeUnits(text);
  const values = new Array<number>(GAP_FEATURES.length).fill(0);
  round = (round + 1) >>> 0;
  let words = 0;
  let letters = 0;
  let longWords = 0;
  let distinct = 0;
  let numbers = 0;
  let longestNumber = 0;
  let digits = 0;
  let lines = 1;
  let sentences = 0;
  let upper = 0;
  let proper = 0;
  let other = 0;
  let codeMarks = 0;
  let mathMarks = 0;
  let options = 0;
  let optionChars = 0;
  let optionStart = -1;
  let numericOptions = 0;
  let shortest = Number.POSITIVE_INFINITY;
  let firstOption = -1;
  let lineStart = true;
  let sentenceStart = true;
  let isQuestion = false;
  const closeOption = (end: number): void => {
    if (optionStart < 0) return;
    optionChars += end - optionStart;
    shortest = Math.min(shortest, end - optionStart);
    optionStart = -1;
  };
  for (let i = 0; i < text.length; ) {
    const code = units[i]!;
    const folded = code | 32;
    if (folded >= 97 && folded <= 122 && code < 128) {
      const start = i;
      let hash = 0;
      let raw = code;
      do {
        hash = mixLetter(hash, raw | 32);
        if (raw < 97) upper += 1;
        i += 1;
        raw = units[i]!;
      } while (raw < 128 && (raw | 32) >= 97 && (raw | 32) <= 122);
      const length = i - start;
      const next = units[i]!;
      // "A. ", "(B) ", "C) " at the start of a line: an option to choose.
      if (lineStart && length === 1 && code <= 74 && (next === 46 || next === 41 || next === 58)) {
        closeOption(start);
        options += 1;
        if (firstOption < 0) firstOption = start;
        i += 1;
        while (units[i]! === 32) i += 1;
        optionStart = i;
        const first = units[i]!;
        if ((first >= 48 && first <= 57) || first === 45 || first === 36 || first === 92) numericOptions += 1;
        lineStart = false;
        sentenceStart = true;
        continue;
      }
      words += 1;
      letters += length;
      if (length > 8) longWords += 1;
      if (code < 97 && !sentenceStart && length > 1) proper += 1;
      const slot = hash & (VARIETY_SLOTS - 1);
      if (seen[slot] !== round) {
        seen[slot] = round;
        distinct += 1;
      }
      const group = LEXICON.valueAt(units, start, i, hash);
      if (group > 0) values[SHAPES + group - 1]! += 1;
      if (words === 1) {
        values[AT.startsLower] = code >= 97 ? 1 : 0;
        isQuestion = QUESTION_WORDS.valueAt(units, start, i, hash) > 0;
      }
      lineStart = false;
      sentenceStart = false;
      continue;
    }
    if (code >= 48 && code <= 57) {
      const start = i;
      while (units[i]! >= 48 && units[i]! <= 57) i += 1;
      numbers += 1;
      digits += i - start;
      if (i - start > longestNumber) longestNumber = i - start;
      lineStart = false;
      sentenceStart = false;
      continue;
    }
    switch (code) {
      case 10:
        lines += 1;
        closeOption(i);
        lineStart = true;
        sentenceStart = true;
        break;
      case 32:
      case 9:
      case 13:
        break;
      case 46:
      case 33:
        sentences += 1;
        sentenceStart = true;
        break;
      case 63:
        values[AT.questionMarks]! += 1;
        sentences += 1;
        sentenceStart = true;
        break;
      case 36:
        values[AT.dollars]! += 1;
        break;
      case 92:
        values[AT.backslashes]! += 1;
        mathMarks += 1;
        break;
      case 95:
        values[AT.blanks]! += 1;
        break;
      case 44:
        values[AT.commas]! += 1;
        break;
      case 34:
      case 39:
      case 0x201c:
      case 0x2019:
        values[AT.quotes]! += 1;
        break;
      case 40:
      case 41:
      case 91:
      case 93:
        // "(A) " at the start of a line keeps the line's start, so that its letter is seen there.
        values[AT.brackets]! += 1;
        if (code === 40 && lineStart) {
          i += 1;
          continue;
        }
        break;
      case 96:
        if (units[i + 1]! === 96 && units[i + 2]! === 96) {
          values[AT.fences]! += 0.5;
          i += 2;
        }
        break;
      case 61:
      case 43:
      case 94:
        mathMarks += 1;
        break;
      case 59:
      case 60:
      case 62:
      case 123:
      case 124:
      case 125:
        codeMarks += 1;
        break;
      default:
        if (code > 0x250 && !(code >= 0x2000 && code < 0x2100)) other += 1;
    }
    if (code !== 32 && code !== 10) lineStart = false;
    i += 1;
  }
  closeOption(text.length);

  const per100 = 100 / Math.max(100, text.length);
  const trimmed = text.trimEnd();
  const ask = firstOption >= 0 ? firstOption : text.length;
  values[AT.logChars] = log(prompt.length);
  values[AT.logWords] = log(words);
  values[AT.logLines] = log(lines);
  values[AT.logSentences] = log(sentences);
  values[AT.wordLength] = words > 0 ? letters / words : 0;
  values[AT.longWords] = longWords / Math.max(4, words);
  values[AT.wordVariety] = words > 0 ? distinct / words : 1;
  values[AT.logNumbers] = log(numbers);
  values[AT.longestNumber] = Math.min(12, longestNumber);
  values[AT.digits] = digits * per100;
  values[AT.options] = options;
  values[AT.optionLength] = options > 0 ? log(optionChars / options) : 0;
  values[AT.numericOptions] = options > 0 ? numericOptions / options : 0;
  values[AT.shortestOption] = options > 0 ? log(shortest) : 0;
  values[AT.askLength] = log(ask);
  values[AT.codeMarks] = log(codeMarks);
  values[AT.mathMarks] = log(mathMarks);
  values[AT.upperCase] = upper / Math.max(8, letters);
  values[AT.properNames] = proper / Math.max(8, words);
  values[AT.otherScripts] = other * per100;
  values[AT.endsWithQuestion] = trimmed.endsWith('?') ? 1 : 0;
  values[AT.endsWithColon] = trimmed.endsWith(':') ? 1 : 0;
  values[AT.startsWithQuestionWord] = isQuestion ? 1 : 0;
  for (const name of [
    'backslashes',
    'dollars',
    'blanks',
    'commas',
    'quotes',
    'brackets',
    'questionMarks',
    'fences',
  ] as const)
    values[AT[name]] = log(values[AT[name]]!);
  for (let group = SHAPES; group < TASKS_AT; group += 1) values[group] = log(values[group]!);
  values[TASKS_AT + TASKS.indexOf(task)] = 1;
  return values;
}
