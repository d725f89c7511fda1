// The held-out requests (*.jsonl, written by hand; no frame, name or domain of them is in the training texts) and how an answer
// counts as right.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';

export interface Item {
  user: string;
  /** The right answer; of `extract` the values by key. */
  want?: string | Record<string, string | null>;
  /** Of `classify`: what may be answered. */
  labels?: string[];
  kind?: string;
  /** Of `title` and `summary`: what must stand in the answer, in any case, and the most words it may have. */
  must?: string[];
  words?: number;
  /** Answers are compared as JSON. */
  json?: boolean;
  refuse?: boolean;
}

export const TASKS = [
  'extract',
  'classify',
  'question',
  'redact',
  'title',
  'summary',
  'casing',
  'convert',
  'refuse',
] as const;
export type Task = (typeof TASKS)[number];

export const itemsOf = (task: Task): Item[] =>
  readFileSync(join(packageRoot, 'models', 'eval', `${task}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Item);

export const keysOf = ({ want }: Item): string[] => Object.keys(want as Record<string, string>);

/** The schema that an extraction is held to: the keys in their order, each a string or null. */
export const schemaOf = (item: Item) => ({
  type: 'object',
  properties: Object.fromEntries(keysOf(item).map((key) => [key, { type: ['string', 'null'] }])),
  required: keysOf(item),
  additionalProperties: false,
});

const LONGEST_SHORT_ANSWER = 12; // words

/** Case, outer punctuation and articles do not matter. */
export const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[\s"'’.,;:!?]+/gu, ' ')
    .trim()
    .replace(/^(?:the|a|an|in|on|at|from) /, '');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function rightValues(item: Item, answer: string): number {
  const found = parsed(answer);
  if (typeof found !== 'object' || found === null) return 0;
  const values = found as Record<string, unknown>;
  const want = item.want as Record<string, string>;
  const right = keysOf(item).filter(
    (key) => typeof values[key] === 'string' && plain(values[key]) === plain(want[key]!),
  );
  return right.length / keysOf(item).length;
}

/** 0 to 1: of `extract` the share of right values, of all others right or wrong. */
export function score(task: Task, item: Item, given: string): number {
  const answer = given.trim();
  const right = (isRight: boolean): number => (isRight ? 1 : 0);
  if (task === 'extract') return rightValues(item, answer);
  if (task === 'refuse') return right(/\b(?:can't|cannot|can not)\b/i.test(answer));
  const words = answer.split(/\s+/).length;
  if (task === 'title' || task === 'summary') {
    const text = answer.toLowerCase();
    return right(words <= item.words! && item.must!.every((part) => text.includes(part.toLowerCase())));
  }
  const want = item.want as string;
  if (task === 'question') return right(words <= LONGEST_SHORT_ANSWER && plain(answer).includes(plain(want)));
  if (item.json) return right(JSON.stringify(parsed(answer)) === JSON.stringify(JSON.parse(want)));
  if (task === 'classify') return right(plain(answer) === plain(want));
  return right(answer === want);
}
