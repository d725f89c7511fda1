// Replaces what an inspection found by placeholders. Nothing is kept between requests: numbers follow from the conversation
// itself, in the order of first finding, so the same value has the same placeholder in every message and every later turn.
//
// A text that already looks like a placeholder (`[EMAIL_1]` typed by the user, or left in the history by a model) stays as
// it is, and its number is given to no value: the vault does not know it, so it comes back unchanged.
import type { ChatRequest } from '../../contract/chat.ts';
import type { Inspection } from './conversation.ts';
import { isSearchable } from './name-places.ts';
import {
  findPlaceholderKeys,
  formatPlaceholder,
  type PlaceholderTypes,
  placeholderKey,
  placeholderTypes,
} from './placeholders.ts';
import { mapTextSlots } from './text-slots.ts';
import { createValueSearch, type Hit, isBounded } from './value-search.ts';
import { emptyVault, Vault } from './vault.ts';

/** Shorter values are replaced where they were found, but not looked for elsewhere. */
const MIN_SEARCHED_LENGTH = 5;

const NONE: ReadonlySet<string> = new Set();

function takenKeys(request: ChatRequest, types: PlaceholderTypes): Set<string> {
  const keys = new Set<string>();
  mapTextSlots(request, (text) => {
    findPlaceholderKeys(text, types, keys);
    return text;
  });
  return keys;
}

function createVault(request: ChatRequest, { values, hasBrackets }: Inspection): Vault {
  const taken = hasBrackets ? takenKeys(request, placeholderTypes(values.values())) : NONE;
  const last = new Map<string, number>();
  const entries = Array.from(values, ([value, type]) => {
    let number = (last.get(type) ?? 0) + 1;
    while (taken.has(placeholderKey(type, number))) number += 1;
    last.set(type, number);
    return { placeholder: formatPlaceholder(type, number), type, number, value };
  });
  const format = request.response_format?.type;
  return new Vault(entries, format === 'json_object' || format === 'json_schema');
}

const byPlace = (a: Hit, b: Hit): number => a.start - b.start || b.end - a.end;

/**
 * The request with every found value replaced, at each place where it stands alone, and the vault to restore the answer
 * with. A new object that shares its untouched parts with the request; the request itself when nothing was found.
 */
export function redactRequest(
  request: ChatRequest,
  inspection: Inspection,
): { request: ChatRequest; vault: Vault } {
  const { values, spans } = inspection;
  if (values.size === 0) return { request, vault: emptyVault };

  const vault = createVault(request, inspection);
  const placeholders = new Map(Array.from(vault.entries(), (entry) => [entry.value, entry.placeholder]));
  const search = createValueSearch(
    [...values].flatMap(([value, type]) =>
      value.length >= MIN_SEARCHED_LENGTH && isSearchable(value, type) ? [value] : [],
    ),
  );

  const redactText = (text: string): string => {
    const hits: Hit[] = (spans.get(text) ?? []).map(({ start, end }) => ({
      start,
      end,
      value: text.slice(start, end),
    }));
    search(text, (hit) => {
      if (isBounded(text, hit.start, hit.end)) hits.push(hit);
    });
    if (hits.length === 0) return text;
    let out = '';
    let copied = 0;
    for (const { start, end, value } of hits.sort(byPlace)) {
      if (start < copied) continue;
      out += text.slice(copied, start) + (placeholders.get(value) as string);
      copied = end;
    }
    return out + text.slice(copied);
  };
  return { request: mapTextSlots(request, redactText), vault };
}
