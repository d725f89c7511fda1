// Looks at a whole request: what private things are in it, and how sensitive that makes it.
import type { ChatRequest } from '../../contract/chat.ts';
import type { Sensitivity } from '../../contract/policy.ts';
import type { Finding } from '../../contract/recognizer.ts';
import { findOtherPlaces } from './name-places.ts';
import type { NameFinder } from './names.ts';
import { type ScanOptions, scanText } from './scan.ts';
import { sensitivityOf } from './sensitivity.ts';
import { mapTextSlots } from './text-slots.ts';

export interface InspectOptions {
  /** See ScanOptions. */
  minScore?: number;
  minScores?: Readonly<Record<string, number>>;
  types?: ReadonlySet<string>;
  /** Overrides the label of single types. */
  sensitivityByType?: Readonly<Record<string, Sensitivity>>;
  /** The scan with the operator's own rules (custom.ts). Default: scanText. */
  scan?: typeof scanText;
  /** Only these texts. Default: all. */
  texts?: ReadonlySet<string>;
  /** Looks for names as well, but not in keys and tools' definitions. */
  names?: NameFinder;
}

export interface Inspection {
  /** Number of different values by type, e.g. {EMAIL: 2}. */
  counts: Record<string, number>;
  sensitivity: Sensitivity;
  /** Value -> its type, in the order in which they were first found. Private: never log it. */
  values: ReadonlyMap<string, string>;
  /** The findings of each text that has some. Private: never log it. */
  spans: ReadonlyMap<string, readonly Finding[]>;
  /** Looking for them failed: nothing is known. */
  failed?: boolean;
}

/** Of a request that could not be looked at: what is not known to be harmless is not. */
export const failedInspection: Inspection = {
  counts: {},
  sensitivity: 'restricted',
  values: new Map(),
  spans: new Map(),
  failed: true,
};

/**
 * Finds the private values in every text of a request. Changes nothing and keeps nothing; costs no copies when nothing is
 * found. A conversation that grows keeps the order of its values: settings and tools come first, then the messages.
 * @throws {GatewayError} INVALID_REQUEST when a value is nested too deep to be looked at
 */
export function inspectRequest(request: ChatRequest, options: InspectOptions = {}): Inspection {
  const spans = new Map<string, readonly Finding[]>();
  let hasPerson = false;
  const scan = options.scan ?? scanText;

  // One object for all texts: only these two differ.
  const { minScore, minScores, types } = options;
  const scanOptions: ScanOptions = { label: '', names: undefined, minScore, minScores, types };
  mapTextSlots(request, (text, label, place) => {
    if (options.texts?.has(text) === false) return text;
    scanOptions.label = label;
    scanOptions.names = place?.isDefinition ? undefined : options.names;
    const findings = scan(text, scanOptions);
    const known = spans.get(text);
    if (known !== undefined) {
      if (findings.length > 0) spans.set(text, [...known, ...findings]);
    } else if (findings.length > 0 || scanOptions.names !== undefined) spans.set(text, findings);
    hasPerson ||= options.names !== undefined && findings.some(({ type }) => type === 'PERSON');
    return text;
  });
  if (hasPerson && options.names !== undefined) findOtherPlaces(spans, options.names.isUsualWord);

  const values = new Map<string, string>();
  const seen = new Map<string, Set<string>>();
  for (const [text, findings] of spans) {
    if (findings.length === 0) spans.delete(text);
    for (const { type, start, end } of findings) {
      const value = text.slice(start, end);
      if (!values.has(value)) values.set(value, type);
      const ofType = seen.get(type);
      if (ofType === undefined) seen.set(type, new Set([value]));
      else ofType.add(value);
    }
  }

  const counts = Object.fromEntries([...seen].map(([type, ofType]) => [type, ofType.size]));
  const sensitivity = sensitivityOf(seen.keys(), options.sensitivityByType);
  return { counts, sensitivity, values, spans };
}
