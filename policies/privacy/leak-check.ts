// The last look at a serialised body before it leaves: no redacted value may stand in it, in any form that value-view.ts knows,
// in base64 or hexadecimal, and no secret that the inspection should have found. Gives reasons by type only, never a value.

import { scanText } from './scan.ts';
import { SENSITIVITY_BY_TYPE } from './sensitivity.ts';
import { TAGGED_TYPES } from './tagger/labels.ts';
import { createValueSearch, isBounded } from './value-search.ts';
import { compactView, valueForms, valueView } from './value-view.ts';
import type { Vault } from './vault.ts';

/** Sure enough to refuse a request for: a checksum or a vendor's own shape. */
const STRONG_SCORE = 0.95;
/** Shorter values are everywhere; redaction does not look for them either. */
const MIN_LENGTH = 5;
/** Of what an encoding leaves of a value: shorter runs come about by chance. */
const MIN_ENCODED = 10;
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

const isBase64 = (code: number): boolean =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 43 ||
  code === 47;

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

export interface LeakCheckOptions {
  /** Types to look for besides the vault's values. Default: all restricted ones. */
  types?: ReadonlySet<string>;
  /** Types that go out as they are (operator `keep`). */
  except?: ReadonlySet<string>;
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
  encoded: Map<string, string>;
}

function soughtIn(vault: Vault): Sought {
  const sought: Sought = { normal: new Map(), compact: new Map(), encoded: new Map() };
  // A stand-in may share its form with a value (a mask that hides nothing): that is the operator's doing.
  for (const { value, type, standIn } of vault.entries()) {
    if (standIn === value) continue;
    const { normal, compact } = valueForms(value);
    const isTagged = TAGGED_TYPES.has(type);
    if (normal.length < MIN_LENGTH || PROTOCOL_WORDS.has(normal) || (isTagged && !SPACE.test(value)))
      continue;
    sought.normal.set(normal, type);
    if (compact !== '') sought.compact.set(compact, type);
    for (const text of encodings(value)) sought.encoded.set(text, type);
  }
  return sought;
}

/** Gives the type of the first value that stands in a body; undefined when none does. */
function createFind({ normal, compact, encoded }: Sought): Find {
  if (normal.size === 0) return () => undefined;
  const searchNormal = createValueSearch([...normal.keys()]);
  const searchCompact = createValueSearch([...compact.keys()]);
  const searchEncoded = createValueSearch([...encoded.keys()]);
  return (body) => {
    let type: string | undefined;
    const view = valueView(body);
    searchNormal(view.text, ({ start, end, value }) => {
      if (type === undefined && isBounded(view.text, start, end)) type = normal.get(value);
    });
    if (type === undefined && compact.size > 0) {
      const { text, places } = compactView(view);
      searchCompact(text, ({ start, end, value }) => {
        const last = (places[end - 1] as number) + 1;
        if (type === undefined && isBounded(view.text, places[start] as number, last))
          type = compact.get(value);
      });
    }
    if (type === undefined)
      searchEncoded(body, ({ value }) => {
        type ??= encoded.get(value);
      });
    return type;
  };
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
  const { except = NONE } = options;
  const types = [...(options.types ?? RESTRICTED)].filter((type) => !except.has(type));
  const wanted = new Set(types);
  const standIns = new Set(vault.entries().map(({ standIn }) => standIn));
  const isStandIn = (text: string): boolean =>
    standIns.has(text) || [...standIns].some((standIn) => text.includes(standIn));

  return (body) => {
    const leaked = find(body);
    if (leaked !== undefined) return `a redacted value of type ${leaked} is still in the outgoing body`;
    const spaced = body.includes('\\') ? body.replace(WHITE_SPACE_ESCAPE, '\n') : body;
    const text = mayHoldBase64Run(spaced) ? spaced.replace(BASE64_RUN, ' ') : spaced;
    const found = scanText(text, { types: wanted, minScore: STRONG_SCORE }).find(
      ({ start, end }) => !isStandIn(text.slice(start, end)),
    );
    return found === undefined ? null : `the outgoing body holds an unredacted value of type ${found.type}`;
  };
}
