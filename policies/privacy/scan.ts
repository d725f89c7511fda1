// Finds PII and secrets in one text. Pure; linear in the text's length. docs/adding-a-recognizer.md says how a recognizer
// is written, prefilter.ts which ones run.
import type { Finding, Recognizer } from '../../contract/recognizer.ts';
import { createLayoutMatcher } from './layouts.ts';
import type { NameFinder } from './names.ts';
import { addAround, hasRemainder, resolveOverlaps } from './overlaps.ts';
import { createPrefilter } from './prefilter.ts';
import { registry } from './recognizers/_registry.gen.ts';

export interface ScanOptions {
  /** Findings below are dropped, 0 … 1. Default 0.5. */
  minScore?: number;
  /** Only these types. Default: all. */
  types?: ReadonlySet<string>;
  /** What the text is called where it stands, e.g. its JSON key: read as context in front of it. */
  label?: string;
  /** Finds what no pattern can: persons, addresses, places, organisations (names.ts). Default: not looked for. */
  names?: Pick<NameFinder, 'find'> | undefined;
}

export const DEFAULT_MIN_SCORE = 0.5;
/** Characters on each side of a match in which context words count. */
const CONTEXT_WINDOW = 50;
const CONTEXT_BOOST = 0.35;
const MAX_RETRIED_LENGTH = 64;
/** A loser's remainder is looked at again: `+49 30 901820 4111 1111 1111 1111` is a phone number before a card number. */
const MAX_ROUNDS = 4;

const isWordCode = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 97 && code <= 122) || code === 95 || code > 0xbf;

/** Does one of the words stand in lower-case `text`, not glued to other letters? */
function hasWord(text: string, words: readonly string[]): boolean {
  return words.some((word) => {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      // Chinese has no spaces between words.
      if (word.charCodeAt(0) > 0x2e80) return true;
      const end = at + word.length;
      const before = at > 0 ? text.charCodeAt(at - 1) : 32;
      const after = end < text.length ? text.charCodeAt(end) : 32;
      // `phone_number`, `userPhone` and `phones` count as "phone"; `microphones` does not.
      if ((!isWordCode(before) || before === 95) && (!isWordCode(after) || after === 95 || after === 115))
        return true;
    }
    return false;
  });
}

/** `userPhone` -> `user phone`, lower case. */
const words = (text: string): string => text.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();

function hasContext(text: string, start: number, end: number, context: readonly string[]): boolean {
  const before = words(text.slice(Math.max(0, start - CONTEXT_WINDOW), start));
  return hasWord(before, context) || hasWord(words(text.slice(end, end + CONTEXT_WINDOW)), context);
}

/** Adds the match to `found` unless it is refused. */
function judge(
  { type, name, context, validate }: Recognizer,
  text: string,
  [start, end, base]: [start: number, end: number, base: number],
  found: Finding[],
): boolean {
  const verdict = validate?.(text.slice(start, end)) ?? null;
  if (verdict === false) return false;
  let score = verdict === true ? 1 : base;
  if (score < 1 && context !== undefined && hasContext(text, start, end, context)) {
    score = Math.min(1, score + CONTEXT_BOOST);
  }
  found.push({ type, start, end, score, recognizer: name });
  return true;
}

function runRecognizer(recognizer: Recognizer, text: string, found: Finding[]): void {
  for (const [start, end, score] of recognizer.find?.(text) ?? [])
    judge(recognizer, text, [start, end, score], found);
  for (const { regex, score } of recognizer.patterns) {
    regex.lastIndex = 0;
    for (let match = regex.exec(text); match !== null; match = regex.exec(text)) {
      const whole = match[0];
      const value = match.groups?.['value'] ?? whole;
      const start = match.index + (value === whole ? 0 : whole.lastIndexOf(value));
      // A refused match may have swallowed the beginning of a real one: `1234 4111 1111 1111 1111`.
      // Only behind short matches: starting over inside long ones would take quadratic time.
      if (
        !judge(recognizer, text, [start, start + value.length, score], found) &&
        whole.length <= MAX_RETRIED_LENGTH
      ) {
        regex.lastIndex = match.index + ((text.codePointAt(match.index) as number) > 0xffff ? 2 : 1);
      }
    }
  }
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

/** A scan over a set of recognizers. `usePrefilter: false` runs them all: the slow truth that tests compare with. */
export function createScanner(
  recognizers: readonly Recognizer[],
  usePrefilter = true,
): (text: string, options?: ScanOptions) => Finding[] {
  const prefilter = createPrefilter(recognizers);
  const matchLayouts = createLayoutMatcher(recognizers);
  const active = new Uint8Array(recognizers.length);

  const scan = (text: string, options: ScanOptions = {}): Finding[] => {
    if (options.label !== undefined && options.label !== '')
      return scanLabelled(text, options.label, options);
    const kept = scanPatterns(text, options);
    if (options.names === undefined) return kept;
    const minScore = options.minScore ?? DEFAULT_MIN_SCORE;
    const named = options.names
      .find(text)
      .filter(({ type, score }) => score >= minScore && (options.types?.has(type) ?? true));
    return named.length === 0 ? kept : addAround(kept, named, text);
  };

  function scanPatterns(text: string, options: ScanOptions): Finding[] {
    if (usePrefilter ? !prefilter(text, active) : active.fill(1).length === 0) return [];
    const minScore = options.minScore ?? DEFAULT_MIN_SCORE;
    let kept: Finding[] = [];
    let rest = text;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const found: Finding[] = [];
      let hasLayouts = false;
      for (let i = 0; i < recognizers.length; i += 1) {
        if (active[i] === 0) continue;
        const recognizer = recognizers[i] as Recognizer;
        if (options.types !== undefined && !options.types.has(recognizer.type)) {
          active[i] = 0;
          continue;
        }
        hasLayouts ||= recognizer.layouts !== undefined;
        runRecognizer(recognizer, rest, found);
      }
      if (hasLayouts)
        matchLayouts?.(rest, active, (owner, start, end, score) =>
          judge(recognizers[owner] as Recognizer, rest, [start, end, score], found),
        );
      const strong = found.filter((finding) => finding.score >= minScore);
      const resolved = resolveOverlaps(strong);
      kept = round === 0 ? resolved : resolveOverlaps([...kept, ...resolved]);
      if (!hasRemainder(strong, resolved)) break;
      rest = blank(text, kept);
    }
    return kept;
  }

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
