// Every text that a model wrote in a message or a delta, wherever it stands: content, reasoning, refusal, tool calls, and the
// fields of vendors that nobody has heard of yet.
import type { TextKind } from './restore-text.ts';

/** Field names; array elements by their `index`, else by their place. */
export type AnswerPath = readonly (string | number)[];

export type MapAnswerText = (text: string, path: AnswerPath, kind: TextKind) => string;

/** Strings of the protocol, and blobs. */
const NAMES = new Set([
  'role',
  'name',
  'id',
  'type',
  'object',
  'format',
  'status',
  'model',
  'index',
  'tool_call_id',
  'finish_reason',
  'data',
  'b64_json',
  'signature',
  'thought_signature',
  'encrypted_content',
]);

const PROSE: TextKind = { encoding: 'text', isArguments: false };
const JSON_ANSWER: TextKind = { encoding: 'json', isArguments: false };
const ARGUMENTS: TextKind = { encoding: 'json', isArguments: true };
const INPUT: TextKind = { encoding: 'text', isArguments: true };

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

export class AnswerTexts {
  readonly #answersInJson: boolean;
  readonly #map: MapAnswerText;
  readonly #path: (string | number)[] = [];

  constructor(answersInJson: boolean, map: MapAnswerText) {
    this.#answersInJson = answersInJson;
    this.#map = map;
  }

  /** The message or delta with its texts mapped; itself when none changed. @param except fields that are left alone */
  map<T extends object>(message: T, except?: ReadonlySet<string>): T {
    this.#path.length = 0;
    return this.#fields(message as Fields, false, except) as T;
  }

  #fields(object: Fields, inArguments: boolean, except?: ReadonlySet<string>): Fields {
    let changed: Fields | null = null;
    for (const key in object) {
      const value = object[key];
      if ((!inArguments && NAMES.has(key)) || except?.has(key) || value === null) continue;
      if (typeof value !== 'string' && typeof value !== 'object') continue;
      this.#path.push(key);
      const after = this.#value(value, key, inArguments);
      this.#path.pop();
      if (after === value) continue;
      changed ??= { ...object };
      changed[key] = after;
    }
    return changed ?? object;
  }

  #value(value: unknown, key: string, inArguments: boolean): unknown {
    if (typeof value === 'string') {
      return value === '' ? value : this.#map(value, this.#path, this.#kindOf(key, inArguments));
    }
    const isCall = inArguments || key === 'arguments' || key === 'custom';
    if (!Array.isArray(value)) return isFields(value) ? this.#fields(value, isCall) : value;
    let changed: unknown[] | null = null;
    for (const [i, item] of value.entries()) {
      this.#path.push(isFields(item) && typeof item['index'] === 'number' ? item['index'] : i);
      const after = typeof item === 'string' || isFields(item) ? this.#value(item, key, isCall) : item;
      this.#path.pop();
      if (after === item) continue;
      changed ??= value.slice();
      changed[i] = after;
    }
    return changed ?? value;
  }

  #kindOf(key: string, inArguments: boolean): TextKind {
    if (inArguments) return INPUT;
    if (key === 'arguments') return ARGUMENTS;
    return key === 'content' && this.#path.length === 1 && this.#answersInJson ? JSON_ANSWER : PROSE;
  }
}

/** A delta that holds one text at a path. */
export function deltaAt(path: AnswerPath, text: string): Fields {
  let value: unknown = text;
  for (const step of path.toReversed())
    value =
      typeof step === 'string' ? { [step]: value } : isFields(value) ? [{ index: step, ...value }] : [value];
  return value as Fields;
}
