// The last look at a serialised body before it leaves: no redacted value may stand in it, in any form that value-view.ts knows,
// in base64 or hexadecimal, and no secret that the inspection should have found. Gives reasons by type only, never a value.

import { scanText } from './scan.ts';
import { SENSITIVITY_BY_TYPE } from './sensitivity.ts';
import { TAGGED_TYPES } from './tagger/labels.ts';
import { createValueSearch } from './value-search.ts';
import { compactView, splitsWord, valueForms, valueView } from './value-view.ts';
import type { Vault } from './vault.ts';

/** Sure enough to refuse a request for: a checksum or a vendor's own shape. */
export const STRONG_SCORE = 0.95;
/** Shorter values are everywhere; redaction does not look for them either. */
const MIN_LENGTH = 5;
/** Of what an encoding leaves of a value: shorter runs come about by chance. */
const MIN_ENCODED = 10;
/** A name of one word may also be a model's or a function's (`Claude`), which stay as they are. */
const SPACE = /\s/;
/** Media in base64. Nothing that stands in such a run stands alone. */
const BASE64_RUN = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{256,}={0,2}/g;

/** A run of base64 of this length is media. */
const MEDIA_RUN = 256;

/** Base64, base64url or hexadecimal. */
const isEncodedUnit = (code: number): boolean =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 43 ||
  code === 45 ||
  code === 47 ||
  code === 95;

/** Is there a run of so many encoded units? It is read backwards from where it would end: what breaks it is passed at once. */
function hasEncodedRun(body: string, length: number): boolean {
  let start = 0;
  for (let end = length; end <= body.length; end = start + length) {
    let at = end - 1;
    while (at >= start && isEncodedUnit(body.charCodeAt(at))) at -= 1;
    if (at < start) return true;
    start = at + 1;
  }
  return false;
}

/** What of a value's bytes stands in base64 text whatever comes before and after: one for each place among three bytes. */
function encodings(value: string): string[] {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].flatMap((shift) => {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
    const whole = padded.toString('base64').replace(/=+$/, '');
    // The first characters hold bits of what comes before, the last of what comes behind.
    const first = Math.ceil((shift * 8) / 6);
    const last = Math.floor((padded.length * 8) / 6);
    const inner = whole.slice(first, last);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [...base64, bytes.toString('hex'), bytes.toString('hex').toUpperCase()].filter(
    (text) => text.length >= MIN_ENCODED,
  );
}

/** The length of the shortest of them, or less. */
function shortestEncoding(value: string): number {
  const bytes = Buffer.byteLength(value);
  let shortest = Number.POSITIVE_INFINITY;
  for (let shift = 0; shift < 3; shift += 1)
    shortest = Math.min(shortest, Math.floor(((bytes + shift) * 8) / 6) - Math.ceil((shift * 8) / 6));
  return Math.max(MIN_ENCODED, shortest);
}

export interface LeakCheckOptions {
  /** Types to look for besides the vault's values. Default: all restricted ones. */
  types?: ReadonlySet<string> | undefined;
  /** Types that go out as they are (operator `keep`). */
  except?: ReadonlySet<string>;
  /** Values, in small letters, that the operator let pass as they are (`privacy.never`). */
  never?: ReadonlySet<string> | undefined;
  /** Texts, in their order, that were looked at as they stand in the body: no secret is looked for in them once more. */
  looked?: readonly string[];
}

/** Of a text without anything to escape, this much is looked for: comparing the rest costs nothing. */
const HEAD_LENGTH = 32;

/**
 * The body without the texts that were looked at; a line end, which nothing reads across, in place of each. What does not stand in
 * it letter by letter stays.
 */
function withoutLooked(body: string, looked: readonly string[]): string {
  let rest = '';
  let copied = 0;
  for (const text of looked) {
    let written = text;
    let at = body.indexOf(text.slice(0, HEAD_LENGTH), copied);
    if (at < 0 || body.slice(at, at + text.length) !== text) {
      written = JSON.stringify(text).slice(1, -1);
      at = body.indexOf(written, copied);
    }
    if (at < 0) continue;
    rest += `${body.slice(copied, at)}\n`;
    copied = at + written.length;
  }
  return copied === 0 ? body : rest + body.slice(copied);
}

const RESTRICTED: ReadonlySet<string> = new Set(
  Object.entries(SENSITIVITY_BY_TYPE)
    .filter(([, label]) => label === 'restricted')
    .map(([type]) => type),
);

const NONE: ReadonlySet<string> = new Set();

type Find = (body: string) => string | undefined;

/** Words that a body has in any case: somebody's password may be one of them. */
const PROTOCOL_WORDS: ReadonlySet<string> = new Set(
  (
    'messages content system developer assistant function arguments model stream stream_options include_usage temperature ' +
    'tools tool_calls tool_call_id tool_choice description parameters properties required object string number integer ' +
    'boolean array items response_format json_schema json_object schema strict metadata image_url input_audio ' +
    'max_tokens max_completion_tokens top_p logprobs top_logprobs prompt suffix input query documents false'
  ).split(' '),
);

/** The types of values by each form in which they are looked for. */
interface Sought {
  normal: Map<string, string>;
  compact: Map<string, string>;
  /** As they are. */
  values: Map<string, string>;
}

function soughtIn(vault: Vault): Sought {
  const sought: Sought = { normal: new Map(), compact: new Map(), values: new Map() };
  // A stand-in may share its form with a value (a mask that hides nothing): that is the operator's doing.
  for (const { value, type, standIn, forms } of vault.entries()) {
    if (standIn === value) continue;
    const { normal, compact } = forms ?? valueForms(value);
    const isTagged = TAGGED_TYPES.has(type);
    if (normal.length < MIN_LENGTH || PROTOCOL_WORDS.has(normal) || (isTagged && !SPACE.test(value)))
      continue;
    sought.normal.set(normal, type);
    if (compact !== '') sought.compact.set(compact, type);
    sought.values.set(value, type);
  }
  return sought;
}

/** The type of the first value that stands in a body in base64 or hexadecimal. Most bodies have no run that is long enough. */
function createFindEncoded(values: ReadonlyMap<string, string>): Find {
  let shortest = Number.POSITIVE_INFINITY;
  for (const value of values.keys()) shortest = Math.min(shortest, shortestEncoding(value));
  let byText: Map<string, string> | undefined;
  return (body) => {
    if (!hasEncodedRun(body, shortest)) return undefined;
    byText ??= new Map(
      Array.from(values).flatMap(([value, type]) => encodings(value).map((text) => [text, type] as const)),
    );
    let found: string | undefined;
    createValueSearch([...byText.keys()])(body, ({ value }) => {
      found ??= byText?.get(value);
    });
    return found;
  };
}

/** Gives the type of the first value that stands in a body; undefined when none does. */
function createFind({ normal, compact, values }: Sought): Find {
  if (normal.size === 0) return () => undefined;
  const searchNormal = createValueSearch([...normal.keys()]);
  const searchCompact = createValueSearch([...compact.keys()]);
  const findEncoded = createFindEncoded(values);
  return (body) => {
    let type: string | undefined;
    const view = valueView(body);
    const standsAlone = (start: number, end: number): boolean =>
      !splitsWord(body, view, start) && !splitsWord(body, view, end);
    searchNormal(view.text, ({ start, end, value }) => {
      if (type === undefined && standsAlone(start, end)) type = normal.get(value);
    });
    if (type === undefined && compact.size > 0) {
      const joined = compactView(view);
      searchCompact(joined.text, ({ start, end, value }) => {
        if (type === undefined && standsAlone(joined.placeOf(start), joined.placeOf(end - 1) + 1))
          type = compact.get(value);
      });
    }
    return type ?? findEncoded(body);
  };
}

function typesWithout(types: ReadonlySet<string>, except: ReadonlySet<string>): ReadonlySet<string> {
  if (except.size === 0) return types;
  return new Set([...types].filter((type) => !except.has(type)));
}

/**
 * A check for outgoing bodies: null when nothing private is in them, else a sentence that names the type. Linear in the
 * body's length.
 * @example createLeakCheck(vault)(JSON.stringify(body))
 */
export function createLeakCheck(
  vault: Vault,
  options: LeakCheckOptions = {},
): (body: string) => string | null {
  const find = createFind(soughtIn(vault));
  const types = typesWithout(options.types ?? RESTRICTED, options.except ?? NONE);
  const { looked = [], never = NONE } = options;
  const isStandIn = (text: string): boolean => vault.entries().some(({ standIn }) => text.includes(standIn));
  const mayPass = (text: string): boolean => never.has(text.toLowerCase()) || isStandIn(text);

  return (body) => {
    const leaked = find(body);
    if (leaked !== undefined) return `a redacted value of type ${leaked} is still in the outgoing body`;
    const unread = looked.length === 0 ? body : withoutLooked(body, looked);
    const text = hasEncodedRun(unread, MEDIA_RUN) ? unread.replace(BASE64_RUN, ' ') : unread;
    const found = scanText(text, { types, minScore: STRONG_SCORE }).find(
      ({ start, end }) => !mayPass(text.slice(start, end)),
    );
    return found === undefined ? null : `the outgoing body holds an unredacted value of type ${found.type}`;
  };
}
