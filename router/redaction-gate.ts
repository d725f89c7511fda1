// The sensitivity gate of one request: the redacted form for each tier, made when its first target needs it, and the check at the
// door that goes with it. The mapping lives as long as the request and is kept nowhere.
import type { ChatRequest } from '../contract/chat.ts';
import type { Outgoing, Surface, TierLevel } from '../contract/tier.ts';
import { type Inspection, type InspectOptions, inspectRequest } from '../policies/privacy/conversation.ts';
import { formsOf, type RequestForms } from '../policies/privacy/forms.ts';
import { DEFAULT_HANDLING, type Handling } from '../policies/privacy/handling.ts';
import { createLeakCheck } from '../policies/privacy/leak-check.ts';
import { reachOf } from '../policies/privacy/reach.ts';
import { redactForms } from '../policies/privacy/redact.ts';
import { emptyVault, type Vault } from '../policies/privacy/vault.ts';

export interface RedactionGate {
  redacted(tier: TierLevel): Outgoing;
  /** What stands behind the stand-ins, for restoring. Only after `redacted(tier)`. */
  vault(tier: TierLevel): Vault;
}

export interface GateOptions {
  /** The types that are looked for here; the check at the door looks for the same. */
  privacy: PrivacyOptions;
  caller: string;
  surface: Surface;
}

export function redactionGate(
  request: ChatRequest,
  inspection: Inspection,
  { privacy: { handling = DEFAULT_HANDLING, ...inspect }, caller, surface }: GateOptions,
): RedactionGate {
  const { operators, reach } = handling;
  const { names: _, ...patterns } = inspect;
  let forms: RequestForms | undefined;
  const made = new Map<TierLevel, { outgoing: Outgoing; vault: Vault }>();

  const redact = (tier: TierLevel): { request: ChatRequest; vault: Vault } => {
    if (inspection.values.size === 0) return { request, vault: emptyVault };
    forms ??= formsOf(request, inspection, (form) => reachOf(form, reach) === 'everywhere');
    return redactForms(request, forms, {
      operatorOf: (type) => operators.operatorOf(type, tier),
      reach,
      key: handling.keyOf(caller),
      inspectAgain: (redacted, { texts }) => inspectRequest(redacted, Object.assign({}, patterns, { texts })),
      // Other surfaces have no place for a sentence that is not the user's.
      note: handling.note && surface === 'chat',
    });
  };
  const make = (tier: TierLevel): { outgoing: Outgoing; vault: Vault } => {
    const known = made.get(tier);
    if (known !== undefined) return known;
    const { request: redacted, vault } = redact(tier);
    const kept = [...new Set(inspection.values.values())].filter(
      (type) => operators.operatorOf(type, tier) === 'keep',
    );
    const check = createLeakCheck(vault, {
      ...(inspect.types && { types: inspect.types }),
      except: new Set(kept),
    });
    const result = { outgoing: { request: redacted, redacted: true, surface, check }, vault };
    made.set(tier, result);
    return result;
  };
  return { redacted: (tier) => make(tier).outgoing, vault: (tier) => make(tier).vault };
}

export type PrivacyOptions = InspectOptions & { handling?: Handling };
