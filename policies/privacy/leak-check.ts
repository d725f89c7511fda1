// The last look at a serialised body before it leaves: no redacted value may stand in it, in any spelling that a serialiser
// could have given it, and no secret that the inspection should have found. Gives reasons by type only, never a value.
import type { Finding } from '../../contract/recognizer.ts';
import { scanText } from './scan.ts';
import { SENSITIVITY_BY_TYPE } from './sensitivity.ts';
import { TAGGED_TYPES } from './tagger/labels.ts';
import { createValueSearch } from './value-search.ts';
import type { Vault } from './vault.ts';

/** Sure enough to refuse a request for: a checksum or a vendor's own shape. */
const STRONG_SCORE = 0.95;
/** Shorter values are everywhere; redaction does not look for them either. */
const MIN_LENGTH = 5;
/** A name of one word may also be a model's or a function's (`Claude`), which stay as they are. */
const SPACE = /\s/;
/** Media in base64. Nothing that stands in such a run stands alone. */
const BASE64_RUN = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{256,}={0,2}/g;
/** White space as JSON writes it: else `\n` would join the words around it. */
const WHITE_SPACE_ESCAPE = /\\[nrt]/g;

/** A run that long covers one of every 256th character: looking there is enough to know that there is none. */
function mayHoldBase64Run(body: string): boolean {
  for (let at = 255; at < body.length; at += 256) {
    let start = at;
    while (start > 0 && isBase64(body.charCodeAt(start - 1)) && at - start < 256) start -= 1;
    let end = at;
    while (end < body.length && isBase64(body.charCodeAt(end)) && end - start < 256) end += 1;
    if (end - start >= 256) return true;
  }
  return false;
}

const isBase64 = (code: number): boolean => isAlphanumeric(code) || code === 43 || code === 47;

const jsonInner = (text: string): string => JSON.stringify(text).slice(1, -1);
const asciiOnly = (json: string): string =>
  json.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Nothing that any serialiser writes in another way. */
const PLAIN = /^[\w@.+ ()-]*$/;

/** The value as JSON writes it, once (a string) or twice (JSON inside tool arguments), with and without \u escapes. */
function spellings(value: string): string[] {
  if (PLAIN.test(value)) return [value];
  const once = jsonInner(value);
  const twice = jsonInner(once);
  return [value, once, twice, asciiOnly(once), jsonInner(asciiOnly(once)), once.replaceAll('/', '\\/')];
}

const isAlphanumeric = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/**
 * Is the value a part of a longer word? As in redaction, which leaves those alone, but the letter before it may be the end
 * of a JSON escape (`\n`), which does not count.
 */
function continuesWord(body: string, start: number, end: number): boolean {
  const joins = (at: number): boolean =>
    at > 0 &&
    at < body.length &&
    isAlphanumeric(body.charCodeAt(at - 1)) &&
    isAlphanumeric(body.charCodeAt(at));
  if (joins(end)) return true;
  return joins(start) && !/\\(?:[bfnrt]|u[0-9a-fA-F]{4})$/.test(body.slice(Math.max(0, start - 6), start));
}

export interface LeakCheckOptions {
  /** Types to look for besides the vault's values. Default: all restricted ones. */
  types?: ReadonlySet<string>;
}

const RESTRICTED: ReadonlySet<string> = new Set(
  Object.entries(SENSITIVITY_BY_TYPE)
    .filter(([, label]) => label === 'restricted')
    .map(([type]) => type),
);

/**
 * A check for outgoing bodies: null when nothing private is in them, else a sentence that names the type. Linear in the
 * body's length.
 * @example createLeakCheck(vault)(JSON.stringify(body))
 */
export function createLeakCheck(
  vault: Vault,
  options: LeakCheckOptions = {},
): (body: string) => string | null {
  const typeBySpelling = new Map<string, string>();
  const typeByFolded = new Map<string, string>();
  for (const { value, type } of vault.entries()) {
    if (value.length < MIN_LENGTH || (TAGGED_TYPES.has(type) && !SPACE.test(value))) continue;
    for (const spelling of spellings(value)) {
      // Addresses mean the same in upper and lower case.
      if (type === 'EMAIL') typeByFolded.set(spelling.toLowerCase(), type);
      else typeBySpelling.set(spelling, type);
    }
  }
  const search = createValueSearch([...typeBySpelling.keys()]);
  const searchFolded = createValueSearch([...typeByFolded.keys()]);
  const types = options.types ?? RESTRICTED;

  return (body) => {
    let leaked: string | undefined;
    const look = (text: string, find: typeof search, typeOf: ReadonlyMap<string, string>): void =>
      find(text, ({ start, end, value }) => {
        if (leaked === undefined && !continuesWord(text, start, end)) leaked = typeOf.get(value);
      });
    if (typeBySpelling.size > 0) look(body, search, typeBySpelling);
    // Lower-casing may change the length of a text (İ), but not what stands in it.
    if (typeByFolded.size > 0 && leaked === undefined) look(body.toLowerCase(), searchFolded, typeByFolded);
    if (leaked !== undefined) return `a redacted value of type ${leaked} is still in the outgoing body`;

    const spaced = body.includes('\\') ? body.replace(WHITE_SPACE_ESCAPE, '\n') : body;
    const text = mayHoldBase64Run(spaced) ? spaced.replace(BASE64_RUN, ' ') : spaced;
    const found: Finding | undefined = scanText(text, { types, minScore: STRONG_SCORE })[0];
    return found === undefined ? null : `the outgoing body holds an unredacted value of type ${found.type}`;
  };
}
