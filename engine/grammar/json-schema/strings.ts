// The strings that bounds, patterns and formats leave, as one automaton over how JSON writes them.
import { asJsonString } from '../characters.ts';
import {
  accepts,
  counted,
  type Dfa,
  determinise,
  intersect,
  isEmpty,
  LanguageTooLarge,
  subtract,
} from '../dfa.ts';
import { type Expression, NEVER, repeat, sequence, text } from '../form.ts';
import { CHARACTER, CONTENT, FREE_STRING, string } from '../json-text.ts';
import { matching, PatternRefused } from '../regex.ts';
import type { Facets } from './facets.ts';
import { FORMATS, REFUSED_FORMATS } from './formats.ts';
import { SchemaRefused } from './refused.ts';

/** Lengths past which a bound takes too many states. */
const MOST_COUNTED = 16_384;

const patterns = new Map<string, Dfa>();

/** As in a JSON string's content. @throws {SchemaRefused} */
export function patternTexts(pattern: string, keyword: string, path: string): Dfa {
  let found = patterns.get(pattern);
  if (!found) {
    try {
      found = matching(pattern, asJsonString);
    } catch (error) {
      if (error instanceof PatternRefused || error instanceof LanguageTooLarge)
        throw new SchemaRefused(
          keyword,
          path,
          `cannot be enforced: ${error.message} (${JSON.stringify(pattern)})`,
        );
      throw error;
    }
    if (patterns.size > 500) patterns.clear();
    patterns.set(pattern, found);
  }
  return found;
}

/** The content of the allowed strings, without quotes; null: any. Lengths are not counted in. @throws {SchemaRefused} */
export function contentOf(facets: Facets): Dfa | null {
  const place = (keyword: string) => facets.places.get(keyword) ?? '#';
  let content: Dfa | null = null;
  const narrow = (dfa: Dfa) => {
    content = content ? intersect(content, dfa) : dfa;
  };
  for (const { pattern, negated } of facets.patterns) {
    const dfa = patternTexts(pattern, 'pattern', place('pattern'));
    if (negated) content = subtract(content ?? CONTENT, dfa);
    else narrow(dfa);
  }
  for (const format of facets.formats) {
    if (FORMATS[format]) narrow(patternTexts(FORMATS[format], 'format', place('format')));
    else if (REFUSED_FORMATS.has(format))
      throw new SchemaRefused(
        'format',
        place('format'),
        `asks for ${JSON.stringify(format)}, which is not enforced`,
      );
  }
  return content;
}

export function stringExpression(facets: Facets): Expression {
  const { minLength, maxLength } = facets;
  const place = facets.places.get('maxLength') ?? facets.places.get('minLength') ?? '#';
  const isCounted = minLength > 0 || maxLength < Number.POSITIVE_INFINITY;
  if (minLength > maxLength) return NEVER;
  if (minLength > MOST_COUNTED || (maxLength !== Number.POSITIVE_INFINITY && maxLength > MOST_COUNTED))
    throw new SchemaRefused(
      minLength > MOST_COUNTED ? 'minLength' : 'maxLength',
      place,
      `is above ${MOST_COUNTED}`,
    );
  const excluded = facets.notValues.filter((value): value is string => typeof value === 'string');
  let content = contentOf(facets);
  if (content === null && excluded.length === 0) {
    if (!isCounted) return FREE_STRING;
    const most = maxLength === Number.POSITIVE_INFINITY ? -1 : maxLength;
    const character: Expression = CHARACTER;
    return sequence(text('"'), repeat(character, minLength, most), text('"'));
  }
  try {
    content ??= CONTENT;
    if (isCounted) content = intersect(content, counted(CHARACTER.dfa, minLength, maxLength));
    for (const value of excluded) content = subtract(content, literal(value));
  } catch (error) {
    if (!(error instanceof LanguageTooLarge)) throw error;
    throw new SchemaRefused('maxLength', place, `is too long together with the pattern: ${error.message}`);
  }
  return isEmpty(content) ? NEVER : string(content);
}

const contentBytes = (value: string): number[] => [...Buffer.from(JSON.stringify(value).slice(1, -1))];

export const literal = (value: string): Dfa => determinise({ op: 'bytes', bytes: contentBytes(value) });

/** Whether one given string is allowed. */
export function allowsString(facets: Facets, value: string): boolean {
  const length = [...value].length;
  if (length < facets.minLength || length > facets.maxLength) return false;
  const content = contentOf(facets);
  return content === null || accepts(content, Uint8Array.from(contentBytes(value)));
}
