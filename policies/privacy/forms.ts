// What is to be replaced in a request, as data: every private value in every way it is written (a form), with its number, and
// the spans of each text. Forms of one value share a number and have letters: `John Smith` is PERSON 1, `Smith` is PERSON 1b.
//
// Numbers follow from the conversation alone, in the order in which values became known, so that a conversation which grows keeps
// the numbers of its earlier turns (and the upstream its prompt cache).
import type { ChatRequest } from '../../contract/chat.ts';
import type { Inspection } from './conversation.ts';
import { fold } from './name-places.ts';
import {
  createOtherPlaces,
  isDerived,
  type OtherPlace,
  type Span,
  standing,
  uniteSpans,
} from './other-places.ts';
import { wordOf } from './placeholder-words.ts';
import { findPlaceholderKeys, placeholderKey, placeholderWords } from './placeholders.ts';
import { sortFew } from './sort-few.ts';
import { mapTextSlots } from './text-slots.ts';
import { rememberedForms, type ValueForms } from './value-view.ts';

export interface Form {
  type: string;
  value: string;
  /** In which it is looked for. */
  forms: ValueForms;
  number: number;
  /** '' for the first form of a value, then b ... z. */
  variant: string;
  /** A number of a JSON value, not a text. */
  isNumber: boolean;
  /** Stands in system messages and tools' definitions only. */
  isSystemOnly: boolean;
  /** Joined to a word or another value somewhere: what looks like a word could not be found again there. */
  isGlued: boolean;
}

/** Is the value put back in texts? One that is not may share its number with a placeholder that stands there. */
export type IsShown = (form: Pick<Form, 'type' | 'isSystemOnly'>) => boolean;

export interface RequestForms {
  /** Does this text stand somewhere in the request? In any case. */
  hasText(text: string): boolean;
  /** In the order of their numbers. */
  forms: readonly Form[];
  /** Sorted and disjoint; texts without any are left out. */
  spans: ReadonlyMap<string, readonly Span[]>;
}

export const formKey = (value: string, isNumber: boolean): string => `${isNumber ? 'n' : 't'}${value}`;

interface SeenText {
  index: number;
  isText: boolean;
  isNumber: boolean;
  isSystemOnly: boolean;
}

const SYSTEM_ROLES = new Set(['system', 'developer']);

/** Every text of the request once, in the order of first appearance. */
function textsOf(request: ChatRequest): Map<string, SeenText> {
  const texts = new Map<string, SeenText>();
  mapTextSlots(request, (text, _label, place) => {
    const isSystem = place?.role === undefined ? place?.isDefinition === true : SYSTEM_ROLES.has(place.role);
    const isNumber = place?.isNumber === true;
    const seen = texts.get(text);
    if (seen === undefined) {
      texts.set(text, { index: texts.size, isText: !isNumber, isNumber, isSystemOnly: isSystem });
    } else {
      seen.isText ||= !isNumber;
      seen.isNumber ||= isNumber;
      seen.isSystemOnly &&= isSystem;
    }
    return text;
  });
  return texts;
}

const wordsOf = (name: string): string[] => fold(name).match(/\p{L}[\p{L}\p{M}]*/gu) ?? [];

/** Most values stand where they were found and nowhere else; with more of them it costs more to see that than it saves. */
const FEW = 8;

/** The places of a text at which a found value stands alone, but for those at which it was found when there are few. */
function unfound(found: readonly Span[], places: readonly OtherPlace[]): readonly OtherPlace[] {
  const others =
    found.length > FEW
      ? places
      : places.filter(({ start, end }) => !found.some((span) => span.start === start && span.end === end));
  if (others.length === 0) return others;
  const edges = {
    starts: new Set(found.map(({ start }) => start)),
    ends: new Set(found.map(({ end }) => end)),
  };
  return standing(others, edges);
}

/** The spans of every text: findings, and the found values at other places. */
function spansOf(
  texts: ReadonlyMap<string, SeenText>,
  inspection: Inspection,
  valueFormsOf: (value: string) => ValueForms,
): Map<string, Span[]> {
  const knownAt = new Map<string, number>();
  const nameKnownAt = new Map<string, number>();
  for (const [text, findings] of inspection.spans) {
    const index = texts.get(text)?.index ?? 0;
    for (const finding of findings) {
      if (isDerived(finding)) continue;
      const value = text.slice(finding.start, finding.end);
      if (!knownAt.has(value)) knownAt.set(value, index);
      if (finding.type !== 'PERSON') continue;
      for (const word of wordsOf(value)) if (!nameKnownAt.has(word)) nameKnownAt.set(word, index);
    }
  }
  const otherPlaces = createOtherPlaces(inspection.values, valueFormsOf);
  const spans = new Map<string, Span[]>();
  for (const [text, { index }] of texts) {
    const found = (inspection.spans.get(text) ?? []).map((finding): Span => {
      const { type, start, end } = finding;
      if (!isDerived(finding)) return { type, start, end, knownAt: index };
      const known = wordsOf(text.slice(start, end)).map((word) => nameKnownAt.get(word) ?? index);
      return { type, start, end, knownAt: Math.max(index, ...known) };
    });
    for (const { start, end, value } of unfound(found, otherPlaces(text))) {
      const type = inspection.values.get(value) as string;
      found.push({ type, start, end, knownAt: Math.max(index, knownAt.get(value) ?? index) });
    }
    if (found.length > 0) spans.set(text, uniteSpans(found));
  }
  return spans;
}

const WORD = /[\p{L}\p{N}\p{M}_]/u;

interface Draft extends Omit<Form, 'number' | 'variant' | 'forms'> {
  order: [knownAt: number, text: number, start: number];
}

function draftsOf(texts: ReadonlyMap<string, SeenText>, spans: ReadonlyMap<string, Span[]>): Draft[] {
  const drafts = new Map<string, Draft>();
  const add = (draft: Draft): void => {
    const key = formKey(draft.value, draft.isNumber);
    const known = drafts.get(key);
    if (known === undefined) drafts.set(key, draft);
    else {
      known.isSystemOnly &&= draft.isSystemOnly;
      known.isGlued ||= draft.isGlued;
      if (byOrder(draft, known) < 0) Object.assign(known, { order: draft.order, type: draft.type });
    }
  };
  for (const [text, list] of spans) {
    const { index, isText, isNumber, isSystemOnly } = texts.get(text) as SeenText;
    for (let i = 0; i < list.length; i += 1) {
      const { type, start, end, knownAt } = list[i] as Span;
      const isGlued =
        (start > 0 && WORD.test(text[start - 1] as string)) ||
        (end < text.length && WORD.test(text[end] as string)) ||
        list[i - 1]?.end === start ||
        list[i + 1]?.start === end;
      const value = text.slice(start, end);
      const order: Draft['order'] = [knownAt, index, start];
      // A number that is replaced in part becomes a text.
      const isWhole = value.length === text.length;
      if (isNumber && isWhole) add({ type, value, isNumber: true, isSystemOnly, isGlued, order });
      if (isText || !isWhole) add({ type, value, isNumber: false, isSystemOnly, isGlued, order });
    }
  }
  return sortFew([...drafts.values()], byOrder);
}

const byOrder = ({ order: a }: Draft, { order: b }: Draft): number =>
  a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

interface Group {
  type: string;
  number: number;
  forms: number;
  /** Of a person: the words of the longest form. */
  words: ReadonlySet<string>;
}

const NO_WORDS: ReadonlySet<string> = new Set();
const LETTERS = ' bcdefghijklmnopqrstuvwxyz';

const isPart = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => {
  for (const word of a) if (!b.has(word)) return false;
  return true;
};

/** Gives every form its number: that of an earlier form of the same value, else the next that is free. */
class Numbering {
  readonly #last = new Map<string, number>();
  readonly #byForm = new Map<string, Group>();
  readonly #persons: Group[] = [];
  readonly #taken: ReadonlySet<string>;
  readonly #formsOf: (value: string) => ValueForms;

  /** @param taken keys of placeholders that stand in the request */
  constructor(taken: ReadonlySet<string>, formsOf: (value: string) => ValueForms) {
    this.#taken = taken;
    this.#formsOf = formsOf;
  }

  number({ type, value, isNumber, isSystemOnly, isGlued }: Draft, isShown: boolean): Form {
    const forms = this.#formsOf(value);
    const { normal, compact } = forms;
    const words = type === 'PERSON' ? new Set(wordsOf(value)) : NO_WORDS;
    const known =
      this.#byForm.get(normal) ??
      (compact === '' ? undefined : this.#byForm.get(compact)) ??
      this.#personWith(words);
    const group = known !== undefined && known.forms < LETTERS.length ? known : this.#create(type, isShown);
    if (normal !== '') this.#byForm.set(normal, group);
    if (compact !== '') this.#byForm.set(compact, group);
    if (words.size > group.words.size) group.words = words;
    const variant = LETTERS[group.forms]?.trim() ?? '';
    group.forms += 1;
    return { type: group.type, value, forms, number: group.number, variant, isNumber, isSystemOnly, isGlued };
  }

  /** The one person of whose name these words are a part, or the other way round; none when there are two. */
  #personWith(words: ReadonlySet<string>): Group | undefined {
    if (words.size === 0) return undefined;
    const fitting = this.#persons.filter((group) => isPart(words, group.words) || isPart(group.words, words));
    return fitting.length === 1 ? fitting[0] : undefined;
  }

  #create(type: string, isShown: boolean): Group {
    const word = wordOf(type);
    let number = (this.#last.get(word) ?? 0) + 1;
    while (isShown && this.#taken.has(placeholderKey(type, number))) number += 1;
    this.#last.set(word, number);
    const group: Group = { type, number, forms: 0, words: NO_WORDS };
    if (type === 'PERSON') this.#persons.push(group);
    return group;
  }
}

/** Pure. A text that already looks like a placeholder keeps its meaning: no value that is shown is given its number. */
export function formsOf(
  request: ChatRequest,
  inspection: Inspection,
  isShown: IsShown = () => true,
): RequestForms {
  const texts = textsOf(request);
  const valueFormsOf = rememberedForms();
  const spans = spansOf(texts, inspection, valueFormsOf);
  const drafts = draftsOf(texts, spans);
  const taken = new Set<string>();
  const words = placeholderWords(drafts.map(({ type }) => type));
  for (const text of texts.keys()) findPlaceholderKeys(text, words, taken);
  const numbering = new Numbering(taken, valueFormsOf);
  const forms = drafts.map((draft) => numbering.number(draft, isShown(draft)));
  let lowered: string[] | undefined;
  return {
    forms,
    spans,
    hasText(text) {
      lowered ??= Array.from(texts.keys(), (one) => one.toLowerCase());
      return lowered.some((one) => one.includes(text.toLowerCase()));
    },
  };
}
