// Finds PII and secrets in one text. Pure; linear in the text's length. docs/adding-a-recognizer.md says how a recognizer
// is written, text-index.ts which ones run and where.
import type { Finding, Recognizer, TextIndex } from '../../contract/recognizer.ts';
import { createContextSearch } from './context-words.ts';
import { TERMINAL_ORDER } from './encoded-characters.ts';
import { type EncodedText, encodedTexts, mayHaveEncodedText } from './encoded-text.ts';
import { createLayoutMatcher } from './layouts.ts';
import type { NameFinder } from './names.ts';
import { mayHaveView, normalView } from './normal-view.ts';
import { addAround, hasRemainder, resolveOverlaps } from './overlaps.ts';
import { createPatternRunner, type Judge } from './patterns.ts';
import { registry } from './recognizers/_registry.gen.ts';
import { createTextReader, type Reading } from './text-index.ts';
import { hasWindowsPath, unglued, ungluedForNames } from './unglued.ts';

export interface ScanOptions {
  /** Findings below are dropped, 0 … 1. Default 0.5. */
  minScore?: number | undefined;
  /** Overrides `minScore` for single types. */
  minScores?: Readonly<Record<string, number>> | undefined;
  /** Only these types; a set is not changed once it was given. Default: all. */
  types?: ReadonlySet<string> | undefined;
  /** What the text is called where it stands, e.g. its JSON key: read as context in front of it. */
  label?: string;
  /** Finds what no pattern can: persons, addresses, places, organisations (names.ts). Default: not looked for. */
  names?: Pick<NameFinder, 'find'> | undefined;
}

export const DEFAULT_MIN_SCORE = 0.5;
const CONTEXT_BOOST = 0.35;
/** A match with less by itself is a number like others. */
const WEAK = 0.5;
/** A loser's remainder is looked at again: `+49 30 901820 4111 1111 1111 1111` is a phone number before a card number. */
const MAX_ROUNDS = 4;

const WANTED = 1;
const UNWANTED = 2;

/** What of a recognizer is asked for each match. */
interface Rule extends Pick<Recognizer, 'type' | 'name'> {
  hasContext: boolean;
  validate: Recognizer['validate'] | undefined;
  hasLayouts: boolean;
}

/** The text with its findings blanked out by line ends, which no recognizer reads across; offsets stay. */
function blank(text: string, findings: readonly Finding[]): string {
  let out = '';
  let copied = 0;
  for (const { start, end } of findings) {
    out += text.slice(copied, start) + '\n'.repeat(end - start);
    copied = end;
  }
  return out + text.slice(copied);
}

/** Of a written line end or an order to a terminal: how a text before a value ends, how one behind it begins. */
const ENDS_IN_ESCAPE = /(?:\\[nrt]|[\\%](?:[ux](?:00)?)?0[9ad]|\[[\d;?]{0,16}[a-z])$/i;
const BEGINS_WITH_ESCAPE = new RegExp(`^(?:\\\\[nrt]|%0[9ad]|\\\\(?:u00|x)0[9ad]|${TERMINAL_ORDER})`, 'i');
const LONGEST_ESCAPE = 24;
/** Did a finding take what is no part of it, as `nanna@example.com` of `\nanna@example.com`? @param other within it, perhaps */
const tookEscape = (text: string, { type, start, end }: Finding, other: Finding): boolean =>
  other.type === type &&
  other.end <= end &&
  other.end - other.start < end - start &&
  (other.start === start ||
    ENDS_IN_ESCAPE.test(text.slice(Math.max(0, start - 1, other.start - LONGEST_ESCAPE), other.start))) &&
  (other.end === end || BEGINS_WITH_ESCAPE.test(text.slice(other.end, other.end + LONGEST_ESCAPE)));

/** What a text shows as it stands, and what another reading of it does. Both sorted. */
function joined(text: string, kept: readonly Finding[], hidden: readonly Finding[]): Finding[] {
  let next = 0;
  const whole = kept.filter((finding) => {
    while (next < hidden.length && (hidden[next] as Finding).start < finding.start) next += 1;
    for (let i = next; i < hidden.length && (hidden[i] as Finding).start < finding.end; i += 1)
      if (tookEscape(text, finding, hidden[i] as Finding)) return false;
    return true;
  });
  return resolveOverlaps([...whole, ...hidden]);
}

/** The findings without addresses that are parts of one that the tagger found: an address is one value. */
function withoutPartsOf(named: readonly Finding[], kept: readonly Finding[]): readonly Finding[] {
  const addresses = named.filter(({ type }) => type === 'ADDRESS');
  if (addresses.length === 0) return kept;
  return kept.filter(
    ({ type, start, end }) =>
      type !== 'ADDRESS' || !addresses.some((whole) => whole.start <= start && whole.end >= end),
  );
}

/** A scan over a set of recognizers. `usePrefilter: false` runs them all everywhere: the slow truth that tests compare with. */
export function createScanner(
  recognizers: readonly Recognizer[],
  usePrefilter = true,
): (text: string, options?: ScanOptions) => Finding[] {
  const read = createTextReader(recognizers, usePrefilter);
  const matchLayouts = createLayoutMatcher(recognizers);
  const hasContext = createContextSearch(recognizers);
  const runners = recognizers.map((recognizer, owner) =>
    createPatternRunner(recognizer, owner, usePrefilter),
  );

  const scan = (text: string, options: ScanOptions = {}): Finding[] => {
    if (options.label !== undefined && options.label !== '')
      return scanLabelled(text, options.label, options);
    const plain = unglued(text);
    const kept = plain === text ? scanPatterns(text, options) : scanUnglued(text, plain, options);
    if (options.names === undefined) return kept;
    const { minScore = DEFAULT_MIN_SCORE, minScores = {} } = options;
    const named = options.names
      .find(ungluedForNames(plain))
      .filter(
        ({ type, score }) => score >= (minScores[type] ?? minScore) && (options.types?.has(type) ?? true),
      );
    return named.length === 0 ? kept : addAround(withoutPartsOf(named, kept), named, text);
  };

  // Records of one shape: recognizers are of many, and reading a field of such objects is dear.
  const rules = recognizers.map(
    ({ type, name, context, validate, layouts }): Rule => ({
      type,
      name,
      hasContext: context !== undefined,
      validate,
      hasLayouts: layouts !== undefined,
    }),
  );
  // What the text that is being read has given so far: fields rather than arguments, as every match comes by here.
  let found: Finding[] = [];
  let index: TextIndex;
  let floor = 0;
  let floors: Readonly<Record<string, number>> | undefined;
  const isEnough = (type: string, score: number): boolean => score >= (floors?.[type] ?? floor);
  const scoreOf = (owner: number, isAsked: boolean, start: number, end: number, base: number): number =>
    base < 1 && isAsked && hasContext(owner, index, start, end, base < WEAK)
      ? Math.min(1, base + CONTEXT_BOOST)
      : base;

  /** Adds a match of a recognizer unless it is refused. */
  const judge: Judge = (owner, start, end, base) => {
    const { type, name, hasContext: isAsked, validate } = rules[owner] as Rule;
    const verdict = validate?.(index.text.slice(start, end)) ?? null;
    if (verdict === false) return false;
    const score = verdict === true ? 1 : scoreOf(owner, isAsked, start, end, base);
    if (isEnough(type, score)) found.push({ type, start, end, score, recognizer: name });
    return true;
  };

  /** The same for ids by their layout: many share one, few have their words near, and no check makes up for that. */
  const judgeLayout: Judge = (owner, start, end, base) => {
    const { type, name, hasContext: isAsked, validate } = rules[owner] as Rule;
    const score = scoreOf(owner, isAsked, start, end, base);
    if (!isEnough(type, score) || validate?.(index.text.slice(start, end)) === false) return false;
    found.push({ type, start, end, score, recognizer: name });
    return true;
  };

  // By recognizer, whether the types that were wanted last hold its own: a text wakes dozens, and most texts are read for the same types.
  let wantedTypes: ReadonlySet<string> | undefined;
  const wanted = new Uint8Array(recognizers.length);
  const isWanted = (types: ReadonlySet<string>, owner: number, type: string): boolean => {
    if (wanted[owner] === 0) wanted[owner] = types.has(type) ? WANTED : UNWANTED;
    return wanted[owner] === WANTED;
  };

  /** All that recognizers find in a text that was read. */
  function findAll(reading: Reading, types: ReadonlySet<string> | undefined): Finding[] {
    const { active, owners } = reading;
    if (types !== undefined && types !== wantedTypes) {
      wantedTypes = types;
      wanted.fill(0);
    }
    found = [];
    index = reading.index;
    let hasLayouts = false;
    for (let i = 0; i < owners.length; i += 1) {
      const owner = owners[i] as number;
      const rule = rules[owner] as Rule;
      if (types !== undefined && !isWanted(types, owner, rule.type)) {
        active[owner] = 0;
        continue;
      }
      hasLayouts ||= rule.hasLayouts;
      runners[owner]?.(reading, judge);
    }
    if (hasLayouts) matchLayouts?.(reading.index, active, judgeLayout);
    return found;
  }

  function scanPatterns(text: string, options: ScanOptions, depth = 0): Finding[] {
    floor = options.minScore ?? DEFAULT_MIN_SCORE;
    floors = options.minScores;
    let kept: Finding[] = [];
    let rest = text;
    let hasView = false;
    let encoded: readonly EncodedText[] = [];
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const reading = read(rest);
      if (round === 0 && depth === 0) {
        hasView = mayHaveView(text, reading.index.unitsOr);
        if (mayHaveEncodedText(reading.index)) encoded = encodedTexts(reading.index);
      }
      if (reading.owners.length === 0) break;
      const strong = findAll(reading, options.types);
      const resolved = resolveOverlaps(strong);
      kept = round === 0 ? resolved : resolveOverlaps([...kept, ...resolved]);
      if (!hasRemainder(strong, resolved)) break;
      rest = blank(text, kept);
    }
    if (hasView) {
      const seen = scanView(text, options);
      if (seen.length > 0) kept = joined(text, kept, seen);
    }
    const hidden = scanEncoded(encoded, options);
    return hidden.length === 0 ? kept : resolveOverlaps([...kept, ...hidden]);
  }

  /** A text that has signs glued to what it says, by what it says. */
  function scanUnglued(text: string, plain: string, options: ScanOptions): Finding[] {
    const found = scanPatterns(plain, options);
    return hasWindowsPath(text) ? joined(text, scanPatterns(text, options), found) : found;
  }

  /** What only the normal view of a text shows, at its places in the text. */
  function scanView(text: string, options: ScanOptions): Finding[] {
    const view = normalView(text);
    if (view === null) return [];
    return scanPatterns(view.text, options, 1).map((finding) => ({
      ...finding,
      start: view.starts[finding.start] as number,
      end: view.ends[finding.end - 1] as number,
    }));
  }

  /** A run of Base64 with something in it is found as a whole. */
  const scanEncoded = (encoded: readonly EncodedText[], options: ScanOptions): Finding[] =>
    encoded.flatMap(({ start, end, decoded }) => {
      const [first] = scanPatterns(decoded, options, 1).sort((a, b) => b.score - a.score);
      return first === undefined ? [] : [{ ...first, start, end }];
    });

  function scanLabelled(text: string, label: string, options: ScanOptions): Finding[] {
    const prefix = `${label}: `;
    const { label: _, ...rest } = options;
    return scan(prefix + text, rest)
      .filter((finding) => finding.end > prefix.length)
      .map((finding) => ({
        ...finding,
        start: Math.max(0, finding.start - prefix.length),
        end: finding.end - prefix.length,
      }));
  }

  return scan;
}

/**
 * All PII and secrets in a text: sorted by start, never overlapping (see resolveOverlaps).
 * @example scanText('write to jo@example.org') // [{type: 'EMAIL', start: 9, end: 23, score: 0.9, recognizer: 'email'}]
 */
export const scanText = createScanner(Object.values(registry));
