// Which names of the tagger are believed where. It was trained on prose, forms and messages; in code, JSON and logs, words that
// look like names are mostly none, so more is asked of them there.
import { blockKindAt } from './block-kind.ts';

const HAS_DIGIT = /\d/;
const HAS_WORD = /\p{L}{2}/u;
/** Hashes, escapes and ranges of characters. */
const MACHINE = /[0-9a-f]{12}|\\[uUx][0-9A-Fa-f]|[^\p{ASCII}]-[^\p{ASCII}]|::/u;
const ACRONYM = /^[A-Z0-9-]{2,6}$/;
/** `S3`, `C4`, `H1B` */
const SHORT_CODE = /^[A-Z]{1,3}\d{1,2}[A-Z]?$/;
const LABEL = /^[A-Z]{2,6}$/;
/** Services and terms of computing that are written as companies are, and words of programs that are somebody's name somewhere. */
const TECHNICAL = new Set(
  (
    'API SDK CLI AWS EKS ECS EC2 RDS SQS SNS IAM VPC ALB ELB NLB EBS EFS ECR AKS GKE GCS GCE ACR CDN DNS DHCP VPN SSH SSL TLS TCP UDP HTTP ' +
    'HTTPS REST JSON YAML XML CSV SQL GPU CPU RAM SSD LLM RAG MCP NLP OCR IDE CI CD PR QA UI UX OS ISA ORM JWT SSO SLA SLO RPC gRPC ' +
    'peer isa page port case hash lane'
  ).split(' '),
);
/** `San Francisco, CA`: a town, at which nobody lives. */
const TOWN_AND_STATE = /^\p{Lu}[\p{L}\p{M}.'’ -]{1,40}, [A-Z]{2}$/u;
/** Keys and labels of addresses and places. */
const ADDRESS_LABEL =
  /(?:addr|adress|street|straße|strasse|city|town|location|place|domicil|calle|direcci|indirizzo|endereço|adres|lives? (?:at|in)|ship|deliver)[^\n]{0,24}$/i;

/** The score below which a finding is not believed in a block of a kind. */
function floorOf(type: string, value: string, kind: 'code' | 'json' | 'log'): number {
  const isSingle = !/\s/.test(value);
  if (type === 'PERSON') {
    if (kind === 'json') return isSingle ? 0.85 : 0;
    // A word in small letters is a variable's name there, whatever else it may be called.
    return isSingle ? (ACRONYM.test(value) || value === value.toLowerCase() ? 1 : 0.92) : 0.8;
  }
  if (type === 'ADDRESS') return kind === 'json' && HAS_DIGIT.test(value) ? 0.8 : 0.95;
  // Protocols, products and titles have capitals there as places and companies do.
  return ACRONYM.test(value) ? 0.97 : 0.93;
}

/** A line that is a comment: `// `, `/** `, ` * `. */
const COMMENT_LINE = /^\s*(?:\/[/*]|\s\*\s)/;
/** How far back the beginning of a line or of a URL is looked for. */
const MAX_LINE = 300;

const isInComment = (text: string, start: number): boolean => {
  const before = text.slice(Math.max(0, start - MAX_LINE), start);
  return COMMENT_LINE.test(before.slice(before.lastIndexOf('\n') + 1));
};

/** Part of a URL: a file or a host may be named after anything. */
const isInUrl = (text: string, start: number): boolean =>
  /:\/\/[^\s"'<>]*$/.test(text.slice(Math.max(0, start - MAX_LINE), start));

/** The score that a person in small letters needs in a text that has capitals where they belong: mostly it is a word there. */
export const SMALL_FLOOR = 0.9;
const SMALL_LETTERS = /^(?=.*\p{Ll})\P{Lu}+$/u;
export const isInSmallLetters = (value: string): boolean => SMALL_LETTERS.test(value);

const SENTENCE_START = /[.!?]\s+(?:(\p{Lu})|\p{Ll})/gu;
const MIN_SENTENCES = 3;
/** Of ten sentences, one may begin with a small letter: abbreviations end with a full stop too. */
const SMALL_SHARE = 0.1;

/** Does a text of some sentences begin them with capitals? Chats and posts mostly do not, or are too short to say. */
export function beginsSentencesWithCapitals(text: string): boolean {
  let [capital, all] = [0, 0];
  for (const match of text.matchAll(SENTENCE_START)) {
    all += 1;
    if (match[1] !== undefined) capital += 1;
  }
  return capital >= MIN_SENTENCES && all - capital <= SMALL_SHARE * all;
}

/** Is what the tagger found there likely what it says? */
export function isPlausibleName(
  text: string,
  { type, start, end, score }: { type: string; start: number; end: number; score: number },
): boolean {
  const value = text.slice(start, end);
  if (MACHINE.test(value) || SHORT_CODE.test(value) || (type === 'PERSON' && /\d{5}/.test(value)))
    return false;
  if (type !== 'ADDRESS' && TECHNICAL.has(value)) return false;
  if (type === 'ADDRESS' && (TOWN_AND_STATE.test(value) || !HAS_WORD.test(value))) return false;
  // In the middle of a code, or its label: `IBAN BI42…`, `PESEL: 440…`
  if (type === 'PERSON' && HAS_DIGIT.test(text.charAt(end))) return false;
  if (LABEL.test(value) && /^[:\s]{1,3}[A-Z]{0,4}\d{2}/.test(text.slice(end, end + 10))) return false;
  const isPlace = type === 'LOCATION' || type === 'ORGANIZATION';
  if (isPlace && isInUrl(text, start)) return false;
  const around = blockKindAt(text, start, end);
  const kind = around === 'prose' && isPlace && isInComment(text, start) ? 'code' : around;
  if (kind === 'prose') return true;
  if (type === 'ADDRESS' && ADDRESS_LABEL.test(text.slice(Math.max(0, start - 60), start))) return true;
  // Without a label and without a number, a value of a record is somebody or something else.
  if (type === 'ADDRESS' && !HAS_DIGIT.test(value)) return false;
  if (type === 'ADDRESS' && kind !== 'json') return score >= 0.95 && /\p{L}{4}/u.test(value);
  return score >= floorOf(type, value, kind);
}
