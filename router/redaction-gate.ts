// The sensitivity gate of one request: the redacted form, made once when the first target needs it, and the check at
// the door that goes with it. The mapping lives as long as the request and is kept nowhere.
import type { ChatRequest } from '../contract/chat.ts';
import type { Outgoing } from '../contract/tier.ts';
import type { Inspection, InspectOptions } from '../policies/privacy/conversation.ts';
import { createLeakCheck } from '../policies/privacy/leak-check.ts';
import { redactRequest } from '../policies/privacy/redact.ts';
import type { Vault } from '../policies/privacy/vault.ts';

export interface RedactionGate {
  redacted(): Outgoing;
  /** Placeholder to value, for restoring. Only after `redacted()`. */
  vault(): Vault;
}

/** @param types the types that are looked for at all; the check at the door looks for the same */
export function redactionGate(
  request: ChatRequest,
  inspection: Inspection,
  { types }: Pick<InspectOptions, 'types'>,
): RedactionGate {
  let made: { outgoing: Outgoing; vault: Vault } | undefined;
  const make = (): { outgoing: Outgoing; vault: Vault } => {
    if (made === undefined) {
      const { request: redacted, vault } = redactRequest(request, inspection);
      made = {
        outgoing: {
          request: redacted,
          redacted: true,
          check: createLeakCheck(vault, types === undefined ? {} : { types }),
        },
        vault,
      };
    }
    return made;
  };
  return { redacted: () => make().outgoing, vault: () => make().vault };
}
