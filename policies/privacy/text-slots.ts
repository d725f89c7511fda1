// Every place of a chat request that can hold a user's text, in one fixed order: the settings and tools first, which stay
// the same over a conversation, then the messages, which only grow at the end. Media (base64 blocks) and the names that
// the protocol itself refers to (model, roles, ids, function names) are left alone.
import type { ChatMessage, ChatRequest } from '../../contract/chat.ts';
import { GatewayError } from '../../contract/errors.ts';
import { KEY, mapJsonText, NUMBER, type Place, type VisitText } from './json-text.ts';

const MAX_DEPTH = 200;
const MIN_NUMBER = 1e6;

const REQUEST_NAMES = new Set([
  'model',
  'messages',
  'tools',
  'functions',
  'tool_choice',
  'function_call',
  'logit_bias',
]);
const MESSAGE_NAMES = new Set(['role', 'tool_call_id', 'id', 'type']);
const CALL_NAMES = new Set(['id', 'type', 'name', 'index']);
const TOOL_NAMES = new Set(['type', 'name']);
const NO_NAMES: ReadonlySet<string> = new Set();

const DATA_URL = /^data:[\w.+-]+\/[\w.+-]+(?:;[\w=.+-]+)*;base64,[A-Za-z0-9+/=_\s-]*$/;
const BASE64 = /^[A-Za-z0-9+/=_\s-]{64,}$/;
/** Keys whose values are media or opaque blobs when they are base64 from end to end. */
const BLOB_KEYS = new Set([
  'data',
  'file_data',
  'b64_json',
  'encrypted_content',
  'signature',
  'thought_signature',
]);

const isBlob = (text: string, key: string): boolean =>
  (text.startsWith('data:') && DATA_URL.test(text)) || (BLOB_KEYS.has(key) && BASE64.test(text));

/** Maps any JSON value; what does not change is shared with the original. */
function mapValue(value: unknown, key: string, visit: VisitText, depth = 0): unknown {
  if (typeof value === 'string') return isBlob(value, key) ? value : visit(value, key);
  if (typeof value === 'number') {
    if (Math.abs(value) < MIN_NUMBER) return value;
    const text = String(value);
    const after = visit(text, key, NUMBER);
    return after === text ? value : after;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) {
    throw new GatewayError(
      'INVALID_REQUEST',
      `"${key.slice(0, 40)}" is nested more than ${MAX_DEPTH} levels deep; flatten it`,
    );
  }
  return Array.isArray(value)
    ? mapArray(value, (item) => mapValue(item, key, visit, depth + 1))
    : mapFields(value as Fields, NO_NAMES, visit, (item, field) => mapValue(item, field, visit, depth + 1));
}

type Fields = Record<string, unknown>;

function mapArray<T>(items: readonly T[], map: (item: T) => T): T[] {
  let copy: T[] | null = null;
  for (let i = 0; i < items.length; i += 1) {
    const before = items[i] as T;
    const after = map(before);
    if (after === before) continue;
    copy ??= items.slice();
    copy[i] = after;
  }
  return copy ?? (items as T[]);
}

/** Maps the fields of an object but the named ones; keys outside `names` are texts too. */
function mapFields<T extends object>(
  object: T,
  names: ReadonlySet<string>,
  visit: VisitText,
  map: (value: unknown, key: string) => unknown,
  mapKeys = true,
): T {
  let entries: [string, unknown][] | null = null;
  let i = 0;
  for (const key in object) {
    if (!Object.hasOwn(object, key)) continue;
    const before = (object as Fields)[key];
    if (!names.has(key)) {
      const newKey = mapKeys ? visit(key, '', KEY) : key;
      const after = map(before, key);
      if (after !== before || newKey !== key) {
        entries ??= Object.entries(object);
        entries[i] = [newKey, after];
      }
    }
    i += 1;
  }
  // fromEntries defines its properties, so that a key `__proto__` stays a plain key.
  return entries === null ? object : (Object.fromEntries(entries) as T);
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON text (tool arguments, most tool results): strings inside it one by one; as plain text when it does not parse. */
const mapMaybeJson = (text: string, label: string, visit: VisitText): string =>
  mapJsonText(text, visit) ?? visit(text, label);

/** `{name, arguments}` or `{name, input}`. */
const mapCall = (call: unknown, visit: VisitText): unknown =>
  isObject(call)
    ? mapFields(
        call,
        CALL_NAMES,
        visit,
        (value, key) =>
          key === 'arguments' && typeof value === 'string'
            ? mapMaybeJson(value, key, visit)
            : key === 'function' || key === 'custom'
              ? mapCall(value, visit)
              : mapValue(value, key, visit),
        false,
      )
    : call;

function mapMessage(message: ChatMessage, visitText: VisitText): ChatMessage {
  const own: Place = { role: message.role };
  const visit: VisitText = (text, label, place) =>
    visitText(text, label, place === undefined ? own : Object.assign({}, place, own));
  const isTool = message.role === 'tool' || message.role === 'function';
  return mapFields(
    message,
    MESSAGE_NAMES,
    visit,
    (value, key) => {
      if (key === 'content' && typeof value === 'string') {
        return isTool && /^\s*[[{]/.test(value) ? mapMaybeJson(value, '', visit) : visit(value, '');
      }
      if (key === 'content' && Array.isArray(value)) {
        return mapArray(value, (part) =>
          isObject(part)
            ? mapFields(
                part,
                TOOL_NAMES,
                visit,
                (item, field) => mapValue(item, field === 'text' ? '' : field, visit),
                false,
              )
            : mapValue(part, '', visit),
        );
      }
      if (key === 'tool_calls' && Array.isArray(value))
        return mapArray(value, (call) => mapCall(call, visit));
      if (key === 'function_call') return mapCall(value, visit);
      if (key === 'name' && isTool) return value;
      return mapValue(value, key === 'refusal' || key === 'reasoning_content' ? '' : key, visit);
    },
    false,
  );
}

const mapTool = (tool: unknown, visit: VisitText): unknown =>
  isObject(tool)
    ? mapFields(
        tool,
        TOOL_NAMES,
        visit,
        (value, key) =>
          key === 'function' || key === 'custom' ? mapTool(value, visit) : mapValue(value, key, visit),
        false,
      )
    : tool;

/**
 * Calls `visit` with every text of the request, the name it stands under ('' for prose) and its place, and gives back a request with the texts that it returned. Never changes its argument; untouched parts
 * are shared with it, and the request itself is given back when nothing changed.
 * @throws {GatewayError} INVALID_REQUEST when a value is nested too deep to be looked at
 */
export function mapTextSlots(request: ChatRequest, visit: VisitText): ChatRequest {
  const settings = mapFields(
    request,
    REQUEST_NAMES,
    visit,
    (value, key) => (typeof value === 'number' ? value : mapValue(value, key, visit)),
    false,
  );
  const changes: Fields = {};
  const visitDefinition: VisitText = (text, label, place) =>
    visit(text, label, { isDefinition: true, ...place });
  for (const key of ['tools', 'functions'] as const) {
    const tools = request[key];
    if (Array.isArray(tools)) {
      const mapped = mapArray(tools as unknown[], (tool) => mapTool(tool, visitDefinition));
      if (mapped !== tools) changes[key] = mapped;
    }
  }
  const messages = mapArray(request.messages, (message) => mapMessage(message, visit));
  if (messages !== request.messages) changes['messages'] = messages;
  return Object.keys(changes).length === 0 ? settings : Object.assign({}, settings, changes);
}
