// What a text is about: health, law, money, employment, source code. Words of topics/ are counted once each, wherever they stand, in
// any of eight languages; a long text must have more of them. One pass over the letters, nothing allocated per word.
import type { ChatRequest } from '../../contract/chat.ts';
import { TOPICS, type Topic } from '../../contract/policy.ts';
import { codeUnits } from '../code-units.ts';
import type { TopicWords } from './define-topic.ts';
import { mixLetter } from './lexicon.ts';
import finance from './topics/finance.ts';
import health from './topics/health.ts';
import hr from './topics/hr.ts';
import legal from './topics/legal.ts';
import sourceCode from './topics/source-code.ts';

/** Longer texts are read at both ends. */
const END_CHARS = 4096;
/** Of a request, the newest messages first. */
const MOST_CHARS = 16_384;
/** A text has a topic from so many points on, however short it is. */
const LEAST_POINTS = 3;
/** Words of source code are everybody's: so many of a hundred characters must be signs as well. */
const LEAST_CODE_SIGNS = 3;

/** Letters a to z as 1 to 26, whatever their case and accents; everything else 0. */
const LETTER = new Uint8Array(0x250);
for (let code = 0; code < LETTER.length; code += 1) {
  const base = String.fromCharCode(code).normalize('NFD').toLowerCase().charCodeAt(0);
  if (base >= 97 && base <= 122) LETTER[code] = base - 96;
}
for (const [char, base] of ['ßs', 'øo', 'Øo', 'łl', 'Łl', 'æa', 'Æa', 'œo', 'Œo', 'đd', 'Đd', 'ıi'] as const)
  LETTER[char!.charCodeAt(0)] = base!.charCodeAt(0) - 96;

const SIGN = new Uint8Array(128);
for (const char of '{}[]();=<>_|&*+') SIGN[char.charCodeAt(0)] = 1;

interface Entry {
  /** Index into TOPICS. */
  topic: number;
  points: number;
  length: number;
  isStem: boolean;
  /** When it was last counted: a word says the same the second time. */
  seen: number;
}

const WHOLE = 1;
const STEM = 2;
const FLAG_MASK = 0xffff;
/** By the low bits of a hash: may a word, or the beginning of one, have it? */
const flags = new Uint8Array(FLAG_MASK + 1);
/** By hash. Thirty bits and the length decide: a wrong word in a thousand million costs less than comparing letters. */
const entries = new Map<number, Entry[]>();

/** In the order of TOPICS. */
const ALL: readonly TopicWords[] = [health, legal, finance, hr, sourceCode];
for (const { topic, words } of ALL)
  for (const { text, isStem, points } of words) {
    let hash = 0;
    for (let i = 0; i < text.length; i += 1) hash = mixLetter(hash, text.charCodeAt(i) - 96);
    flags[hash & FLAG_MASK]! |= isStem ? STEM : WHOLE;
    const entry = { topic: TOPICS.indexOf(topic), points, length: text.length, isStem, seen: 0 };
    entries.set(hash, [...(entries.get(hash) ?? []), entry]);
  }

const SOURCE_CODE = TOPICS.indexOf('source_code');
// Of the text that is being read.
const points: number[] = TOPICS.map(() => 0);
let words = 0;
let signs = 0;
let characters = 0;
/** The number of the text. */
let reading = 0;

function countWord(hash: number, length: number, isStem: boolean): void {
  const found = entries.get(hash);
  if (found === undefined) return;
  for (const entry of found) {
    if (entry.length !== length || entry.isStem !== isStem || entry.seen === reading) continue;
    entry.seen = reading;
    points[entry.topic]! += entry.points;
  }
}

function read(text: string): void {
  const units = codeUnits(text);
  const { length: end } = text;
  let hash = 0;
  let length = 0;
  for (let i = 0; i <= end; i += 1) {
    const code = i < end ? units[i]! : 32;
    const letter = code < 0x250 ? LETTER[code]! : 0;
    if (letter !== 0) {
      hash = mixLetter(hash, letter);
      length += 1;
      if ((flags[hash & FLAG_MASK]! & STEM) !== 0) countWord(hash, length, true);
      continue;
    }
    if (length > 0) {
      words += 1;
      if ((flags[hash & FLAG_MASK]! & WHOLE) !== 0) countWord(hash, length, false);
      hash = 0;
      length = 0;
    }
    if (code < 128) signs += SIGN[code]!;
  }
  characters += end;
}

/** What a text is about, in the order of TOPICS. */
export function topicsOfText(text: string): Topic[] {
  points.fill(0);
  [words, signs, characters] = [0, 0, 0];
  reading += 1;
  if (text.length <= 2 * END_CHARS) read(text);
  else {
    read(text.slice(0, END_CHARS));
    read(text.slice(-END_CHARS));
  }
  const hasSigns = 100 * signs >= LEAST_CODE_SIGNS * characters;
  return ALL.filter(
    ({ fixedPoints, pointsPerWord }, topic) =>
      points[topic]! >= Math.max(LEAST_POINTS, fixedPoints + pointsPerWord * words) &&
      (topic !== SOURCE_CODE || hasSigns),
  ).map(({ topic }) => topic);
}

/** What any of a request's messages is about, in the order of TOPICS. Pure and total; the time is bounded for any size. */
export function topicsOf({ messages }: Pick<ChatRequest, 'messages'>): Topic[] {
  const found = new Set<Topic>();
  let left = MOST_CHARS;
  const add = (text: string): void => {
    if (left <= 0) return;
    left -= Math.min(text.length, 2 * END_CHARS);
    for (const topic of topicsOfText(text)) found.add(topic);
  };
  for (let i = messages.length - 1; i >= 0 && left > 0; i -= 1) {
    const { content, tool_calls } = messages[i]!;
    if (typeof content === 'string') add(content);
    else if (Array.isArray(content)) for (const { text } of content) if (typeof text === 'string') add(text);
    for (const call of tool_calls ?? []) if (call.function !== undefined) add(call.function.arguments);
  }
  return TOPICS.filter((topic) => found.has(topic));
}
