// Looks at a whole request: what private things are in it, and how sensitive that makes it.
import type { ChatRequest } from '../../contract/chat.ts';
import type { Sensitivity } from '../../contract/policy.ts';
import type { Finding } from '../../contract/recognizer.ts';
import { type ScanOptions, scanText } from './scan.ts';
import { sensitivityOf } from './sensitivity.ts';
import { mapTextSlots } from './text-slots.ts';

export interface InspectOptions {
  /** See ScanOptions. */
  minScore?: number;
  types?: ReadonlySet<string>;
  /** Overrides the label of single types. */
  sensitivityByType?: Readonly<Record<string, Sensitivity>>;
}

export interface Inspection {
  /** Number of different values by type, e.g. {EMAIL: 2}. */
  counts: Record<string, number>;
  sensitivity: Sensitivity;
  /** Value -> its type, in the order in which they were first found. Private: never log it. */
  values: ReadonlyMap<string, string>;
  /** The findings of each text that has some. Private: never log it. */
  spans: ReadonlyMap<string, readonly Finding[]>;
  /** Some text has a `[`: it may look like a placeholder. */
  hasBrackets: boolean;
}

/**
 * Finds the private values in every text of a request. Changes nothing and keeps nothing; costs no copies when nothing is
 * found. A conversation that grows keeps the order of its values: settings and tools come first, then the messages.
 * @throws {GatewayError} INVALID_REQUEST when a value is nested too deep to be looked at
 */
export function inspectRequest(request: ChatRequest, options: InspectOptions = {}): Inspection {
  const values = new Map<string, string>();
  const spans = new Map<string, Finding[]>();
  const seen = new Map<string, Set<string>>();
  let hasBrackets = false;

  // One object for all texts: only the label differs.
  const scanOptions: ScanOptions = { ...options };
  mapTextSlots(request, (text, label) => {
    scanOptions.label = label;
    hasBrackets ||= text.includes('[');
    const findings = scanText(text, scanOptions);
    if (findings.length === 0) return text;
    for (const { type, start, end } of findings) {
      const value = text.slice(start, end);
      if (!values.has(value)) values.set(value, type);
      const ofType = seen.get(type);
      if (ofType === undefined) seen.set(type, new Set([value]));
      else ofType.add(value);
    }
    const known = spans.get(text);
    if (known === undefined) spans.set(text, findings);
    else known.push(...findings);
    return text;
  });

  const counts = Object.fromEntries([...seen].map(([type, ofType]) => [type, ofType.size]));
  const sensitivity = sensitivityOf(seen.keys(), options.sensitivityByType);
  return { counts, sensitivity, values, spans, hasBrackets };
}
