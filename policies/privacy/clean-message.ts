// An upstream's error may repeat what it was sent. What a client, a log or a record gets to read holds types in place of values.
import { createOtherPlaces, type Span, standing, uniteSpans } from './other-places.ts';

/** @param values value -> type, of the request that the message is about */
export function cleanMessage(message: string, values: ReadonlyMap<string, string>): string {
  if (values.size === 0) return message;
  const spans: Span[] = [];
  const edges = { starts: new Set<number>(), ends: new Set<number>() };
  for (const { start, end, value } of standing(createOtherPlaces(values)(message), edges))
    spans.push({ type: values.get(value) as string, start, end, knownAt: 0 });
  let out = '';
  let copied = 0;
  for (const { type, start, end } of uniteSpans(spans)) {
    out += `${message.slice(copied, start)}[${type}]`;
    copied = end;
  }
  return out + message.slice(copied);
}
