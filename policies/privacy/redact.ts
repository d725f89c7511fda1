// Replaces what an inspection found by stand-ins, each as its type's operator says. Nothing is kept between requests.
import type { ChatRequest } from '../../contract/chat.ts';
import type { Finding } from '../../contract/recognizer.ts';
import type { Inspection } from './conversation.ts';
import { type Form, formKey, formsOf, type RequestForms } from './forms.ts';
import type { OperatorContext, StandIn } from './operator.ts';
import { registry } from './operators/_registry.gen.ts';
import { formatPlaceholder } from './placeholders.ts';
import { DEFAULT_REACH, type ReachPolicy, reachOf } from './reach.ts';
import { addSystemNote, isSystem, SYSTEM_NOTE } from './system-note.ts';
import { mapTextSlots } from './text-slots.ts';
import { emptyVault, Vault, type VaultEntry } from './vault.ts';

export type OperatorName = keyof typeof registry;
export const OPERATORS = Object.keys(registry) as OperatorName[];

export interface RedactOptions {
  /** Default: `redact` for all. */
  operatorOf?: (type: string) => OperatorName;
  reach?: ReachPolicy;
  /** See OperatorContext. Default: zeros, which is for operators that need none. */
  key?: Buffer;
  /** Tell the model about placeholders. Default false: only chats have a place for it. */
  note?: boolean;
  /** Looks at these texts of the redacted request once more. Default: not. */
  inspectAgain?: (request: ChatRequest, options: { texts: ReadonlySet<string> }) => Inspection;
}

export interface Redacted {
  request: ChatRequest;
  vault: Vault;
  /** Long texts of the request, in order, in which the last look found nothing at all. */
  looked: readonly string[];
}

/** What is shorter is read as fast as it is found again. */
const MIN_LOOKED = 64;

/**
 * Texts that stand as they are in the body: a tool's answer may be JSON, whose strings are looked at one by one.
 * @param hasNote our own sentence will stand behind the first system message
 */
export function longTexts({ messages }: ChatRequest, hasNote = false): string[] {
  const texts: string[] = [];
  let isNoted = !hasNote;
  for (const message of messages) {
    const { role, content } = message;
    if (typeof content === 'string' && content.length >= MIN_LOOKED && role !== 'tool' && role !== 'function')
      texts.push(content);
    if (isNoted || !isSystem(message)) continue;
    texts.push(SYSTEM_NOTE);
    isNoted = true;
  }
  if (!isNoted) texts.unshift(SYSTEM_NOTE);
  return texts;
}

const NO_KEY = Buffer.alloc(32);

function createStandIns(context: OperatorContext, operatorOf: (type: string) => OperatorName) {
  const made = new Map<OperatorName, (form: Form) => StandIn | null>();
  return (form: Form): StandIn | null => {
    const name = operatorOf(form.type);
    const known = made.get(name);
    const operate = known ?? registry[name].create(context);
    if (known === undefined) made.set(name, operate);
    const standIn = operate(form);
    return standIn?.form === 'literal' && form.isGlued
      ? { text: formatPlaceholder(form.type, form.number, form.variant), form: 'placeholder' }
      : standIn;
  };
}

interface Replaced {
  request: ChatRequest;
  entries: readonly VaultEntry[];
  /** The texts with stand-ins: the others hold what they held before. */
  changed: ReadonlySet<string>;
}

function replaceForms(request: ChatRequest, found: RequestForms, options: RedactOptions): Replaced {
  const { operatorOf = () => 'redact', reach = DEFAULT_REACH, key = NO_KEY } = options;
  const standInOf = createStandIns({ key, isTaken: found.hasText }, operatorOf);
  const entries: VaultEntry[] = [];
  const standIns = new Map<string, string>();
  for (const form of found.forms) {
    const standIn = standInOf(form);
    if (standIn === null) continue;
    const { type, value, forms, number, variant, isNumber } = form;
    standIns.set(formKey(value, isNumber), standIn.text);
    const entry: VaultEntry = {
      standIn: standIn.text,
      form: standIn.form,
      type,
      number,
      variant,
      value,
      forms,
      reach: reachOf(form, reach),
    };
    if (isNumber) entry.isNumber = true;
    if (standIn.parts) entry.parts = standIn.parts;
    entries.push(entry);
  }
  const changed = new Set<string>();
  if (entries.length === 0) return { request, entries, changed };

  const redacted = mapTextSlots(request, (text, _label, place) => {
    const spans = found.spans.get(text);
    if (spans === undefined) return text;
    let out = '';
    let copied = 0;
    for (const { start, end } of spans) {
      const isWhole = end - start === text.length;
      const standIn = standIns.get(formKey(text.slice(start, end), isWhole && place?.isNumber === true));
      if (standIn === undefined) continue;
      out += text.slice(copied, start) + standIn;
      copied = end;
    }
    if (copied === 0) return text;
    out += text.slice(copied);
    changed.add(out);
    return out;
  });
  return { request: redacted, entries, changed };
}

/** Does one of these stand across an edge of the span? */
function isCrossed(
  text: string,
  { start, end }: Pick<Finding, 'start' | 'end'>,
  standIns: readonly string[],
): boolean {
  return standIns.some((one) => {
    let at = text.indexOf(one, Math.max(0, start - one.length + 1));
    for (; at !== -1 && at < end; at = text.indexOf(one, at + 1)) {
      if (at < start || at + one.length > end) return true;
    }
    return false;
  });
}

/** The findings that are no stand-ins and have no part of any: what is left to replace. */
function withoutStandIns(inspection: Inspection, standIns: readonly string[]): Inspection {
  const isOwn = (value: string): boolean =>
    standIns.some((one) => value.includes(one) || one.includes(value));
  const left = new Set<string>();
  const spans = new Map(
    Array.from(inspection.spans, ([text, findings]) => {
      const others = findings.filter((span) => {
        const value = text.slice(span.start, span.end);
        return !isOwn(value) && !isCrossed(text, span, standIns);
      });
      for (const { start, end } of others) left.add(text.slice(start, end));
      return [text, others];
    }),
  );
  const values = new Map([...inspection.values].filter(([value]) => left.has(value)));
  return { ...inspection, values, spans };
}

/** A value that another one hid (a number joined to a name) is found once that one is gone. */
const MAX_ROUNDS = 3;

/** The same with forms that were made before: a request that goes to several tiers has the same ones for all of them. */
export function redactForms(
  request: ChatRequest,
  found: RequestForms,
  options: RedactOptions = {},
): Redacted {
  const { note = false, inspectAgain } = options;
  let { request: redacted, entries, changed } = replaceForms(request, found, options);
  let isClean = false;
  for (let round = 1; round < MAX_ROUNDS && inspectAgain !== undefined && entries.length > 0; round += 1) {
    const again = inspectAgain(redacted, { texts: changed });
    if (again.values.size === 0) {
      isClean = round === 1;
      break;
    }
    const standIns = entries.map(({ standIn }) => standIn);
    const left = withoutStandIns(again, standIns);
    if (left.values.size === 0) break;
    const more = replaceForms(redacted, formsOf(redacted, left), options);
    if (more.entries.length === 0) break;
    ({ request: redacted, changed } = more);
    entries = [...entries, ...more.entries];
  }
  if (entries.length === 0) return { request, vault: emptyVault, looked: [] };
  const format = request.response_format?.type;
  const vault = new Vault(entries, format === 'json_object' || format === 'json_schema');
  const hasNote = note && vault.hasPlaceholders;
  return {
    request: hasNote ? addSystemNote(redacted) : redacted,
    vault,
    looked: isClean ? longTexts(redacted, hasNote) : [],
  };
}

/**
 * The request with every found value replaced, at each place where it stands, and the vault to restore the answer with. A new
 * object that shares its untouched parts with the request; the request itself when nothing was found.
 */
export function redactRequest(
  request: ChatRequest,
  inspection: Inspection,
  options: RedactOptions = {},
): Redacted {
  if (inspection.values.size === 0)
    return { request, vault: emptyVault, looked: inspection.failed ? [] : longTexts(request) };
  const { reach = DEFAULT_REACH } = options;
  const found = formsOf(request, inspection, (form) => reachOf(form, reach) === 'everywhere');
  return redactForms(request, found, options);
}
