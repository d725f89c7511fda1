// The privacy layer as a library: `import { scan, redact, restore } from 'tiergate/privacy'`. In process, no network, nothing kept.
import type { ChatCompletion, ChatRequest, EventBatches } from '../../contract/chat.ts';
import type { Finding } from '../../contract/recognizer.ts';
import { type Inspection, type InspectOptions, inspectRequest } from './conversation.ts';
import { callerKey, decryptText } from './crypt.ts';
import { nameFinder, type OperatingPoint } from './names.ts';
import { type OperatorName, redactRequest } from './redact.ts';
import { restoreCompletion, restoreEvents } from './restore.ts';
import { restoreWhole, written } from './restore-text.ts';
import { type TaggedType, TYPES } from './tagger/labels.ts';
import type { Vault } from './vault.ts';

export type { ChatCompletion, ChatRequest, EventBatches } from '../../contract/chat.ts';
export type { Finding } from '../../contract/recognizer.ts';
export type { OperatorName } from './redact.ts';
export type { Vault } from './vault.ts';

export interface PrivacyOptions {
  /** Findings below are dropped, 0 ... 1. Default 0.5. */
  minScore?: number;
  /** Only these types. Default: all. */
  types?: Iterable<string>;
  /** What the trained tagger looks for. Default: persons, addresses, places, organisations; false: nothing. */
  names?: readonly TaggedType[] | false;
  /** How much finding counts against being right. Default balanced. */
  operatingPoint?: OperatingPoint;
}

export interface RedactionOptions extends PrivacyOptions {
  /** One for all types, or by type (`default` for the others). Default `redact`. */
  operator?: OperatorName | Readonly<Record<string, OperatorName>>;
  /** Secret of `hash` and `encrypt`. */
  key?: string;
  /** Whose key is derived from it: a gateway's caller (`anonymous` without API keys). Default: nobody's, the library's own. */
  caller?: string;
}

export interface Redaction<T> {
  /** Like what was given, with stand-ins in place of its values. */
  output: T;
  /** What stands behind them, for `restore`. Private: it holds the values. */
  vault: Vault;
}

const finders = new Map<string, ReturnType<typeof nameFinder>>();

function finderOf(types: readonly TaggedType[], point: OperatingPoint): ReturnType<typeof nameFinder> {
  const id = `${point} ${types.join()}`;
  const known = finders.get(id) ?? nameFinder(types, point);
  finders.set(id, known);
  return known;
}

function inspectOptions(options: PrivacyOptions): InspectOptions {
  const { minScore, types, names = TYPES, operatingPoint = 'balanced' } = options;
  return {
    ...(minScore !== undefined && { minScore }),
    ...(types !== undefined && { types: new Set(types) }),
    ...(names !== false && names.length > 0 && { names: finderOf(names, operatingPoint) }),
  };
}

const requestOf = (text: string): ChatRequest => ({ model: '', messages: [{ role: 'user', content: text }] });

/** What `scan` gives for a text, for every text of a conversation. */
export const inspect = (request: ChatRequest, options: PrivacyOptions = {}): Inspection =>
  inspectRequest(request, inspectOptions(options));

/**
 * The private values in a text: sorted, disjoint, offsets in UTF-16 code units.
 * @example scan('write to jo@example.org') // [{ type: 'EMAIL', start: 9, end: 23, score: 0.9, recognizer: 'email' }]
 */
export const scan = (text: string, options: PrivacyOptions = {}): readonly Finding[] =>
  inspect(requestOf(text), options).spans.get(text) ?? [];

const NO_KEY = Buffer.alloc(32);
const keyOf = (secret: string | undefined, caller = ''): Buffer =>
  secret === undefined ? NO_KEY : callerKey(secret, caller);

/**
 * Replaces the private values in a text or in a whole chat request: the same value the same way everywhere.
 * @example
 * const { output, vault } = redact('write to jo@example.org'); // output: 'write to [EMAIL_1]'
 * restore('Done: [EMAIL_1].', vault); // 'Done: jo@example.org.'
 * @throws {TypeError} when `hash` or `encrypt` is asked for without a key
 */
export function redact(input: string, options?: RedactionOptions): Redaction<string>;
export function redact(input: ChatRequest, options?: RedactionOptions): Redaction<ChatRequest>;
export function redact(
  input: string | ChatRequest,
  options: RedactionOptions = {},
): Redaction<string> | Redaction<ChatRequest> {
  const { operator = 'redact', key, caller } = options;
  const named = typeof operator === 'string' ? { default: operator } : operator;
  const operatorOf = (type: string): OperatorName => named[type] ?? named['default'] ?? 'redact';
  const keyed = Object.values(named).find((name) => name === 'hash' || name === 'encrypt');
  if (keyed !== undefined && key === undefined)
    throw new TypeError(`operator ${keyed} needs a key; give options.key`);
  const request = typeof input === 'string' ? requestOf(input) : input;
  const { names: _, ...patterns } = inspectOptions(options);
  const { request: redacted, vault } = redactRequest(request, inspect(request, options), {
    operatorOf,
    key: keyOf(key, caller),
    inspectAgain: (again, { texts }) => inspectRequest(again, Object.assign({}, patterns, { texts })),
  });
  return typeof input === 'string'
    ? { output: redacted.messages[0]?.content as string, vault }
    : { output: redacted, vault };
}

/** Puts the values back: into a text, a whole answer, or the events of a stream (contract: EventBatches). */
export function restore(answer: string, vault: Vault): string;
export function restore(answer: ChatCompletion, vault: Vault): ChatCompletion;
export function restore(answer: EventBatches, vault: Vault): EventBatches;
export function restore(
  answer: string | ChatCompletion | EventBatches,
  vault: Vault,
): string | ChatCompletion | EventBatches {
  if (typeof answer === 'string')
    return written(restoreWhole(answer, vault, { encoding: 'text', isArguments: false }));
  return Symbol.asyncIterator in answer ? restoreEvents(answer, vault) : restoreCompletion(answer, vault);
}

/**
 * Undoes the operator `encrypt`: every encrypted value in the text back; what another key encrypted stays.
 * @param caller of what a gateway encrypted: the request's caller, see RedactionOptions
 */
export const decrypt = (text: string, key: string, caller?: string): string =>
  decryptText(text, keyOf(key, caller));
