// Where a value may be put back, by what it is and where it came from.
import type { Form } from './forms.ts';
import { SECRET_TYPES } from './secrets.ts';
import { REACHES, type Reach } from './vault.ts';

export interface ReachPolicy {
  /** Keys, passwords and the like. */
  secrets: Reach;
  /** What stands in system messages and tools' definitions only: whoever reads the answer may never have seen it. */
  system: Reach;
  /** Secrets that stand there only. */
  systemSecrets: Reach;
}

/** The client wrote all of the request, so all of it goes back to the client; but a system's secrets only to its tools. */
export const DEFAULT_REACH: ReachPolicy = {
  secrets: 'everywhere',
  system: 'everywhere',
  systemSecrets: 'arguments',
};

const narrower = (a: Reach, b: Reach): Reach => (REACHES.indexOf(a) > REACHES.indexOf(b) ? a : b);

export function reachOf(
  { type, isSystemOnly }: Pick<Form, 'type' | 'isSystemOnly'>,
  policy: ReachPolicy,
): Reach {
  const isSecret = SECRET_TYPES.has(type);
  const reach = isSecret ? policy.secrets : 'everywhere';
  if (!isSystemOnly) return reach;
  const system = narrower(reach, policy.system);
  return isSecret ? narrower(system, policy.systemSecrets) : system;
}
