// What the operator adds: values that are always private, values that never are, and recognizers of the config.
import type { Finding, Recognizer } from '../../contract/recognizer.ts';
import { registry } from './recognizers/_registry.gen.ts';
import { createScanner, type ScanOptions, scanText } from './scan.ts';

export interface CustomRecognizer {
  /** Upper case, e.g. PROJECT_CODE. */
  type: string;
  /** A JavaScript regular expression; group `value`, if named, is the span. */
  pattern: string;
  /** 0 … 1 */
  score: number;
  /** Words that raise the score when they stand near. */
  context: readonly string[];
}

export interface CustomRules {
  /** Values that are always found, as the type CUSTOM; whole words in any case. */
  always: readonly string[];
  /** Values that are never reported; whole findings in any case. */
  never: readonly string[];
  recognizers: readonly CustomRecognizer[];
}

export const CUSTOM_TYPE = 'CUSTOM';

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function alwaysRecognizer(values: readonly string[]): Recognizer {
  const any = [...values]
    .sort((a, b) => b.length - a.length)
    .map(escaped)
    .join('|');
  return {
    name: 'always',
    type: CUSTOM_TYPE,
    patterns: [{ regex: new RegExp(`(?<![\\p{L}\\d])(?:${any})(?![\\p{L}\\d])`, 'giu'), score: 1 }],
    examples: { match: [], noMatch: [] },
  };
}

/** In small letters. */
export const neverReported = ({ never }: CustomRules): ReadonlySet<string> =>
  new Set(never.map((value) => value.toLowerCase()));

/** The scan with the operator's rules; the plain one when there are none. @throws {SyntaxError} for a bad pattern */
export function customScan(rules: CustomRules): (text: string, options?: ScanOptions) => Finding[] {
  const added: Recognizer[] = rules.recognizers.map(({ type, pattern, score, context }, i) => ({
    name: `custom-${i + 1}`,
    type,
    patterns: [{ regex: new RegExp(pattern, 'gu'), score }],
    context: context.map((word) => word.toLowerCase()),
    examples: { match: [], noMatch: [] },
  }));
  if (rules.always.length > 0) added.push(alwaysRecognizer(rules.always));
  const scan = added.length > 0 ? createScanner([...Object.values(registry), ...added]) : scanText;
  if (rules.never.length === 0) return scan;
  const never = neverReported(rules);
  return (text, options) =>
    scan(text, options).filter(({ start, end }) => !never.has(text.slice(start, end).toLowerCase()));
}
