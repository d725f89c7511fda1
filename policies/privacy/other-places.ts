// A value found once is found at every other place of the conversation, however it is written there (value-view.ts says what
// counts as the same). Persons' parts are name-places.ts's.
import type { Finding } from '../../contract/recognizer.ts';
import { isSearchable } from './name-places.ts';
import { TAGGED_TYPES } from './tagger/labels.ts';
import { createValueSearch } from './value-search.ts';
import {
  compactView,
  originalSpan,
  splitsWord,
  type ValueForms,
  valueForms,
  valueView,
} from './value-view.ts';

/** Shorter values are everywhere: they are replaced where they were found. */
const MIN_LENGTH = 5;

export interface OtherPlace {
  start: number;
  end: number;
  /** The found value that stands here in some form. */
  value: string;
  /** Where the word ends that it joins, and where the one begins that goes on; null: it stands alone on that side. */
  wordBefore: number | null;
  wordAfter: number | null;
}

export type FindOtherPlaces = (text: string) => OtherPlace[];

/** A value's own words are not looked for in another form where they may mean something else. */
const isExactOnly = (value: string, type: string): boolean => TAGGED_TYPES.has(type) && !/\s/.test(value);

/**
 * @param values value -> type
 * @param formsOf what gives a value's forms, where they are remembered
 */
export function createOtherPlaces(
  values: ReadonlyMap<string, string>,
  formsOf: (value: string) => ValueForms = valueForms,
): FindOtherPlaces {
  /** Normal form -> the first value that has it. */
  const byNormal = new Map<string, string>();
  const byCompact = new Map<string, string>();
  for (const [value, type] of values) {
    if (!isSearchable(value, type)) continue;
    const { normal, compact } = formsOf(value);
    if (normal.length >= MIN_LENGTH && !byNormal.has(normal)) byNormal.set(normal, value);
    if (compact !== '' && !byCompact.has(compact)) byCompact.set(compact, value);
  }
  if (byNormal.size === 0) return () => [];
  const search = createValueSearch([...byNormal.keys()]);
  const searchCompact = byCompact.size > 0 ? createValueSearch([...byCompact.keys()]) : null;

  return (text) => {
    const places: OtherPlace[] = [];
    const view = valueView(text);
    const add = (start: number, end: number, value: string): void => {
      const wordBefore = splitsWord(text, view, start) ? originalSpan(view, start - 1, start).end : null;
      const wordAfter = splitsWord(text, view, end) ? originalSpan(view, end, end + 1).start : null;
      const span = originalSpan(view, start, end);
      if (isExactOnly(value, values.get(value) as string) && text.slice(span.start, span.end) !== value)
        return;
      places.push({ value, wordBefore, wordAfter, ...span });
    };
    search(view.text, ({ start, end, value }) => add(start, end, byNormal.get(value) as string));
    if (searchCompact !== null && /\d/.test(view.text)) {
      const compact = compactView(view);
      searchCompact(compact.text, ({ start, end, value }) =>
        add(compact.placeOf(start), compact.placeOf(end - 1) + 1, byCompact.get(value) as string),
      );
    }
    return places;
  };
}

/**
 * The places where a value stands alone, or next to something that is replaced as well.
 * @param edges beginnings and ends of what else is replaced; those of the places given back are added
 */
export function standing(
  places: readonly OtherPlace[],
  edges: { starts: Set<number>; ends: Set<number> },
): OtherPlace[] {
  const out: OtherPlace[] = [];
  let waiting = places;
  for (let before = -1; before !== out.length; ) {
    before = out.length;
    waiting = waiting.filter((place) => {
      const isOpen =
        (place.wordBefore !== null && !edges.ends.has(place.wordBefore)) ||
        (place.wordAfter !== null && !edges.starts.has(place.wordAfter));
      if (isOpen) return true;
      edges.starts.add(place.start);
      edges.ends.add(place.end);
      out.push(place);
      return false;
    });
  }
  return out;
}

/** A stretch of a text that is replaced as a whole. */
export interface Span {
  type: string;
  start: number;
  end: number;
  /** Index of the text in which it became known that this is private: later turns never change it. */
  knownAt: number;
}

/** Findings and other places of one text as disjoint spans, sorted: what overlaps becomes one, so that nothing stays uncovered. */
export function uniteSpans(spans: Span[]): Span[] {
  if (areDisjoint(spans)) return spans;
  const united: Span[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = united.at(-1);
    if (last === undefined || span.start >= last.end) united.push({ ...span });
    else if (span.end > last.end) {
      last.end = span.end;
      last.knownAt = Math.max(last.knownAt, span.knownAt);
    }
  }
  return united;
}

function areDisjoint(spans: readonly Span[]): boolean {
  for (let i = 1; i < spans.length; i += 1)
    if ((spans[i] as Span).start < (spans[i - 1] as Span).end) return false;
  return true;
}

/** Where a finding that name-places.ts added became known: at the first person that has a word of it. */
export const isDerived = ({ recognizer }: Finding): boolean => recognizer === 'name-places';
