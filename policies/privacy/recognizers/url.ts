// Web addresses. Off by default in the gateway: a model cannot follow what it cannot see. In code, JSON and logs an address is a
// matter of the program, unless something of it is somebody's.
import { defineRecognizer, type FoundSpan } from '../../../contract/recognizer.ts';
import { blockKindAt } from '../block-kind.ts';
import { isLetterUnit } from '../digit-places.ts';

const SCORE = 0.6;
const SCORE_IN_PROGRAMS = 0.4;

const WHOLE = /(?:https?|ftp):\/\/[^\s<>"'`{}|\\^[\]]{1,2000}(?<![.,;:!?)])/iy;
const BARE =
  /www\.[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}(?:\/[^\s<>"'`{}|\\^[\]]{0,2000})?(?<![.,;:!?)])/iy;

/**
 * A profile, a home folder, a query about somebody: `/users/anna`, `/~jo`, `?mail=`. An id that says of itself that it is one,
 * `/users/user_abc`, is a matter of the program.
 */
const PERSONAL =
  /[/](?:~|@|(?:users?|u|in|people|profiles?|members?|accounts?|customers?|patients?)[/](?!(?:users?|usr|people|person|members?|mem|acc(?:oun)?t|customers?|cus|patients?)[_-]\w+(?![^/?#\s]))[^/?#\s]{2})|[?&](?:e?mail|user|name|phone|account|customer|patient|session|token|sig|auth)[\w-]{0,24}=[^&\s]|linkedin|facebook|instagram/i;
/** Keys of what is somebody's. */
const PERSONAL_KEY = /(?:home_?page|web_?site|blog|profile|portfolio|personal)["']?\s*[:=]\s*["']?$/i;

function scoreAt(text: string, start: number, end: number): number {
  if (blockKindAt(text, start, end) === 'prose') return SCORE;
  const isPersonal =
    PERSONAL.test(text.slice(start, end)) || PERSONAL_KEY.test(text.slice(Math.max(0, start - 24), start));
  return isPersonal ? SCORE : SCORE_IN_PROGRAMS;
}

/** Where an address could begin: at the scheme in front of `://`, or at `www.`. */
const START = /:\/\/|www\./gi;

function findUrls(text: string): FoundSpan[] {
  const found: FoundSpan[] = [];
  let floor = 0;
  START.lastIndex = 0;
  for (let hit = START.exec(text); hit !== null; hit = START.exec(text)) {
    let start = hit.index;
    const isWhole = hit[0] === '://';
    if (isWhole)
      while (start > 0 && hit.index - start < 5 && isLetterUnit(text.charCodeAt(start - 1))) start -= 1;
    if (start < floor || (start > 0 && (isWhole ? /[\w.]/ : /[\w.@/]/).test(text[start - 1] as string)))
      continue;
    const pattern = isWhole ? WHOLE : BARE;
    pattern.lastIndex = start;
    if (!pattern.test(text)) continue;
    floor = pattern.lastIndex;
    found.push([start, floor, scoreAt(text, start, floor)]);
  }
  return found;
}

export default defineRecognizer({
  name: 'url',
  type: 'URL',
  anchors: ['://', 'www.'],
  patterns: [],
  find: findUrls,
  examples: {
    match: [
      ['see https://example.org/a?b=1.', 'https://example.org/a?b=1'],
      ['(www.example.com)', 'www.example.com'],
      ['{"id": 4, "website": "https://maria-lopez.example/"}', 'https://maria-lopez.example/'],
    ],
    noMatch: [
      'http://',
      'www.',
      'a//b',
      '{"curl": "curl -X POST https://api.example.org/v1/users/user_abc123/roles", "type": "object"}',
      '{"type": "object", "externalDocs": {"url": "https://docs.example.org/guides/vision"}}',
    ],
  },
});
