// What can be had without a model: the commonest label, or a few lines of rules. The bar that the model must clear.
import { nameFinder } from '../../policies/privacy/names.ts';
import { scanText } from '../../policies/privacy/scan.ts';
import { type Item, keysOf, plain, type Task } from './items.ts';

/** Instruction and text of a request: the longest paragraph, else what follows the first colon. */
export function textOf(user: string): string {
  const parts = user.split('\n\n');
  if (parts.length > 1) return parts.reduce((a, b) => (b.length > a.length ? b : a));
  return user.includes(': ') ? user.slice(user.indexOf(': ') + 2) : user;
}

const CUES: Record<string, RegExp> = {
  positive: /love|great|kind|favourite|well|thank|lovely|gem/i,
  negative: /wrong|never|burnt|leak|crack|boring|dreadful|nobody/i,
  happy: /thank|solved|patient/i,
  unhappy: /nobody|still|wrong/i,
  high: /now|once|urgent|flood/i,
  urgent: /now|once|dead|down/i,
  low: /whenever|nice|no rush|one day/i,
  medium: /couple of days|this week|soon/i,
  German: /\b(?:der|das|und|wir|war)\b/i,
  French: /\b(?:nous|avons|la|des)\b/i,
  Spanish: /\b(?:el|los|todo|unos)\b/i,
  Italian: /\b(?:gli|abbiamo|tutta|al)\b/i,
  English: /\b(?:the|we|with)\b/i,
  Dutch: /\b(?:het|maar|we)\b/i,
  Polish: /[ąęłżś]/i,
  Swedish: /\b(?:det|vi|men)\b/i,
};

/** The first label that has a cue or a word of its own in the text, else the last one. */
function labelled(item: Item): string {
  const text = textOf(item.user);
  const words = new Set(plain(text).split(' '));
  const hit = item.labels!.find(
    (label) =>
      CUES[label]?.test(text) ||
      plain(label.replaceAll('_', ' '))
        .split(' ')
        .some((w) => words.has(w)),
  );
  return hit ?? item.labels!.at(-1)!;
}

const finder = nameFinder(['PERSON', 'ADDRESS'], 'balanced');
const PLACEHOLDERS: Record<string, string> = {
  PERSON: 'NAME',
  EMAIL: 'EMAIL',
  PHONE: 'PHONE',
  ADDRESS: 'ADDRESS',
};

function redacted(text: string): string {
  let out = '';
  let at = 0;
  for (const { type, start, end } of scanText(text, { names: finder })) {
    if (PLACEHOLDERS[type] === undefined) continue;
    out += `${text.slice(at, start)}[${PLACEHOLDERS[type]}]`;
    at = end;
  }
  return out + text.slice(at);
}

function extracted(item: Item): string {
  const values = keysOf(item).map((key) => {
    const label = key.replaceAll('_', '[ _]');
    return [key, new RegExp(`^${label}: *(.+)$`, 'im').exec(item.user)?.[1] ?? null];
  });
  return JSON.stringify(Object.fromEntries(values));
}

const sentences = (text: string): string[] => text.match(/[^.!?]+[.!?]*/g)?.map((s) => s.trim()) ?? [text];

/** The sentence that shares most words with the question. */
function nearest(user: string): string {
  const parts = sentences(user.replaceAll('\n', ' '));
  const asked = parts.findLast((part) => part.endsWith('?')) ?? '';
  const words = new Set(plain(asked).split(' '));
  const overlap = (part: string): number =>
    part === asked
      ? -1
      : plain(part)
          .split(' ')
          .filter((word) => words.has(word)).length;
  return parts.reduce((a, b) => (overlap(b) > overlap(a) ? b : a));
}

const RULES: Record<Task, (item: Item) => string> = {
  extract: extracted,
  classify: labelled,
  question: ({ user }) => nearest(user),
  redact: ({ user }) => redacted(textOf(user)),
  title: ({ user }) => textOf(user).split(/\s+/).slice(0, 8).join(' '),
  summary: ({ user }) => sentences(textOf(user))[0]!,
  casing: ({ user }) => {
    const text = textOf(user);
    return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
  },
  convert: ({ user }) => textOf(user),
  refuse: () => '',
};

export const byRules = (task: Task, item: Item): string => RULES[task](item);
