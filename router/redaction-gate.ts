// The sensitivity gate of one request: the redacted form for each tier, made when its first target needs it, and the check at the
// door that goes with it. The mapping lives as long as the request and is kept nowhere.
import type { ChatRequest } from '../contract/chat.ts';
import type { Outgoing, Surface, TierLevel } from '../contract/tier.ts';
import { type Inspection, type InspectOptions, inspectRequest } from '../policies/privacy/conversation.ts';
import { formsOf, type RequestForms } from '../policies/privacy/forms.ts';
import { DEFAULT_HANDLING, type Handling } from '../policies/privacy/handling.ts';
import { createLeakCheck, STRONG_SCORE } from '../policies/privacy/leak-check.ts';
import { reachOf } from '../policies/privacy/reach.ts';
import { longTexts, type Redacted, redactForms } from '../policies/privacy/redact.ts';
import { scanText } from '../policies/privacy/scan.ts';
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

/** How a request is looked at once more. */
interface SecondLook {
  patterns: InspectOptions;
  /** It finds all that the check at the door would find in the same text. */
  isStrict: boolean;
}
const NO_TEXTS: readonly string[] = [];

const secondLooks = new WeakMap<PrivacyOptions, SecondLook>();

function secondLookOf(privacy: PrivacyOptions): SecondLook {
  const known = secondLooks.get(privacy);
  if (known !== undefined) return known;
  const { names: _names, handling: _handling, never: _never, ...patterns } = privacy;
  const { minScore = 0, minScores = {}, scan = scanText } = patterns;
  const isStrict = scan === scanText && Math.max(minScore, ...Object.values(minScores)) <= STRONG_SCORE;
  const look = { patterns, isStrict };
  secondLooks.set(privacy, look);
  return look;
}

export function redactionGate(
  request: ChatRequest,
  inspection: Inspection,
  { privacy, caller, surface }: GateOptions,
): RedactionGate {
  const { handling = DEFAULT_HANDLING } = privacy;
  const { operators, reach } = handling;
  const { patterns, isStrict } = secondLookOf(privacy);
  let forms: RequestForms | undefined;
  const made = new Map<TierLevel, { outgoing: Outgoing; vault: Vault }>();

  const redact = (tier: TierLevel): Redacted => {
    if (inspection.values.size === 0)
      return { request, vault: emptyVault, looked: inspection.failed ? NO_TEXTS : longTexts(request) };
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
    const { request: redacted, vault, looked } = redact(tier);
    const kept = new Set<string>();
    for (const type of inspection.values.values())
      if (operators.operatorOf(type, tier) === 'keep') kept.add(type);
    const check = createLeakCheck(vault, {
      types: patterns.types,
      except: kept,
      never: privacy.never,
      looked: isStrict ? looked : NO_TEXTS,
    });
    const result = { outgoing: { request: redacted, redacted: true, surface, check }, vault };
    made.set(tier, result);
    return result;
  };
  return { redacted: (tier) => make(tier).outgoing, vault: (tier) => make(tier).vault };
}

export interface PrivacyOptions extends InspectOptions {
  handling?: Handling;
  /** See LeakCheckOptions. The inspection's own scan leaves them out by itself. */
  never?: ReadonlySet<string>;
}
