// How private a request is as a whole: the highest of what was found in it, what it is about, what its caller's key says, and
// what the header `x-tiergate-sensitivity` says. Nothing lowers it.
import { GatewayError } from '../contract/errors.ts';
import { SENSITIVITIES, type Sensitivity, type Topic } from '../contract/policy.ts';
import type { Config } from './config/schema.ts';

/** What the config says about labels. */
export interface Labels {
  /** The least label of a caller's requests. */
  ofCaller(caller: string): Sensitivity;
  ofTopic(topic: Topic): Sensitivity;
}

/** Of a request that nobody configured anything for. */
export const NO_LABELS: Labels = { ofCaller: () => 'public', ofTopic: () => 'public' };

export function labelsOf({ auth, privacy }: Pick<Config, 'auth' | 'privacy'>): Labels {
  const callers = new Map(auth.keys.map(({ name, sensitivity }) => [name, sensitivity]));
  return {
    ofCaller: (caller) => callers.get(caller) ?? 'public',
    ofTopic: (topic) => privacy.topics[topic],
  };
}

const HEADER = 'x-tiergate-sensitivity';

/** @throws {GatewayError} INVALID_REQUEST when it is no label: a request that asks for care must not go without */
function ofHeader(headers: Readonly<Record<string, string>>): Sensitivity {
  const text = headers[HEADER]?.trim().toLowerCase() ?? '';
  if (text === '') return 'public';
  const label = SENSITIVITIES.find((one) => one === text);
  if (label !== undefined) return label;
  throw new GatewayError(
    'INVALID_REQUEST',
    `${HEADER}: ${JSON.stringify(text.slice(0, 60))} is no label; write ${SENSITIVITIES.join(', ')}`,
    { param: HEADER },
  );
}

const highest = (labels: readonly Sensitivity[]): Sensitivity =>
  SENSITIVITIES[Math.max(...labels.map((label) => SENSITIVITIES.indexOf(label)))]!;

/** `declared`: by caller and header alone. @throws {GatewayError} INVALID_REQUEST for a header with another word */
export function sensitivityOfRequest(
  { found, topics }: { found: Sensitivity; topics: readonly Topic[] },
  { caller, headers }: { caller: string; headers: Readonly<Record<string, string>> },
  labels: Labels,
): { declared: Sensitivity; sensitivity: Sensitivity } {
  const declared = highest([labels.ofCaller(caller), ofHeader(headers)]);
  return { declared, sensitivity: highest([declared, found, ...topics.map(labels.ofTopic)]) };
}
