// Labelled texts with other people in them: what stands around a name must tell that it is one, not only that it is this name.
import type { LabelledText } from './labelled.ts';
import type { Random } from './random.ts';
import type { Slots } from './slots.ts';

/** Share of the texts whose persons are others, and of the persons in them. */
const TEXTS = 0.35;
const PERSONS = 0.7;

/** One to three words of letters: initials, handles and what else is odd stays. */
const PLAIN = /^\p{L}[\p{L}\p{M}'’-]+(?: \p{L}[\p{L}\p{M}'’-]+){0,2}$/u;

/** A name of as many words, in the same case. */
function otherName(name: string, slots: Slots): string {
  const count = name.split(' ').length;
  const other =
    count === 1
      ? slots.fill(name.length % 2 === 0 ? 'FIRST' : 'LAST', 'en_US')
      : `${slots.fill('FIRST', 'en_US')} ${slots.fill('LAST', 'en_US')}`;
  if (name === name.toLowerCase()) return other.toLowerCase();
  return name === name.toUpperCase() ? other.toUpperCase() : other;
}

/** The text, or the same with other persons' names. */
export function swapNames(text: LabelledText, slots: Slots, random: Random): LabelledText {
  if (!text.spans.some(({ type }) => type === 'PERSON') || !random.chance(TEXTS)) return text;
  let out = '';
  let at = 0;
  const spans: LabelledText['spans'] = [];
  for (const { start, end, type } of text.spans) {
    const value = text.text.slice(start, end);
    const isSwapped = type === 'PERSON' && PLAIN.test(value) && random.chance(PERSONS);
    out += text.text.slice(at, start);
    const from = out.length;
    out += isSwapped ? otherName(value, slots) : value;
    spans.push({ start: from, end: out.length, type });
    at = end;
  }
  return { text: out + text.text.slice(at), spans };
}
